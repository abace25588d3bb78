"""Pages that open offline: one file, which runs no script but its own, asks nobody for anything, and carries its data compressed.

Belongs here: putting such a page together from a template and assets in `html/`. Does not belong here: what a page shows.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from markupsafe import Markup

from warehouse.store.disk import write_whole

_FOLDER = files("warehouse") / "publish" / "report" / "html"


class _Assets(BaseLoader):
    """Templates as the package has them, from a folder or an archive."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, None, None]:
        file = _FOLDER / template
        if not file.is_file():
            raise TemplateNotFound(template)
        return file.read_text("utf-8"), None, None


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=_Assets(), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def asset(name: str) -> str:
    """A script or a style sheet of the pages."""
    return (_FOLDER / name).read_text("utf-8")


def packed(document: Any) -> str:
    """JSON, compressed, as a page carries it; the same bytes every time."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def write_offline(
    target: Path, template: str, *, scripts: Sequence[str], styles: Sequence[str], values: Mapping[str, Any]
) -> None:
    """Write a page. scripts, styles: names of assets; nothing else in it is run, and nothing is loaded."""
    texts = [asset(name) for name in scripts]
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    page = (
        _environment()
        .get_template(template)
        .render(
            policy=policy,
            # Ours, and hashed as they are: escaped, they would not be what the hash is of.
            scripts=[Markup(text) for text in texts],  # noqa: S704
            style=Markup("\n".join(map(asset, styles))),  # noqa: S704
            **values,
        )
    )
    write_whole(target, page.encode(), "report")
