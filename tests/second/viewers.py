"""Follows every link and bookmark of a document in PDFium, the viewer inside Chromium and Edge.

Usage: viewers.py DOCUMENT. Ends with 1 when a way leads to another page than the one written there.
"""

import ctypes
import sys

import pypdfium2 as pdfium
import pypdfium2.raw as raw

document = pdfium.PdfDocument(sys.argv[1])
faults, followed = [], 0
for index in range(len(document)):
    label = document.get_page_label(index) or str(index + 1)
    if label != str(index + 1):
        faults.append(f"page {index + 1} is called {label}")
    page = document[index]
    text = page.get_textpage()
    position, link = ctypes.c_int(0), raw.FPDF_LINK()
    while raw.FPDFLink_Enumerate(page, position, link):
        destination = raw.FPDFLink_GetDest(document, link)
        if not destination:
            continue
        target = raw.FPDFDest_GetDestPageIndex(document, destination)
        area = raw.FS_RECTF()
        raw.FPDFLink_GetAnnotRect(link, area)
        written = text.get_text_bounded(area.left, area.bottom, area.right, area.top).strip()
        followed += 1
        if target < 0 or (written.isdigit() and int(written) != target + 1):
            faults.append(f"page {index + 1}: {written!r} leads to page {target + 1}")
for bookmark in document.get_toc():
    destination = bookmark.get_dest()
    followed += 1
    if destination is None or destination.get_index() is None:
        faults.append(f"bookmark {bookmark.get_title()!r} leads nowhere")
        continue
    title = bookmark.get_title().split("　")[-1].replace(" ", "")
    on_page = document[destination.get_index()].get_textpage().get_text_bounded()
    if title not in "".join(on_page.split()):
        faults.append(f"bookmark {bookmark.get_title()!r} leads to page {destination.get_index() + 1}")
print(f"{followed} followed", *faults, sep="\n")
sys.exit(bool(faults) or followed < 50)
