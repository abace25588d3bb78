#!/usr/bin/env bash
# Polars 1.44.2: concat(how='vertical'), which refuses frames whose columns differ in type, takes decimals of different scale and rounds those
# of the second frame to the scale of the first; the other order keeps them. 'vertical_relaxed' takes the finer scale.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check polars==1.44.2
cd "$folder"
bin/python - <<'PY'
import sys
from decimal import Decimal

import polars as pl


def frame(amount, scale):
    return pl.DataFrame({"cny": pl.Series([Decimal(amount)], dtype=pl.Decimal(20, scale))})


def joined(*frames, how):
    return [str(value) for value in pl.concat(frames, how=how)["cny"]]


coarse, fine = frame("1.00", 2), frame("0.0049", 4)
seen = [
    joined(coarse, fine, how="vertical"),
    joined(fine, coarse, how="vertical"),
    joined(coarse, fine, how="vertical_relaxed"),
]
for way, values in zip(("vertical, 1.00 first", "vertical, 0.0049 first", "vertical_relaxed"), seen):
    print(f"Polars 1.44.2, DECIMAL(20,2) 1.00 and DECIMAL(20,4) 0.0049, {way}: {values}")
try:
    pl.concat([pl.DataFrame({"n": pl.Series([1], dtype=pl.Int32)}), pl.DataFrame({"n": pl.Series([1], dtype=pl.Int64)})])
    refused = False
except pl.exceptions.SchemaError:
    refused = True
print("integers of different width, vertical, are refused:", refused)
sys.exit((seen, refused) != ([["1.00", "0.00"], ["0.0049", "1.0000"], ["1.0000", "0.0049"]], True))
PY
