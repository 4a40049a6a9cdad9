"""Compares two `check --format json` reports: the same findings, wherever the file now lies."""
import json
import re
import sys

def findings(path):
    report = json.load(open(path, encoding="utf-8"))
    rows = []
    for finding in report["diagnostics"]:
        place = re.sub(r"\.(xlsx|ods|xls)\b", "", json.dumps(finding["place"], ensure_ascii=False, sort_keys=True))
        rows.append((finding["rule"], finding["severity"], place, re.sub(r"\.(xlsx|ods|xls)\b", "", finding["message"])))
    return sorted(rows)

before, after = map(findings, sys.argv[1:3])
for row in before:
    if row not in after:
        print("only before:", row)
for row in after:
    if row not in before:
        print("only after: ", row)
sys.exit(before != after)
