#!/usr/bin/env bash
# XlsxWriter 3.3.1: write_string takes a text that begins with <r> and ends with </r> for markup of its own and writes it as it is: one that is
# well formed loses its tags, and of any other nothing opens the workbook again. Nothing raises or warns.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check xlsxwriter==3.3.1 openpyxl==3.1.5
cd "$folder"
bin/python - <<'PY'
import sys
from xml.etree.ElementTree import ParseError

import openpyxl
import xlsxwriter


def read_back(text):
    with xlsxwriter.Workbook("a.xlsx") as book:
        book.add_worksheet().write_string(0, 0, text)
    try:
        return openpyxl.load_workbook("a.xlsx").active["A1"].value
    except ParseError as error:
        return type(error)


texts = ["<r><t>12</t></r>", "<r>1 < 2</r>"]
shown = [read_back(text) for text in texts]
for text, found in zip(texts, shown):
    print(f"XlsxWriter 3.3.1, {text!r} written as a string, read back:", found)
sys.exit(shown != ["12", ParseError])
PY
