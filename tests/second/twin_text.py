"""Every word and figure of one PDF stands in the other, whatever lines and pages they are broken into.

usage: twin_text.py FORM TWIN
"""
import re
import subprocess
import sys


def pages(path):
    text = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True, text=True).stdout
    return [page.splitlines() for page in text.split("\f")]


def is_running(line):
    return re.search(r"第 *\d+ *頁，共 *\d+ *頁|識別碼", line) is not None


def words(path):
    """Pieces between blanks, without headers, footers and leaders."""
    for number, lines in enumerate(pages(path)):
        title = lines[0] if number and lines else None
        for line in lines:
            if is_running(line) or line == title:
                continue
            yield from filter(None, (word.strip("·") for word in line.split() if word != "|"))


def squeezed(path):
    return "".join(words(path))


form, twin = sys.argv[1:]
# Pages of the form itself are counted anew by whoever opens the twin.
own_pages = re.compile(r"本表第|頁次")
carried = squeezed(twin)
wanted = [word for word in words(form) if not own_pages.search(word)]
lost = [word for word in wanted if word not in carried]
print(f"{len(wanted)} words, {len(lost)} lost: {lost[:20]}")
assert len(wanted) > 1000
sys.exit(bool(lost))
