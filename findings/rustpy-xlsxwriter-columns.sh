#!/usr/bin/env bash
# rustpy-xlsxwriter 0.8.0: records are written by the position of their values, not by their keys: one whose keys stand in another order has its
# amount below the heading of the unit. A DECIMAL column of an Arrow table comes out with blank cells. Neither raises nor warns.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check rustpy-xlsxwriter==0.8.0 pyarrow==26.0.1 openpyxl==3.1.5
cd "$folder"
bin/python - <<'PY'
import sys
from decimal import Decimal

import openpyxl
import pyarrow as pa
import rustpy_xlsxwriter


def written(data):
    rustpy_xlsxwriter.write_worksheet(data, "a.xlsx")
    return list(openpyxl.load_workbook("a.xlsx").active.values)


records = written([{"unit": "A", "cost": 12.5}, {"cost": 7.25, "unit": "B"}])
table = written(pa.table({"unit": ["A"], "cost": pa.array([Decimal("12.50")], pa.decimal128(20, 2))}))
print("rustpy-xlsxwriter 0.8.0, {unit: A, cost: 12.5}, {cost: 7.25, unit: B}:", records)
print("rustpy-xlsxwriter 0.8.0, Arrow table with DECIMAL(20,2) 12.50:", table)
wanted = [("unit", "cost"), ("A", 12.5), (7.25, "B")], [("unit", "cost"), ("A", None)]
sys.exit((records, table) != wanted)
PY
