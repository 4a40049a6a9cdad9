# A unit's workbook through the programs a department may use. Sourced by `run`.

mkdir -p "$work/trip"
cp -r inputs "$work/trip/inputs"
find "$work/trip/inputs" -name '*.ods' -path '*填報*' -delete || true

answers() { "$huibian" check "$1" --format json --today 111-02-10 >"$2" || [[ $? == 1 ]]; }
answers "$work/trip/inputs" "$work/trip/before.json"

through_libreoffice() {
    local format=$1 source=$2
    rm -rf "$work/trip/$format" && cp -r inputs "$work/trip/$format"
    local target="$work/trip/$format/$source"
    soffice --headless -env:UserInstallation="file://$work/profile" --convert-to "$format" \
        --outdir "$(dirname "$target")/.converted" "$target"
    rm "$target"
    local stem=${target##*/}
    mv "$(dirname "$target")/.converted/${stem%.*}.$format" "$(dirname "$target")/"
    rmdir "$(dirname "$target")/.converted"
    answers "$work/trip/$format" "$work/trip/$format.json"
    "$work/venv/bin/python" tests/second/same_findings.py "$work/trip/before.json" "$work/trip/$format.json"
}
for format in xlsx ods xls; do
    check "LibreOffice saves a workbook as .$format and it reads the same" \
        through_libreoffice "$format" 警察局/警察局.xlsx
done

through_openpyxl() {
    rm -rf "$work/trip/openpyxl" && cp -r inputs "$work/trip/openpyxl"
    "$work/venv/bin/python" - "$work/trip/openpyxl/警察局/警察局.xlsx" <<'PY'
import sys, openpyxl
path = sys.argv[1]
openpyxl.load_workbook(path).save(path)
PY
    answers "$work/trip/openpyxl" "$work/trip/openpyxl.json"
    "$work/venv/bin/python" tests/second/same_findings.py "$work/trip/before.json" "$work/trip/openpyxl.json"
}
check "openpyxl saves a workbook and it reads the same" through_openpyxl
