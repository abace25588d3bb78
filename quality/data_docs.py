"""Data Docs that open anywhere: pages of Great Expectations without what they would load from other sites.

As written they ask nine addresses for styles and scripts, without which they are hard to read, and advertise a newsletter. Belongs here:
what is left out, and the style that takes its place. Does not belong here: what the pages say (`gate.py`).
"""

import re
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

# The logo comes from an address that counts who looks.
_LOADED = re.compile(r"<(?:link|img)\b[^>]*\b(?:href|src)=[\"']https?://[^>]*>", re.IGNORECASE)
# Inline scripts stand on those that would be loaded.
_SCRIPTS = re.compile(r"<script\b.*?</script>", re.IGNORECASE | re.DOTALL)
_FOOTERS = re.compile(r"<footer\b.*?</footer>", re.IGNORECASE | re.DOTALL)
# The index has its rows in scripts, so without them its tables are empty; each lists the pages of a folder.
_INDEX_TABLE = re.compile(r"<table\b[^>]*\bge-index-page-(\w+)[-_]\w+-table\b[^>]*>\s*</table>", re.IGNORECASE)
_CLEAR_FILTERS = re.compile(r"<button\b[^>]*clearTableFilters.*?</button>", re.IGNORECASE | re.DOTALL)
_LISTED = {"validation": "validations", "expectation": "expectations"}
_HEAD_END = re.compile(r"</head>", re.IGNORECASE)
_POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' data: file:; "
    "style-src 'self' 'unsafe-inline' file:; base-uri 'none'; form-action 'none'\">"
)


def make_self_contained(folder: Path) -> None:
    """Rewrite the pages below a folder so that they load nothing from elsewhere."""
    style = (files("quality") / "data_docs.css").read_text("utf-8")
    for page in sorted(folder.rglob("*.html")):
        text = page.read_text("utf-8")
        for pattern in (_LOADED, _SCRIPTS, _FOOTERS, _CLEAR_FILTERS):
            text = pattern.sub("", text)
        text = _INDEX_TABLE.sub(lambda found: "".join(_links(folder, _LISTED[found[1].lower()])), text)
        page.write_text(_HEAD_END.sub(lambda _: f"{_POLICY}<style>{style}</style></head>", text, count=1), "utf-8")


def _links(folder: Path, below: str) -> Iterator[str]:
    """The pages of a folder of the site as a list of links, the latest first."""
    yield "<ul>"
    for page in sorted((folder / below).rglob("*.html"), reverse=True):
        path = page.relative_to(folder).as_posix()
        yield f'<li><a href="{quote(path)}">{escape(path.removesuffix(".html"))}</a></li>'
    yield "</ul>"
