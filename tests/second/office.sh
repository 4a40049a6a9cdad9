# Office documents through the real LibreOffice: pages, determinism, macros, links. Sourced by `run`.

need_office() {
    local missing=()
    for part in writer calc impress; do
        dpkg -s "libreoffice-$part" >/dev/null 2>&1 || missing+=("libreoffice-$part")
    done
    if ((${#missing[@]})); then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
    "$work/venv/bin/pip" install -q python-docx==1.2.0 python-pptx==1.0.2 msoffcrypto-tool==5.4.2
}
need_office

office=$work/office
mkdir -p "$office"
cp -r inputs "$office/inputs"
folder=$office/inputs/勞工處/勞05-1_訪視統計
"$work/venv/bin/python" tests/second/listen.py "$office/port" "$office/requests" &
listener=$!
while [[ ! -s $office/port ]]; do sleep 0.1; done
"$work/venv/bin/python" tests/second/office_documents.py \
    "$folder" "$(cat "$office/port")" "$office/secret.png" "$office/macro-was-here" 2>/dev/null
mv "$folder.words" "$office/words"

convert_office() { "$huibian" compile "$office/inputs" --out "$office/$1" --today 111-02-10 "${@:2}"; }
# Nine of ours, and the spreadsheet of the sample.
bound() { convert_office out && [[ $(grep -c '由 LibreOffice.*轉成 PDF' "$office/out/內部/檔案總帳.csv") == 10 ]]; }
check "every kind of office document becomes pages" bound
text_stays() { pdftotext "$office/out/佐證資料.pdf" - | tr -d ' ' | grep -oE '文字[A-Z]+' | sort -u | diff - "$office/words"; }
check "their text can be found in the appendices" text_stays
nothing_ran() { [[ ! -e $office/macro-was-here && ! -s $office/requests ]]; }
check "no macro ran and nothing was fetched" nothing_ran
# As many pictures as without our documents: what they link to was not drawn.
no_secret() { [[ $(pdfimages -list "$office/out/佐證資料.pdf" | wc -l) == $(pdfimages -list "$work/out/佐證資料.pdf" | wc -l) ]]; }
check "no picture of this machine was drawn into a page" no_secret
traps_are_real() {
    soffice "-env:UserInstallation=file://$office/profile" --headless --convert-to pdf --outdir "$office/trapped" \
        "$folder/a.docx" "$folder/b.odt" >/dev/null
    [[ -s $office/requests && $(pdfimages -list "$office/trapped/b.pdf" | wc -l) -gt 2 ]]
}
check "an unguarded LibreOffice fetches and draws what ours does not" traps_are_real
locked() { grep 'locked.doc' "$office/out/內部/檔案總帳.csv" | grep -q 'LibreOffice 打不開'; }
check "a document with a password is told and costs itself alone" locked
office_again() { convert_office again --no-cache && diff -rq "$office/out" "$office/again"; }
check "two conversions give the same bytes" office_again
office_cached() { cp -r "$office/out" "$office/first" && convert_office out && diff -rq "$office/first" "$office/out"; }
check "what is remembered gives the same bytes" office_cached
nothing_left() {
    ! pgrep -f "$office/.*/profile " && [[ -z $(find "$office" -path '*scratch*') ]]
}
check "neither a process nor a folder of LibreOffice is left" nothing_left
told_without() {
    convert_office without --no-convert || true
    grep -q '請另存為 PDF' "$office/without/內部/檢核結果.txt" && ! grep -q '轉成 PDF' "$office/without/內部/檔案總帳.csv"
}
check "without it the clerk is told which files to save as PDF" told_without
kill "$listener"
