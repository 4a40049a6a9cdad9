"""Writes office documents of every kind, with traps planted, into a folder.

Usage: office_documents.py FOLDER PORT SECRET MARK
FOLDER: where the documents go; FOLDER.words lists the words that must be found in their pages.
PORT: a listener of ours; documents link to it. SECRET: a picture on this machine that they link to.
MARK: a file that a macro writes if it ever runs.
"""

import io
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

import docx
import msoffcrypto.format.ooxml
import openpyxl
import pptx

folder, port, secret, mark = sys.argv[1:]
folder = pathlib.Path(folder)
links = [f"http://127.0.0.1:{port}/picture.png", f"http://localhost:{port}/picture.png", pathlib.Path(secret).as_uri()]


def png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([200, 30, 30]) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


pathlib.Path(secret).write_bytes(png(611, 613))


def word():
    document = docx.Document()
    document.add_paragraph("文字DOCX 示例")
    for index, link in enumerate(links):
        document.add_picture(io.BytesIO(png(20 + index, 20)))
    data = io.BytesIO()
    document.save(data)
    # Embedded pictures become linked ones.
    out = io.BytesIO()
    with zipfile.ZipFile(data) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "word/_rels/document.xml.rels":
                text = part.decode()
                for index, link in enumerate(links):
                    text = text.replace(
                        f'Target="media/image{index + 1}.png"', f'Target="{link}" TargetMode="External"'
                    )
                part = text.encode()
            if name == "word/document.xml":
                part = part.replace(b"r:embed=", b"r:link=")
            if not name.startswith("word/media/"):
                target.writestr(name, part)
    return out.getvalue()


def workbook(word):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = f"文字{word} 示例"
    sheet["A2"] = f'=_xlfn.WEBSERVICE("{links[0]}")'
    sheet["A3"] = f"='file:///{secret}'#$Sheet1.A1"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def slides(word):
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = f"文字{word} 示例"
    data = io.BytesIO()
    deck.save(data)
    return data.getvalue()


NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
        "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
        "script": "urn:oasis:names:tc:opendocument:xmlns:script:1.0",
        "xlink": "http://www.w3.org/1999/xlink",
        "dom": "http://www.w3.org/2001/xml-events",
        "ooo": "http://openoffice.org/2004/office",
    }.items()
)


def open_document(kind, body):
    """With a macro that runs when the document is opened, where macros run."""
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    listeners = "".join(
        f'<script:event-listener script:language="ooo:script" script:event-name="{event}" xlink:type="simple" '
        'xlink:href="vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document"/>'
        for event in ("dom:load", "office:load-finished")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMESPACES} office:version="1.2">'
        f"<office:scripts><office:event-listeners>{listeners}</office:event-listeners></office:scripts>"
        f"<office:body>{body}</office:body></office:document-content>"
    )
    library = (
        '<?xml version="1.0" encoding="UTF-8"?><library:{0} xmlns:library="http://openoffice.org/2000/library" '
        'xmlns:xlink="http://www.w3.org/1999/xlink"{1}</library:{0}>'
    )
    module = (
        '<?xml version="1.0" encoding="UTF-8"?><script:module xmlns:script="http://openoffice.org/2000/script" '
        'script:name="Module1" script:language="StarBasic">Sub Main\n'
        f'f = FreeFile\nOpen "{mark}" For Output As #f\nPrint #f, "here"\nClose #f\nEnd Sub</script:module>'
    )
    parts = {
        "content.xml": content,
        "Basic/script-lc.xml": library.format(
            "libraries", '><library:library library:name="Standard" library:link="false"/>'
        ),
        "Basic/Standard/script-lb.xml": library.format(
            "library", ' library:name="Standard" library:readonly="false"><library:element library:name="Module1"/>'
        ),
        "Basic/Standard/Module1.xml": module,
    }
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>' for name in parts
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.2" '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mimetype}"/>{entries}</manifest:manifest>'
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as target:
        target.writestr("mimetype", mimetype)
        for name, part in parts.items():
            target.writestr(name, part)
        target.writestr("META-INF/manifest.xml", manifest)
    return data.getvalue()


pictures = "".join(
    f'<draw:frame svg:width="2cm" svg:height="2cm" text:anchor-type="as-char"><draw:image xlink:href="{link}" '
    'xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame>'
    for link in links
)
odt = open_document("text", f"<office:text><text:p>文字ODT 示例</text:p><text:p>{pictures}</text:p></office:text>")
ods = open_document(
    "spreadsheet",
    '<office:spreadsheet><table:table table:name="a"><table:table-row><table:table-cell office:value-type="string">'
    "<text:p>文字ODS 示例</text:p></table:table-cell></table:table-row></table:table>"
    f'<table:table table:name="b"><table:table-source table:mode="copy-all" xlink:type="simple" xlink:href="{links[0]}"/>'
    "</table:table></office:spreadsheet>",
)
odp = open_document(
    "presentation",
    '<office:presentation><draw:page draw:name="a"><draw:frame svg:x="2cm" svg:y="2cm" svg:width="15cm" svg:height="3cm">'
    "<draw:text-box><text:p>文字ODP 示例</text:p></draw:text-box></draw:frame></draw:page></office:presentation>",
)
for name, data in {
    "a.docx": word(), "b.odt": odt, "c.xlsx": workbook("XLSX"), "d.ods": ods, "e.pptx": slides("PPTX"), "f.odp": odp,
}.items():
    (folder / name).write_bytes(data)


def old(new, kind, word):
    """A document saved in the old format of its program, with a word of its own."""
    with tempfile.TemporaryDirectory() as work:
        source = pathlib.Path(work) / f"old.{new[0]}"
        source.write_bytes(new[1])
        command = ["soffice", f"-env:UserInstallation=file://{work}/profile", "--headless", "--convert-to", kind]
        subprocess.run([*command, "--outdir", work, source], check=True, stdout=subprocess.DEVNULL, timeout=120)
        (folder / f"{word}.{kind}").write_bytes((pathlib.Path(work) / f"old.{kind}").read_bytes())


plain = docx.Document()
plain.add_paragraph("文字DOC 示例")
data = io.BytesIO()
plain.save(data)
old(("docx", data.getvalue()), "doc", "g")
old(("xlsx", workbook("XLS")), "xls", "h")
old(("pptx", slides("PPT")), "ppt", "i")

locked = io.BytesIO()
msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(data.getvalue())).encrypt("secret", locked)
(folder / "locked.doc").write_bytes(locked.getvalue())

words = ["DOCX", "ODT", "XLSX", "ODS", "PPTX", "ODP", "DOC", "XLS", "PPT"]
pathlib.Path(f"{folder}.words").write_text("".join(f"文字{word}\n" for word in sorted(words)))
