# A sample of the faults, and hostile workbooks through the program. Sourced by `run`.

check "a sample of kills, failing writes, clocks and orders" tests/second/faults-long --sample 3
check "hostile workbooks end in a sentence, within 300 MB and 10 seconds" \
    python3 tests/second/hostile.py "$huibian" inputs "$work"
