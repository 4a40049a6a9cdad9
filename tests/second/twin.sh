# The editable twins through LibreOffice. Sourced by `run`.

[[ -e /usr/lib/libreoffice/program/libswlo.so ]] || {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libreoffice-writer >/dev/null
}
mkdir -p "$work/twin"
"$huibian" compile inputs --out "$work/twin/out" --today 111-02-10 >/dev/null
office() {
    soffice --headless -env:UserInstallation="file://$work/profile" --convert-to "$1" --outdir "$work/twin" "$2" &&
        [[ -s $3 ]]
}
check "LibreOffice opens 自評表.odt" office pdf "$work/twin/out/自評表.odt" "$work/twin/自評表.pdf"
check "自評表.odt as PDF carries every word and figure of 自評表.pdf" \
    python3 tests/second/twin_text.py "$work/twin/out/自評表.pdf" "$work/twin/自評表.pdf"
check "LibreOffice opens 佐證目錄.ods" office csv:"Text - txt - csv (StarCalc)":44,34,76 \
    "$work/twin/out/佐證目錄.ods" "$work/twin/佐證目錄.csv"
lists_every_bound_file() {
    local bound listed
    bound=$(grep -c ',裝訂,\|,以檔案收錄,\|,僅留佔位頁,' "$work/twin/out/內部/檔案總帳.csv")
    listed=$(grep -c '裝訂於佐證資料\|以檔案附送\|僅留佔位頁' "$work/twin/佐證目錄.csv")
    echo "$bound bound, $listed listed"
    ((bound > 50 && bound == listed))
}
check "佐證目錄.ods lists every file of the ledger that is bound" lists_every_bound_file
