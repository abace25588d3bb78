#!/usr/bin/env bash
# fastexcel 0.21.0: a workbook read as text gives a time of day under h:mm as a moment of 1899-12-31, and 30.5 hours under [h]:mm as one of
# 1900-01-01, though the same call with inferred types knows the second as a duration; 0.123456789012 as text ends at its ninth decimal.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check fastexcel==0.21.0 pyarrow==26.0.1 xlsxwriter==3.3.1
cd "$folder"
bin/python - <<'PY'
import sys

import fastexcel
import xlsxwriter

book = xlsxwriter.Workbook("a.xlsx")
sheet = book.add_worksheet()
sheet.write_row(0, 0, ["time", "hours", "rate"])
sheet.write_number(1, 0, 8.5 / 24, book.add_format({"num_format": "h:mm"}))
sheet.write_number(1, 1, 30.5 / 24, book.add_format({"num_format": "[h]:mm"}))
sheet.write_number(1, 2, 0.123456789012)
book.close()


def row(**options):
    batch = fastexcel.read_excel("a.xlsx").load_sheet(0, **options).to_arrow()
    return [str(batch.column(place)[0].as_py()) for place in range(3)]


text, typed = row(dtypes="string"), row()
print("shown by a spreadsheet: 8:30, 30:30, 0.123456789012")
print("fastexcel 0.21.0, as text:", text)
print("fastexcel 0.21.0, typed:  ", typed)
expected = ["1899-12-31 08:30:00", "1900-01-01 06:30:00", "0.123456789"]
sys.exit((text, typed) != (expected, [expected[0], "1 day, 6:30:00", "0.123456789012"]))
PY
