# What another reader finds in the sources it finds in the appendices. Sourced by `run` after `bundle.sh`.

# Every word of every evidence PDF, blanks and line ends aside: how words are set apart depends on the size
# at which a page is bound.
text_survives() {
    pdftotext "$work/out/佐證資料.pdf" - | tr -d ' \n\f' >"$work/appendices.txt"
    local source n=0
    while IFS= read -r -d '' source; do
        n=$((n + 1))
        pdftotext "$source" - | tr -s ' \n\f' '\n' | while IFS= read -r word; do
            [[ -z $word ]] || grep -qF -- "$word" "$work/appendices.txt" || {
                echo "$source: $word is lost"
                exit 1
            }
        done || return 1
    done < <(find inputs -mindepth 3 -name '*.pdf' -print0)
    ((n > 0))
}
check "pdftotext finds in the appendices what it finds in the sources" text_survives

# No false alarm; that planted losses are seen is tested in Rust.
nothing_suspected() { ! "$huibian" check inputs --today 111-02-10 | grep -E 'evidence-(looks-different|not-compared|font-missing)'; }
check "the guard suspects nothing in the sample" nothing_suspected
