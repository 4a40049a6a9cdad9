# The click test again, in viewers that reviewers use: PDFium (Chromium, Edge), pdf.js (Firefox), poppler.
# Sourced by `run`, after report.sh, which installs node.

"$work/venv/bin/pip" install -q pypdfium2==5.0.0
mkdir -p "$work/viewers"
npm install --silent --no-audit --no-fund --prefix "$work/viewers" pdfjs-dist@5.4.296 >/dev/null
cp tests/second/viewers.mjs "$work/viewers/"
for document in 自評表 佐證資料; do
    check "PDFium follows every link and bookmark of the $document" \
        "$work/venv/bin/python" tests/second/viewers.py "$work/out/$document.pdf"
    check "pdf.js follows every link and bookmark of the $document" \
        node "$work/viewers/viewers.mjs" "$work/out/$document.pdf"
done
# As many named places as appendices and files, each on a page that there is.
poppler_knows() {
    local pages
    pages=$(pdfinfo "$work/out/佐證資料.pdf" | awk '/^Pages/ { print $2 }')
    pdfinfo -dests "$work/out/佐證資料.pdf" | awk -v pages="$pages" \
        'NR > 1 && NF { n++; if ($1 < 1 || $1 > pages) bad++ } END { exit n < 100 || bad > 0 }'
}
check "poppler knows every place that is linked to" poppler_knows
