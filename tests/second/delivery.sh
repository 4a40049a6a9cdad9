# Volumes, mails and the letter under the receiver's tools. Sourced by `run`.

cp -r inputs "$work/large"
printf '\n[limits]\nattachment_megabytes = 5\n' >>"$work/large/plan.toml"
in_volumes() { "$huibian" compile "$work/large" --out "$work/volumes" --today 111-02-10; }
check "a bundle too large for one mail compiles into volumes" in_volumes

several_volumes() { [[ $(find "$work/volumes" -maxdepth 1 -name '*of*.zip' | wc -l) -ge 2 ]]; }
check "there are several volumes" several_volumes
for volume in "$work"/volumes/*of*.zip; do
    name=$(basename "$volume" .zip)
    unpack_volume() { mkdir -p "$work/bags" && unzip -q "$volume" -d "$work/bags"; }
    check "unzip opens $name" unpack_volume
    check "bagit-python validates $name" "$work/venv/bin/python" -m bagit --validate "$work/bags/$name"
done
grouped() {
    [[ $(sort -u <(grep -h '^Bag-Group-Identifier' "$work"/bags/*of*/bag-info.txt) | wc -l) == 1 ]] &&
        [[ $(grep -h '^Bag-Count' "$work"/bags/*of*/bag-info.txt | sort -u | wc -l) == $(ls "$work"/volumes/*of*.zip | wc -l) ]]
}
check "the volumes name one group and count themselves" grouped
check "verify accepts the folder of volumes" "$huibian" verify "$work/volumes"
one_missing() { "$huibian" verify "$work"/volumes/*1of*.zip "$work"/volumes/*2of*.zip; (($? == 12)); }
check "verify misses the last volume" one_missing
for part in "$work"/volumes/*.pdf; do
    check "qpdf finds no fault in $(basename "$part")" qpdf --check "$part"
done
mails_carry_volumes() { "$work/venv/bin/python" tests/second/mails.py "$work/volumes" 5000000; }
check "python's mail parser finds each volume whole in its mail" mails_carry_volumes
plain_files() {
    for volume in "$work"/volumes/附件/*/; do
        (cd "$volume" && sha512sum --quiet -c <(cat "$work"/bags/*-"$(basename "$volume" | tr -dc 0-9)"of*/manifest-sha512.txt | sed 's,  data/,  ,')) || return 1
    done
}
check "the plain files are those of the bags" plain_files
volumes_again() {
    "$huibian" compile "$work/large" --out "$work/volumes-again" --today 111-02-10 &&
        diff -r "$work/volumes" "$work/volumes-again"
}
check "volumes are the same bytes in a second run" volumes_again

letter_opens() {
    soffice --headless "-env:UserInstallation=file://$work/letter-profile" --convert-to pdf \
        --outdir "$work/letter" "$work/out/函稿.odt" &&
        pdftotext "$work/letter/函稿.pdf" - | tr -d ' \n' | grep -q '主旨：檢送本府' &&
        [[ $(pdfinfo "$work/letter/函稿.pdf" | awk '/^Pages/ { print $2 }') == 1 ]]
}
check "LibreOffice opens the letter, on one page" letter_opens
letter_is_odf() {
    "$work/venv/bin/python" - "$work/out/函稿.odt" <<'PYTHON'
import sys, zipfile
from xml.etree import ElementTree
with zipfile.ZipFile(sys.argv[1]) as odt:
    first = odt.infolist()[0]
    assert first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED and not first.extra
    listed = {e.get("{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}full-path")
              for e in ElementTree.fromstring(odt.read("META-INF/manifest.xml"))}
    assert listed == {"/", *odt.namelist()} - {"mimetype", "META-INF/manifest.xml"}, listed
    for name in odt.namelist():
        if name.endswith(".xml"):
            ElementTree.fromstring(odt.read(name))
PYTHON
}
check "the letter is a well-formed OpenDocument package" letter_is_odf
rehearsal() {
    "$huibian" compile "$work/large" --out "$work/never" --dry-run --today 111-02-10 | grep -q '未寫入任何產出' &&
        [[ ! -e $work/never ]]
}
check "a dry run writes no output" rehearsal
