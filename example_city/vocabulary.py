"""The words of the example city as objects: shapes of tables, fields of administration, items (信息项).

Belongs here: reading the word lists. Does not belong here: the words (`words.py`), which unit holds what
(`agencies.py`), or how words become resources (`catalogues.py`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from example_city import words

#: The themes of 主题信息资源目录 (domain.md 1.1), in their order; the place gives the two digits of 项.
THEMES = (
    "公共服务", "健康保障", "社会保障", "食品药品安全", "安全生产", "价格监管",
    "能源安全", "信用体系", "城乡建设", "社区治理", "生态环保", "应急维稳",
)  # fmt: skip

_DATA_TYPES = {
    "C": "字符型C",
    "N": "数值型N",
    "Y": "货币型Y",
    "D": "日期型D",
    "T": "日期时间型T",
    "L": "逻辑型L",
    "M": "备注型M",
    "B": "双精度型B",
    "I": "整型I",
}


@dataclass(frozen=True)
class Item:
    """A 信息项: its name (with `{o}` for the object), English name, data type and length."""

    name: str
    english_name: str
    data_type: str
    length: str


@dataclass(frozen=True)
class Shape:
    """A sort of table about an object: the ending of its title, and its items with the key first."""

    ending: str
    items: tuple[Item, ...]
    is_personal: bool


@dataclass(frozen=True)
class Domain:
    """A field of administration: its theme, all pairs of object and shape, and items of its own.

    `things` are items of tables about things, `persons` of tables about persons and cases.
    """

    theme: str
    tables: tuple[tuple[str, str], ...]
    things: tuple[Item, ...]
    persons: tuple[Item, ...]


def _items(tokens: Sequence[str]) -> tuple[Item, ...]:
    found = (re.fullmatch(r"(.+)=(\w+):([A-Z])(\d*)", token) for token in tokens)
    return tuple(Item(m[1], m[2], _DATA_TYPES[m[3]], m[4]) for m in found if m)


def _blocks(text: str) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Each line that is not indented, with the words of the indented lines below it."""
    for block in re.split(r"\n(?=\S)", text.strip("\n")):
        head, _, body = block.partition("\n")
        yield head.split(), body.split()


def _tables(tokens: Sequence[str]) -> tuple[tuple[str, str], ...]:
    pairs = (re.fullmatch(r"(\D+?)([a-z]+)", token) for token in tokens)
    return tuple((m[1], letter) for m in pairs if m for letter in m[2])


def _domain(theme: str, body: Sequence[str]) -> Domain:
    things, persons = body.index("things"), body.index("persons")
    return Domain(theme, _tables(body[1:things]), _items(body[things + 1 : persons]), _items(body[persons + 1 :]))


SHAPES: dict[str, Shape] = {
    head[0]: Shape(head[1], _items(body), "personal" in head) for head, body in _blocks(words.SHAPES)
}
#: Items that end the list of every table.
TAIL = _items(words.TAIL.split())
DOMAINS: dict[str, Domain] = {head[0]: _domain(head[1], body) for head, body in _blocks(words.DOMAINS)}
