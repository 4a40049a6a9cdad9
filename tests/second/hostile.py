"""Hostile and odd workbooks through the real program: each ends in values or in one clear sentence,
within 300 MB in the parent and 10 seconds of processor time. `hostile.py HUIBIAN INPUTS WORK`."""

import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FILE = "警察局/警察局"
PARENT_KB = 300 * 1024
SECONDS = 10


def zipped(parts, stored=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in parts.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, kind)
    return out.getvalue()


def xlsx(rows="", **changes):
    relation = lambda name, kind, target: f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f"<Relationships>{relation('a', 'officeDocument', 'xl/workbook.xml')}</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns:r="{OFFICE}"><sheets><sheet name="表" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        + relation("r1", "worksheet", "worksheets/sheet1.xml")
        + relation("r2", "sharedStrings", "sharedStrings.xml")
        + "</Relationships>",
        "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>",
    }
    parts.update({key.replace("__", "/").replace("_xml", ".xml"): value for key, value in changes.items()})
    return zipped(parts)


def sheet(content):
    return xlsx(xl__worksheets__sheet1_xml=content)


def ods(table, before=""):
    content = (
        f"{before}<office:document-content><office:body><office:spreadsheet>"
        f'<table:table table:name="表">{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return ods_content(content)


def ods_content(content):
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": "<manifest:manifest/>",
        "content.xml": content,
    }
    return zipped(parts, stored=("mimetype",))


def record(kind, body=b""):
    return struct.pack("<HH", kind, len(body)) + body


def compound(stream):
    """A compound file with one stream 「Workbook」, long enough to keep out of the mini stream."""
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    stream += b"\0" * (max(4096, -(-len(stream) // sector) * sector) - len(stream))
    n = len(stream) // sector
    n_fat = -(-(n + 2) // 127)
    fat = [0xFFFFFFFD] * n_fat + [end] + list(range(n_fat + 2, n_fat + 1 + n)) + [end]
    fat += [free] * (n_fat * 128 - len(fat))
    def entry(name, kind, start, size, child):
        text = name.encode("utf-16-le")
        head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2 if name else 0, kind, 1)
        return head + struct.pack("<III", free, free, child) + b"\0" * 36 + struct.pack("<IQ", start, size)
    folder = entry("Root Entry", 5, end, 0, 1) + entry("Workbook", 2, n_fat + 1, len(stream), free)
    folder += entry("", 0, 0, 0, free) * 2
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += b"\0" * 6 + struct.pack("<IIIIIIIII", 0, n_fat, n_fat, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", *(list(range(n_fat)) + [free] * (109 - n_fat)))
    return header + struct.pack(f"<{len(fat)}I", *fat) + folder + stream


def xls(globals_=b"", cells=b""):
    bof = lambda kind: record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))
    head = bof(5) + globals_
    position = len(head) + 4 + 10 + 4
    bound = struct.pack("<IBBBB", position, 0, 0, 1, 1) + "表".encode("utf-16-le")
    return compound(head + record(0x85, bound) + record(0x0A) + bof(0x10) + cells + record(0x0A))


def form_with(rows, inputs):
    """The sample's own workbook with rows appended to its first visible form sheet."""
    out = io.BytesIO()
    source = zipfile.ZipFile(inputs / f"{FILE}.xlsx")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            if re.fullmatch(r"xl/worksheets/sheet3\.xml", name):
                content = content.replace(b"</sheetData>", rows.encode() + b"</sheetData>")
            archive.writestr(name, content)
    return out.getvalue()


def cases(inputs):
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    row = '<table:table-row table:number-rows-repeated="{}"><table:table-cell table:number-columns-repeated="{}" office:value-type="float" office:value="1"/></table:table-row>'
    number = struct.pack("<HHHd", 0, 0, 0, 1.0)
    corners = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    far = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 60001))
    lying = bytearray(xlsx("<row><c><v>1</v></c></row>"))
    at = bytes(lying).rindex(b"xl/worksheets/sheet1.xml")
    lying[at - 22 : at - 18] = struct.pack("<I", 3)
    looped = bytearray(xls(cells=record(0x203, number)))
    looped[512 + 4 * 3 : 512 + 4 * 8] = struct.pack("<5I", 3, 3, 3, 3, 3)
    markers = "".join(f'<row><c t="str"><v>HB1|p|u|{n}|x</v></c></row>' for n in range(300_000))
    cells = "".join(f'<row r="{n}"><c r="Z{n}"><v>{n}</v></c><c r="AA{n}" t="str"><v>字{n}</v></c></row>' for n in range(2000, 602_000))
    whole = xlsx("<row><c><v>1</v></c></row>")
    yield "sst of four billion", "xlsx", xlsx('<row><c t="s"><v>0</v></c></row>', xl__sharedStrings_xml='<sst uniqueCount="4294967295"><si><t>甲</t></si></sst>')
    yield "two corners", "xlsx", xlsx(corners)
    yield "a far column", "xlsx", xlsx(far + '<row r="60001"><c r="XFD60001"><v>1</v></c></row>')
    yield "a reference past the grid", "xlsx", xlsx('<row><c r="ZZZZZZZZZZZ99999999999999"><v>1</v></c></row>')
    yield "a reversed dimension", "xlsx", sheet('<worksheet><dimension ref="D9:A1"/><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>')
    yield "one cell of 512 MB", "xlsx", xlsx('<row><c t="str"><v>' + "x" * (512 << 20) + "</v></c></row>")
    yield "strings of 128 MB", "xlsx", xlsx(xl__sharedStrings_xml="<sst>" + ("<si><t>" + "字x" * 500 + "</t></si>") * 64_000 + "</sst>")
    yield "eight million empty strings", "xlsx", xlsx(xl__sharedStrings_xml="<sst>" + "<si/>" * 8_000_000 + "</sst>")
    yield "five million cells", "xlsx", xlsx(("<row>" + "<c><v>1</v></c>" * 1000 + "</row>") * 5000)
    yield "two million different cells", "xlsx", xlsx("".join("<row>" + "".join(f"<c><v>{n * 7919 % 1000003}</v></c>" for n in range(k * 100, k * 100 + 100)) + "</row>" for k in range(20_000)))
    yield "a gigabyte of blanks", "xlsx", sheet("<worksheet>" + " " * (1 << 28) + "</worksheet>")
    yield "an entity bomb", "xlsx", xlsx(xl__sharedStrings_xml=bomb + "<sst><si><t>&b;&c;</t></si></sst>")
    yield "an entity bomb in an ods", "ods", ods("<table:table-row><table:table-cell><text:p>&c;</text:p></table:table-cell></table:table-row>", bomb)
    yield "a false declared size", "xlsx", bytes(lying)
    yield "a million deep", "xlsx", sheet("<worksheet><sheetData>" + "<a>" * 1_000_000)
    yield "a hundred thousand attributes", "xlsx", sheet("<worksheet " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>")
    yield "fifty thousand sheets", "xlsx", xlsx(xl__workbook_xml=f'<workbook xmlns:r="{OFFICE}"><sheets>' + "".join(f'<sheet name="{n}" r:id="r1"/>' for n in range(50_000)) + "</sheets></workbook>")
    yield "a million names", "xlsx", xlsx(xl__workbook_xml=f'<workbook xmlns:r="{OFFICE}"><sheets><sheet name="表" r:id="r1"/></sheets><definedNames>' + "".join(f'<definedName name="n{n}">表!$A$1</definedName>' for n in range(1_000_000)) + "</definedNames></workbook>")
    yield "markers of three hundred thousand forms", "xlsx", xlsx(markers)
    yield "our form with 1.2 million cells more", "xlsx", form_with(cells, inputs)
    yield "errors of new kinds", "xlsx", xlsx("<row>" + "".join(f'<c t="e"><v>#{e}</v></c>' for e in ("SPILL!", "CALC!", "FIELD!", "BLOCKED!", "GETTING_DATA", "BUSY!")) + "</row>")
    yield "a UTF-16 part", "xlsx", sheet('<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>'.encode("utf-16"))
    yield "95 million repeated cells", "ods", ods(row.format(1_048_576, 90))
    yield "cells repeated past all numbers", "ods", ods(row.format("18446744073709551616", "99999999999"))
    yield "two billion blanks", "ods", ods('<table:table-row><table:table-cell office:value-type="string"><text:p>甲<text:s text:c="2000000000"/></text:p></table:table-cell></table:table-row>')
    yield "nested tables", "ods", ods("<table:table-row><table:table-cell><table:table>" * 100_000)
    yield "pretty-printed", "ods", ods("\n  <table:table-row>\n    <!-- x -->\n    <table:table-cell office:value-type=\"float\" office:value=\"1\"/>\n  </table:table-row>\n")
    yield "a looped compound file", "xls", bytes(looped)
    yield "an xls with XOR obfuscation", "xls", xls(record(0x2F, struct.pack("<HHH", 0, 0x1234, 0x5678)))
    yield "an xls that claims the whole plane", "xls", xls(cells=record(0x200, struct.pack("<IIHHH", 0, 0xFFFFFFFE, 0, 0xFFFF, 0)) + record(0x203, number))
    yield "an xls of 350,000 cells", "xls", xls(cells=b"".join(record(0x203, struct.pack("<HHHd", n % 65536, n // 65536, 0, n)) for n in range(350_000)))
    yield "an xlsb", "xlsb", zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"x"})
    yield "cut in the middle", "xlsx", whole[: len(whole) // 2]
    yield "a web page", "xls", "<html><table><tr><td>1</td></tr></table></html>".encode()
    yield "nothing", "xlsx", b""


class Watch(threading.Thread):
    """The parent's own peak of memory, which no sum of processes tells."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak = pid, 0

    def run(self):
        while True:
            try:
                status = Path(f"/proc/{self.pid}/status").read_text()
            except OSError:
                return
            found = re.search(r"VmHWM:\s+(\d+)", status)
            self.peak = max(self.peak, int(found[1]) if found else 0)
            time.sleep(0.01)


def hasten():
    """A busy machine must not be taken for a slow program: workers have twenty seconds by the clock."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -19)
    except PermissionError:
        pass


def examine(program, workspace):
    """Exit code, report, the parent's peak in KB, processor seconds of parent and workers."""
    report = workspace.parent / "report.json"
    with report.open("wb") as out:
        command = [program, "check", str(workspace), "--format", "json", "--today", "111-02-10"]
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, preexec_fn=hasten)
        watch = Watch(child.pid)
        watch.start()
        errors = child.stderr.read().decode(errors="replace")
        _, status, used = os.wait4(child.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    try:
        told = json.loads(report.read_text())["diagnostics"]
    except (ValueError, KeyError):
        told = []
    return code, told, errors, watch.peak, used.ru_utime + used.ru_stime


def main():
    program, inputs, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    workspace = work / "hostile" / "inputs"
    shutil.rmtree(workspace.parent, ignore_errors=True)
    (workspace / "警察局").mkdir(parents=True)
    shutil.copy(inputs / "plan.toml", workspace)
    n_cases, broken, peak, slowest = 0, 0, 0, 0.0
    only = os.environ.get("ONLY", "")
    for name, extension, content in cases(inputs):
        if only not in name:
            continue
        path = workspace / f"{FILE}.{extension}"
        path.write_bytes(content)
        code, told, errors, memory, seconds = examine(program, workspace)
        path.unlink()
        about = [d for d in told if (d["place"].get("file") or "").startswith(FILE)]
        faults = []
        if code not in (0, 1):
            faults.append(f"ended with {code}: {errors[:200]}")
        if not about or not all(d["hint"] for d in about):
            faults.append("nothing is told about the file, or not what to do")
        if any(d["rule"] == "file-too-hard" for d in about):
            faults.append("a worker gave up")
        if memory > PARENT_KB or seconds > SECONDS:
            faults.append("too much memory or time")
        if faults or os.environ.get("VERBOSE"):
            print(f"{name}: {[d['rule'] for d in about][:3]}, {memory // 1024} MB, {seconds:.1f} s {'; '.join(faults)}", flush=True)
        n_cases += 1
        broken += bool(faults)
        peak, slowest = max(peak, memory), max(slowest, seconds)
    print(f"{n_cases} hostile workbooks, {broken} not held; the parent's peak {peak // 1024} MB, the slowest {slowest:.1f} s")
    sys.exit(1 if broken else 0)


main()
