# The bundle and its PDFs under the receiver's tools. Sourced by `run`.

compile_sample() { "$huibian" compile inputs --out "$work/out" --today 111-02-10; }
check "the sample compiles without an error" compile_sample

zip=$(find "$work/out" -maxdepth 1 -name '*.zip')
unpack() { mkdir -p "$work/bag" && unzip -q "$zip" -d "$work/bag"; }
check "unzip opens the bundle" unpack
bag=$(find "$work/bag" -mindepth 1 -maxdepth 1 -type d)

one_top_folder() { [[ $(find "$work/bag" -mindepth 1 -maxdepth 1 | wc -l) == 1 ]]; }
check "the bundle has one top folder" one_top_folder
check "bagit-python validates the bag" "$work/venv/bin/python" -m bagit --validate "$bag"
digests() { (cd "$bag" && sha512sum --quiet -c manifest-sha512.txt && sha512sum --quiet -c tagmanifest-sha512.txt); }
check "sha512sum agrees with both manifests" digests
no_office_format() { ! find "$bag" -name '*.xlsx' -o -name '*.xls' | grep -q .; }
check "no commercial office format is packed" no_office_format

check "qpdf finds no fault in the form" qpdf --check "$work/out/自評表.pdf"
check "qpdf finds no fault in the appendices" qpdf --check "$work/out/佐證資料.pdf"
claims_conformance() { grep -aq 'pdfaid:part' "$work/out/自評表.pdf" && grep -aq 'pdfuaid:part' "$work/out/自評表.pdf"; }
check "the form claims PDF/A and PDF/UA" claims_conformance
all_fonts_embedded() { ! pdffonts "$1" | tail -n +3 | awk '{ print $(NF-4) }' | grep -q no; }
check "every font of the form is embedded" all_fonts_embedded "$work/out/自評表.pdf"
text_found() { pdftotext "$work/out/自評表.pdf" - | tr -d ' \n' | grep -q '共通性指標'; }
check "the form's text can be found" text_found
no_location() { ! grep -aqE 'GPSLatitude|Exif' "$work/out/佐證資料.pdf"; }
check "no picture in the appendices holds EXIF" no_location

same_again() {
    "$huibian" compile inputs --out "$work/again" --today 111-02-10 &&
        diff -r "$work/out" "$work/again"
}
check "a second run gives the same bytes" same_again
