"""Every policy list and every column of its shape has a Chinese label and definitions in both languages, and nothing else has."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from readers.policy.lists import GROUPS, LISTS

DEFINED: Mapping[str, Any] = tomllib.loads((files("warehouse.tables") / "policy_lists.toml").read_text("utf-8"))
TEXTS = {"label", "zh", "en"}


def _definitions() -> Iterator[tuple[str, Mapping[str, str]]]:
    for name, column in DEFINED["columns"].items():
        yield name, column
    for list_name, described in DEFINED["lists"].items():
        own = dict(described)
        for name, column in own.pop("columns", {}).items():
            yield f"{list_name}.{name}", column
        yield list_name, own


def test_a_list_has_one_shape() -> None:
    assert [name for group in GROUPS for name in group.SHAPES] == list(LISTS)


def test_it_defines_the_lists_and_columns_that_there_are() -> None:
    assert set(DEFINED) == {"columns", "lists"}
    assert set(DEFINED["lists"]) == set(LISTS)
    assert set(DEFINED["columns"]) == {name for shape in LISTS.values() for name in shape.columns}
    for list_name, described in DEFINED["lists"].items():
        assert set(described.get("columns", ())) <= set(LISTS[list_name].columns), list_name


def test_every_definition_is_whole() -> None:
    for name, texts in _definitions():
        assert set(texts) == TEXTS, name
        for text in texts.values():
            assert text.strip() == text != "", name
            assert not text.endswith(("。", ".")), name


def test_labels_of_lists_are_told_apart() -> None:
    labels = [described["label"] for described in DEFINED["lists"].values()]
    assert len(set(labels)) == len(labels)


def test_labels_within_a_list_are_told_apart() -> None:
    for list_name, shape in LISTS.items():
        own = DEFINED["lists"][list_name].get("columns", {})
        labels = [own.get(name, DEFINED["columns"][name])["label"] for name in shape.columns]
        assert len(set(labels)) == len(labels), list_name
