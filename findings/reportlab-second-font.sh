#!/usr/bin/env bash
# reportlab 5.1.0: of two TrueType fonts registered under one name the first is kept without a word, so that a second document is drawn with
# the glyphs of the first one's font, and what that lacks is a box; and a character beyond U+FFFF has a ToUnicode entry of five digits.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check reportlab==5.1.0 fonttools==4.68.0
cd "$folder"
bin/python - <<'PY'
import io
import re
import sys

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas


def font(character, width):
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0)), pen.lineTo((0, 500)), pen.lineTo((500, 0)), pen.closePath()
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", "one"])
    builder.setupCharacterMap({ord(character): "one"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "one": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (250, 0), "one": (width, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Cut", "styleName": "Regular", "psName": "Cut"})
    builder.setupOS2()
    builder.setupPost()
    made = io.BytesIO()
    builder.save(made)
    return TTFont("Cut", io.BytesIO(made.getvalue()))


rare = "\U0002CB78"
pdfmetrics.registerFont(font(rare, 900))
page = io.BytesIO()
canvas = Canvas(page, pageCompression=0)
canvas.setFont("Cut", 10)
canvas.drawString(10, 10, rare)
canvas.save()
entries = re.findall(rb"<[0-9A-F]{2}> <(2CB78|D872DF78)>", page.getvalue())
pdfmetrics.registerFont(font("B", 600))
width = pdfmetrics.stringWidth("B", "Cut", 1000)
print("width of B by the font registered last: 600; ToUnicode of U+2CB78, in UTF-16: D872DF78")
print("reportlab 5.1.0:", width, entries)
sys.exit((width, entries) != (250, [b"2CB78"]))
PY
