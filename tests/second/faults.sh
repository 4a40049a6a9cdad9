# Disks that fill up and cannot be written, killed runs, many runs at once. Sourced by `run`.

mkdir -p "$work/disk"
mount -t tmpfs -o size=60m tmpfs "$work/disk"
# `set -e` holds in a trap too: what is no longer mounted must not decide the exit code.
trap 'umount "$work/disk" 2>/dev/null || true; rm -rf "$work"' EXIT
good_first() { "$huibian" compile inputs --out "$work/disk/output" --today 111-02-10; }
check "a disk with room takes the output" good_first
before=$(cd "$work/disk/output" && find . -type f -exec sha256sum {} + | sort -k2)
full_disk() {
    local code=0
    # What is left cannot hold a second output beside the first.
    head -c "$1" /dev/zero >"$work/disk/ballast" || true
    "$huibian" compile inputs --out "$work/disk/output" --today 111-02-10 2>"$work/full" || code=$?
    rm "$work/disk/ballast"
    [[ $code == 2 ]] && grep -q '磁碟空間不足' "$work/full" &&
        [[ $(cd "$work/disk/output" && find . -type f -exec sha256sum {} + | sort -k2) == "$before" ]] &&
        [[ -z $(find "$work/disk" -maxdepth 1 -name '.*.huibian-new') ]]
}
for ballast in 31M 24M 12M 6M; do
    mount -o remount,size=60m "$work/disk"
    check "a disk that fills up with $ballast taken leaves the last good output" full_disk "$ballast"
done
read_only_disk() {
    local code=0
    mount -o remount,ro "$work/disk"
    "$huibian" compile inputs --out "$work/disk/output" --today 111-02-10 2>"$work/ro" || code=$?
    mount -o remount,rw "$work/disk"
    [[ $code == 2 ]] && grep -q '無法寫入' "$work/ro"
}
check "a read-only disk is told" read_only_disk
umount "$work/disk"

read_only_inputs() {
    mkdir -p "$work/ro-inputs"
    mount --bind inputs "$work/ro-inputs" && mount -o remount,ro,bind "$work/ro-inputs"
    local code=0
    "$huibian" compile "$work/ro-inputs" --out "$work/from-ro" --today 111-02-10 || code=$?
    umount "$work/ro-inputs"
    [[ $code == 0 ]] && diff -r "$work/out" "$work/from-ro"
}
check "inputs that cannot be written are enough" read_only_inputs

killed_anywhere() {
    local target=$work/killed/output
    rm -rf "$work/killed" && mkdir -p "$work/killed"
    for delay in 0.05 0.2 0.4 0.6 0.8 1.0 1.4 1.8 2.4 3.2; do
        "$huibian" compile inputs --out "$target" --today 111-02-10 >/dev/null & local pid=$!
        sleep "$delay"
        kill -9 $pid 2>/dev/null || true
        wait $pid 2>/dev/null || true
        # Whatever stands there is whole, or absent.
        if [[ -d $target ]]; then diff -r "$work/out" "$target" || return 1; fi
    done
    "$huibian" compile inputs --out "$target" --today 111-02-10 >/dev/null && diff -r "$work/out" "$target" &&
        [[ $(find "$work/killed" -mindepth 1 -maxdepth 1 ! -name "*-cache" | wc -l) == 2 ]]
}
check "a run killed at any time leaves a whole output or none, and the next is clean" killed_anywhere

twenty_at_once() {
    local pids=() done=0 busy=0 code
    for _ in $(seq 20); do
        "$huibian" compile inputs --out "$work/twenty" --today 111-02-10 >/dev/null 2>&1 & pids+=($!)
    done
    for pid in "${pids[@]}"; do
        code=0
        wait "$pid" || code=$?
        case $code in 0) done=$((done + 1)) ;; 11) busy=$((busy + 1)) ;; *) return 1 ;; esac
    done
    ((done >= 1 && done + busy == 20)) && diff -r "$work/out" "$work/twenty"
}
check "of twenty runs at once the others are refused" twenty_at_once

elsewhere() {
    (cd / && TZ=America/New_York LANG=C LC_ALL=C taskset -c 0 "$huibian" compile "$root/inputs" --out "$work/elsewhere" --today 111-02-10) &&
        diff -r "$work/out" "$work/elsewhere"
}
check "another folder, time zone, language and one processor give the same bytes" elsewhere
