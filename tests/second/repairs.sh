# Corrected copies, under the programs units open them with. Sourced by `run` after rounds.sh, whose validators it uses.

mkdir -p "$work/repairs"
cp -r inputs "$work/repairs/inputs"
find "$work/repairs/inputs" -mindepth 2 -maxdepth 2 -type d -exec rm -r {} +
# Answers spoilt by another program, in an .xlsx and, of another unit, in an .ods that LibreOffice wrote.
cat >"$work/repairs/spoil.py" <<'PY'
import sys, openpyxl
path, spoilt = sys.argv[1], 0
book = openpyxl.load_workbook(path)
for sheet in book:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value in ("實體", "線上", "混成") and spoilt < 3:
                cell.value, spoilt = f"「{cell.value}」", spoilt + 1
assert spoilt, "nothing to spoil"
book.save(path)
PY
spoil() {
    local unit
    for unit in 警察局 勞工處; do
        "$work/venv/bin/python" "$work/repairs/spoil.py" "$work/repairs/inputs/$unit/$unit.xlsx"
    done
    soffice --headless -env:UserInstallation="file://$work/profile" --convert-to ods \
        --outdir "$work/repairs/inputs/勞工處" "$work/repairs/inputs/勞工處/勞工處.xlsx"
    rm "$work/repairs/inputs/勞工處/勞工處.xlsx"
}
check "two workbooks are spoilt" spoil

fixed() {
    "$huibian" check "$work/repairs/inputs" --fix="$work/repairs/fixed" --today 111-02-10 --format json \
        >"$work/repairs/before.json" || [[ $? == 1 ]]
    [[ -f $work/repairs/fixed/警察局/警察局.xlsx && -f $work/repairs/fixed/勞工處/勞工處.ods ]]
    [[ $(grep -c '已修正' "$work/repairs/fixed/修正紀錄.csv") -ge 4 ]]
    ! grep '未修正' "$work/repairs/fixed/修正紀錄.csv"
}
check "corrected copies of an .xlsx and an .ods are written" fixed
# The program that spoilt it orders the parts of a font otherwise than the schema: no fault may be added to its own.
faults_of() {
    "$work/node/node_modules/.bin/ooxml-validator" "$1" | "$work/venv/bin/python" -c '
import json, sys
said = json.load(sys.stdin)
print(*sorted(json.dumps(fault, sort_keys=True) for fault in said.get("errors", [])), sep="\n")'
}
no_new_faults() { diff <(faults_of "$work/repairs/inputs/警察局/警察局.xlsx") <(faults_of "$work/repairs/fixed/警察局/警察局.xlsx"); }
check "the Open XML SDK finds no fault in a corrected .xlsx that was not there" no_new_faults
check "openxml-audit finds no fault in a corrected .ods" is_valid_odf "$work/repairs/fixed/勞工處/勞工處.ods"

put_in_place() {
    cp -r "$work/repairs/inputs" "$work/repairs/again"
    cp "$work/repairs/fixed/警察局/警察局.xlsx" "$work/repairs/again/警察局/"
    cp "$work/repairs/fixed/勞工處/勞工處.ods" "$work/repairs/again/勞工處/"
    "$huibian" check "$work/repairs/again" --fix="$work/repairs/none" --today 111-02-10 --format json \
        >"$work/repairs/after.json" || [[ $? == 1 ]]
    [[ ! -e $work/repairs/none ]]
    "$work/venv/bin/python" - "$work/repairs/before.json" "$work/repairs/after.json" <<'PY'
import json, sys
before, after = (json.load(open(path))["diagnostics"] for path in sys.argv[1:])
key = lambda d: (d["rule"], d["at"], d["message"])
repaired = {key(d) for d in before if "repair" in d}
assert repaired and not any("repair" in d for d in after)
assert not repaired & {key(d) for d in after}, "what was repaired is no longer said"
PY
}
check "put in place, the copies have nothing left to repair" put_in_place

saved_after_repair() {
    soffice --headless -env:UserInstallation="file://$work/profile" --convert-to xlsx \
        --outdir "$work/repairs/saved" "$work/repairs/fixed/警察局/警察局.xlsx"
    "$work/venv/bin/python" - "$work/repairs/fixed/警察局/警察局.xlsx" "$work/repairs/saved/警察局.xlsx" <<'PY'
import sys, openpyxl
ours, theirs = (openpyxl.load_workbook(path, data_only=True) for path in sys.argv[1:])
for sheet in ours:
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value in ("實體", "線上", "混成"):
                assert theirs[sheet.title][cell.coordinate].value == cell.value, (sheet.title, cell.coordinate)
PY
}
check "LibreOffice opens a corrected .xlsx and saves the same answers" saved_after_repair
