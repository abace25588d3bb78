"""A city's own form for tests: its two files, as they stand or with something in them changed."""

import shutil
from pathlib import Path

from readers.policy.files import PolicySet, load
from readers.policy.problems import Problem
from warehouse.tables.own_forms import standing

FILES = Path(__file__).parent / "own_form"
NAME = "own_department"
TABLE = f"report.{NAME}"
SHIPPED = Path(__file__).parents[1] / "policy"


def put(policy: Path, *changes: tuple[str, str], name: str = NAME) -> None:
    """Put the form into a folder of policy, each text in its files replaced, which must be there."""
    texts = {ending: (FILES / f"{NAME}{ending}").read_text("utf-8") for ending in (".sql", ".toml")}
    for before, after in changes:
        assert any(before in text for text in texts.values()), before
        texts = {ending: text.replace(before, after) for ending, text in texts.items()}
    for ending, text in texts.items():
        (policy / "forms" / f"{name}{ending}").write_text(text, "utf-8")


def take(policy: Path) -> None:
    """Take the form out of it again."""
    for ending in (".sql", ".toml"):
        (policy / "forms" / f"{NAME}{ending}").unlink()


def shipped_copy(folder: Path) -> Path:
    """The shipped policy in a folder of its own."""
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


def refusals(policy: Path | PolicySet) -> list[tuple[str, int, str]]:
    """File, line and rule of each own form that does not stand; every word of the message is there, in both languages."""
    found: list[Problem] = [*standing(load(policy) if isinstance(policy, Path) else policy).refused]
    for problem in found:
        assert all(problem[2:])
        assert "{" not in str(problem)
    return [(problem.file, problem.line, problem.rule) for problem in found]
