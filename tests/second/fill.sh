# The agency's own form through Word's and LibreOffice's files. Sourced by `run`, after `twin.sh`.

"$work/venv/bin/pip" install -q python-docx==1.2.0
mkdir -p "$work/fill"
"$work/venv/bin/python" - "$work/fill/form.docx" <<'PY'
import sys, docx
form = docx.Document()
form.sections[0].header.paragraphs[0].text = "{{機關}}"
form.add_heading("{{標題}}{{表名}}", 1)
split = form.add_paragraph("填表日期：{{填表")
split.add_run("日").bold = True
split.add_run("期}}")
table = form.add_table(rows=2, cols=3, style="Table Grid")
for cell, text in zip(table.rows[0].cells, ["指標", "配分", "自評"]):
    cell.text = text
for cell, text in zip(table.rows[1].cells, ["{{指標.編號}} {{指標.名稱}}", "{{指標.配分}}", "{{指標.自評}}"]):
    cell.text = text
form.add_paragraph("{{2-1.執行情形}}")
form.save(sys.argv[1])
PY
# The same form as LibreOffice saves it.
soffice --headless -env:UserInstallation="file://$work/profile" --convert-to odt --outdir "$work/fill" \
    "$work/fill/form.docx" >/dev/null
fills() {
    local kind=$1 text
    rm -f "$work/fill/filled.$kind"
    "$huibian" fill "$work/fill/form.$kind" inputs --today 111-02-10 --out "$work/fill/filled.$kind" || return 1
    soffice --headless -env:UserInstallation="file://$work/profile" --convert-to pdf --outdir "$work/fill" \
        "$work/fill/filled.$kind" || return 1
    text=$(pdftotext -layout "$work/fill/filled.pdf" - | tr -d ' \n')
    for wanted in 新竹市政府 填表日期：111年3月10日 2-1教育訓練 3-3協調聯繫會議成果 依110年度考核評分表 本府各單位均依年度; do
        [[ $text == *"$wanted"* ]] || { echo "missing: $wanted"; return 1; }
    done
    [[ $text != *'{{'* ]]
}
for kind in docx odt; do
    check "a form as .$kind is filled and LibreOffice opens it" fills "$kind"
done
check "python-docx opens the filled form" "$work/venv/bin/python" -c \
    "import sys, docx; assert len(docx.Document(sys.argv[1]).tables[0].rows) == 13" "$work/fill/filled.docx"
