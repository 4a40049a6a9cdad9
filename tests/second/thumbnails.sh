# The thumbnail sheets in a browser and on paper. Sourced by `run`, after the check report, whose browser it uses.

mkdir -p "$work/thumbnails"
cp -r inputs "$work/thumbnails/inputs"
"$huibian" compile "$work/thumbnails/inputs" --out "$work/thumbnails/output" --today 111-02-10 >/dev/null
sheets=$work/thumbnails/output/內部/縮圖確認.html

# The first page of paper explains, and each sheet fills one: none runs over.
one_page_a_sheet() {
    chromium --headless --no-sandbox --disable-gpu --no-pdf-header-footer \
        --print-to-pdf="$work/thumbnails/sheets.pdf" "file://$sheets"
    local pages
    pages=$(pdfinfo "$work/thumbnails/sheets.pdf" | awk '/^Pages:/ { print $2 }')
    [[ $pages == $(($(grep -c '<section class="sheet">' "$sheets") + 1)) ]]
    for page in $(seq 2 "$pages"); do
        pdftotext -f "$page" -l "$page" "$work/thumbnails/sheets.pdf" - | grep -q 核對人
    done
}
for test in fits is_accessible; do
    check "the thumbnail sheets in Chromium: $test" node "$work/browser/report.mjs" "$test" "$sheets"
done
check "each thumbnail sheet is one page of A4 with its signature" one_page_a_sheet
