# The plan's workbook, the annexes and the comparison through LibreOffice. Sourced by `run`.

mkdir -p "$work/tables"

convert() {
    soffice --headless -env:UserInstallation="file://$work/profile" --convert-to "$1" --outdir "$3" "$2"
}

# Whatever a spreadsheet program saves, the plan comes back without a difference.
plan_through() {
    local format=$1 folder=$work/tables/plan-$1
    mkdir -p "$folder/saved"
    "$huibian" plan export "$folder/plan.xlsx" inputs
    convert "$format" "$folder/plan.xlsx" "$folder/saved"
    "$huibian" plan import "$folder/saved/plan.$format" inputs --out "$folder/plan.toml" | grep '有 0 處不同'
}
for format in ods xlsx; do
    check "the plan comes back unchanged from LibreOffice as .$format" plan_through "$format"
done

annexes() {
    "$huibian" annexes inputs --out "$work/tables/annexes"
    local name
    for name in 附件1-任務分工表 附件2-評分表; do
        qpdf --check "$work/tables/annexes/$name.pdf"
        convert csv:"Text - txt - csv (StarCalc)":44,34,76 "$work/tables/annexes/$name.ods" "$work/tables/csv"
        pdftotext "$work/tables/annexes/$name.pdf" "$work/tables/csv/$name.txt"
    done
    grep -q '辦理各項移工業務訪視檢查' "$work/tables/csv/附件1-任務分工表.csv"
    grep -q '依110年度考核評分表' "$work/tables/csv/附件2-評分表.csv"
    # Typeset lines break anywhere: compare without breaks.
    tr -d '\n ' <"$work/tables/csv/附件1-任務分工表.txt" | grep -q '辦理各項移工業務訪視檢查'
}
check "the annexes open in other programs and say the same" annexes

comparison() {
    "$huibian" compile inputs --out "$work/tables/out" --today 111-02-10
    mkdir -p "$work/tables/bundles/second"
    cp "$work/tables/out"/*.zip "$work/tables/bundles/"
    cp "$work/tables/out"/*.zip "$work/tables/bundles/second/again.zip"
    "$huibian" collate "$work/tables/bundles" --out "$work/tables/compared"
    local format
    for format in ods xlsx; do
        mkdir -p "$work/tables/$format"
        convert pdf "$work/tables/compared.$format" "$work/tables/$format"
        pdftotext "$work/tables/$format/compared.pdf" - | tr -d '\n ' | grep -q '同一政府同一年度收到2份'
    done
}
check "the comparison of bundles opens in LibreOffice" comparison
