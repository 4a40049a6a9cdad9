# The check report in a browser. Sourced by `run`.

command -v chromium >/dev/null && command -v node >/dev/null && command -v npm >/dev/null || {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        chromium chromium-driver nodejs npm >/dev/null
}
mkdir -p "$work/browser"
npm install --silent --no-audit --no-fund --prefix "$work/browser" playwright-core@1.65.1 axe-core@4.14.1 >/dev/null
cp tests/second/report.mjs "$work/browser/"

# A workspace in which an empty file, a missing one and a unit that has not handed in are told.
mkdir -p "$work/report"
cp -r inputs "$work/report/inputs"
rm "$work/report/inputs/教育處/教育處.xlsx"
rm -r "$work/report/inputs/勞工處/勞03-1_研訓計畫"
: >"$work/report/inputs/警察局/警03-1_統計表/<b>空的&.pdf"
page() { "$huibian" check "$1" --today 111-02-10 --html "$2" >/dev/null || [[ $? == 1 ]]; }
page "$work/report/inputs" "$work/report/faults.html"
page inputs "$work/report/sample.html"

# 2,000 findings.
cp -r "$work/report/inputs" "$work/report/many"
for number in $(seq 2000); do
    : >"$work/report/many/警察局/警03-1_統計表/第${number}份統計表.pdf"
done
page "$work/report/many" "$work/report/many.html"

for test in works fits is_accessible prints; do
    check "the report in Chromium: $test" node "$work/browser/report.mjs" "$test" "$work/report/faults.html"
done
check "the report without findings in Chromium" node "$work/browser/report.mjs" is_accessible "$work/report/sample.html"
check "a report of 2,000 findings stays small and opens fast" \
    node "$work/browser/report.mjs" is_fast "$work/report/many.html"
