"""How much SQL the models are: `python -m tests.sql_tokens [FOLDER]` counts tokens and lines, stage by stage.

FOLDER has a folder a stage, as `warehouse/sql` has; that one is taken unless told. Comments and blank lines do not count. The total leaves
out the stages whose models are made from shapes. What a mark (`/*+ ... */`) has in it is SQL.
"""

import argparse
import re
from pathlib import Path
from typing import NamedTuple

from sqlglot import tokenize

ROOT = Path(__file__).parents[1]
#: Stages of which the total takes no account.
MADE = {"policy", "delivered"}
_MARK = re.compile(r"/\*\+(.*?)\*/", re.DOTALL)


class Size(NamedTuple):
    """How much SQL there is. tokens: of sqlglot's tokenizer, dialect duckdb. lines: those that are neither blank nor a comment."""

    models: int
    tokens: int
    lines: int

    def plus(self, other: "Size") -> "Size":
        return Size(self.models + other.models, self.tokens + other.tokens, self.lines + other.lines)


def measured(text: str) -> Size:
    """The size of one model."""
    lines = (line.strip() for line in text.splitlines())
    tokens = tokenize(_MARK.sub(r"\1", text), "duckdb")
    return Size(1, len(tokens), sum(1 for line in lines if line and not line.startswith("--")))


def sizes(folder: Path) -> dict[str, Size]:
    """The size of every stage of a folder that has a model, by name."""
    found: dict[str, Size] = {}
    for file in sorted(folder.glob("*/*.sql")):
        stage = file.parent.name
        found[stage] = found.get(stage, Size(0, 0, 0)).plus(measured(file.read_text("utf-8")))
    return found


def total(found: dict[str, Size]) -> Size:
    """The sum over the stages that people write."""
    whole = Size(0, 0, 0)
    for stage, size in found.items():
        whole = whole if stage in MADE else whole.plus(size)
    return whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "warehouse" / "sql")
    found = sizes(parser.parse_args().folder)
    print(f"{'stage':<16}{'models':>8}{'tokens':>10}{'lines':>8}")
    for stage, size in [*found.items(), (f"total without {', '.join(sorted(MADE))}", total(found))]:
        print(f"{stage:<16}{size.models:>8}{size.tokens:>10,}{size.lines:>8,}")


if __name__ == "__main__":
    main()
