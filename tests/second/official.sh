# The agency's own form in place of ours, through LibreOffice. Sourced by `run`, after `fill.sh`, which makes
# the form.

goes_in_place_of_ours() {
    local place=$work/official bag text kind
    rm -rf "$place" && mkdir -p "$place"
    cp -r inputs "$place/inputs"
    mkdir -p "$place/inputs/00_秘書單位/官方表單"
    cp "$work/fill/form.$1" "$place/inputs/00_秘書單位/官方表單/考核表.$1"
    "$huibian" compile "$place/inputs" --out "$place/output" --today 111-02-10 --no-compare || return 1
    bag=$(unzip -Z1 "$place"/output/*.zip)
    grep -q '/01-self-assessment-考核表.pdf$' <<<"$bag" || return 1
    ! grep -q '/01-self-assessment-自評表.pdf$' <<<"$bag" || return 1
    kind=$(grep -c '/01-self-assessment-考核表.odt$' <<<"$bag" || true)
    [[ $kind == "$2" ]] || return 1
    ! grep -q 'docx$' <<<"$bag" || return 1
    qpdf --check "$place/output/官方表單-考核表.pdf" || return 1
    text=$(pdftotext -layout "$place/output/官方表單-考核表.pdf" - | tr -d ' \n')
    [[ $text == *填表日期：111年3月10日* && $text != *'{{'* ]] || { echo "$text"; return 1; }
    sha256sum "$place"/output/*.zip >"$place/first"
    "$huibian" compile "$place/inputs" --out "$place/output" --today 111-02-10 --no-compare --no-cache || return 1
    sha256sum -c "$place/first"
}
check "an official .odt goes as ODF and PDF in place of our form, with the same bytes twice" goes_in_place_of_ours odt 1
check "an official .docx goes as its PDF alone" goes_in_place_of_ours docx 0
