# The privacy gate on files as office programs write them. Sourced by `run`.

office=$work/office
mkdir -p "$office"
number=O199999992

cat >"$office/letter.fodt" <<FODT
<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text><text:p>示例公文<office:annotation><dc:creator>示例</dc:creator><text:p>證號 O1999<text:span>99992</text:span></text:p></office:annotation></text:p></office:text></office:body></office:document>
FODT
convert() { soffice --headless -env:UserInstallation="file://$work/office-profile" --convert-to "$1" --outdir "$office" "$2" >/dev/null; }
write_texts() {
    for format in odt docx doc; do convert "$format" "$office/letter.fodt" || return 1; done
    "$work/venv/bin/python" - "$office" "$number" <<'PY'
import sys
import openpyxl
from openpyxl.comments import Comment
folder, number = sys.argv[1:]
book = openpyxl.Workbook()
book.active["A1"] = "統計"
book.active["A1"].comment = Comment(f"證號 {number}", "示例")
hidden = book.create_sheet("底稿")
hidden.sheet_state = "hidden"
hidden["C7"] = number
for column, character in enumerate(number, 1):
    hidden.cell(row=9, column=column, value=character)
book.save(f"{folder}/sheet.xlsx")
PY
    for format in ods xls; do convert "$format" "$office/sheet.xlsx" || return 1; done
    printf '證號 %s\n' "$number" >"$office/note.txt"
    qpdf --empty --pages inputs/*/*/*.pdf 1 -- "$office/plain.pdf" 2>/dev/null ||
        cp "$(find inputs -name '*.pdf' | head -1)" "$office/plain.pdf"
    qpdf "$office/plain.pdf" --add-attachment "$office/note.txt" -- "$office/attached.pdf"
}
check "office programs write the files to be looked through" write_texts

look_through() {
    cp -r inputs "$work/privacy-inputs"
    local folder
    folder=$(find "$work/privacy-inputs" -type d -name '警03-1_*')
    cp "$office"/letter.{odt,docx,doc} "$office"/sheet.{xlsx,ods,xls} "$office"/{note.txt,attached.pdf} "$folder"
    "$huibian" check "$work/privacy-inputs" --today 111-02-10 --format json >"$work/privacy.json" || true
    "$huibian" check "$work/privacy-inputs" --today 111-02-10 >"$work/privacy.txt" || true
}
check "what they wrote is looked through" look_through
found_in() { "$work/venv/bin/python" - "$work/privacy.json" "$1" <<'PY'
import json, sys
text = open(sys.argv[1], encoding="utf-8").read()
found = json.loads(text)
found = found["diagnostics"] if isinstance(found, dict) else found
assert any(d["rule"] == "identity-number" and d["place"].get("file", "").endswith(sys.argv[2]) for d in found), text[:2000]
PY
}
for name in letter.odt letter.docx letter.doc sheet.xlsx sheet.ods sheet.xls note.txt attached.pdf; do
    check "the number in $name is found" found_in "$name"
done
boxes_found() { grep -q '底稿 A9有國民身分證統一編號' "$work/privacy.txt"; }
check "a number in ten boxes is found" boxes_found
never_whole() { ! grep -q "$number" "$work/privacy.json" "$work/privacy.txt"; }
check "it is never told whole" never_whole
