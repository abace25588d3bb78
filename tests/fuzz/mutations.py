"""Damage to bytes: flipped, cut, repeated, spliced, swapped with those of another file; in a zip, also inside its members.

Everything follows from the random generator that is given. Does not belong here: what a reader must make of it.
"""

import io
import random
import re
import zipfile
from collections.abc import Callable, Sequence

#: No file grows beyond so many bytes.
MAX_BYTES = 1 << 19

#: What upsets parsers, in the syntaxes of all formats.
_ODD = tuple(
    text.encode()
    for text in (
        '"', "'", "\n", "\r", "\t", "\0", "\x1a", ",", ";", "{", "}", "[", "]", "<", ">", "&", "\\", "#", ":", "@", "/", "~", "%",
        "NaN", "-Infinity", "1e999999", "-0", "0.0000001", "9" * 400, "9" * 5000, "null", "true", '""', "{}", "[]", '"\\ud800"', "\\u0000",
        "\\u003a", '{"a": 1, "a": 2}', "[" * 200, '{"a":' * 150, "&#0;", "&c;", "]]>", "<!--", "<![CDATA[", '<?xml version="1.0"?>',
        "<!DOCTYPE x>", "\ufeff", "\ufffe", "\U0010ffff", "\ue000", "　", "\u2028", "\u0085", "İ", "٣", "²", "@context", "@id", "@list",
        "_:b0", '"@prefix', "^^", '"""', "信息资源名称", "信息项名称", "identifier", "title", "dataset", "2024-02-30", "99999999999",
        "A1:XFD1", "XFD1048576", "../../x", "-1", "4294967295", "xml:lang", "rdf:nodeID", "a" * 300,
    )
)  # fmt: skip
_TOKEN = re.compile(rb'"(?:[^"\\\n]|\\.){0,200}"|<[^<>\n]{1,200}>|-?\d+(?:\.\d+)?|[^\s",;:{}\[\]<>]{2,60}')
_BYTES = (0, 1, 0x22, 0x2C, 0x7F, 0x80, 0xC0, 0xD8, 0xFE, 0xFF)

Mutation = Callable[[random.Random, bytes, bytes], bytes]


def damaged(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Damaged data. others: whole files that parts may come from."""
    if data.startswith(b"PK") and chance.random() < 0.75:
        return _inside_zip(chance, data, others)
    for _ in range(chance.choice((1, 1, 1, 1, 2, 4))):
        data = chance.choice(_MUTATIONS)(chance, data, chance.choice(others))[:MAX_BYTES]
    return data


def _inside_zip(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    plain = [other for other in others if not other.startswith(b"PK")]
    for name in chance.choices(list(members), k=chance.choice((1, 1, 2))):
        way = chance.random()
        if way < 0.05:
            members.pop(name, None)
        elif way < 0.1:
            members[name] = chance.choice(list(members.values()) or [b""])
        else:
            members[name] = damaged(chance, members.get(name, b""), plain)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _span(chance: random.Random, data: bytes, most: int = 400) -> tuple[int, int]:
    start = chance.randint(0, len(data))
    return start, min(len(data), start + chance.randint(0, chance.choice((4, 40, most))))


def _flip(chance: random.Random, data: bytes, _: bytes) -> bytes:
    changed = bytearray(data)
    for _turn in range(chance.choice((1, 1, 1, 4, 20)) if changed else 0):
        place = chance.randrange(len(changed))
        changed[place] = chance.choice((changed[place] ^ 1 << chance.randrange(8), chance.choice(_BYTES)))
    return bytes(changed)


def _cut(chance: random.Random, data: bytes, _: bytes) -> bytes:
    start, end = _span(chance, data)
    return data[:start] + data[end:]


def _cut_off(chance: random.Random, data: bytes, _: bytes) -> bytes:
    return data[: chance.randint(0, len(data))]


def _repeat(chance: random.Random, data: bytes, _: bytes) -> bytes:
    start, end = _span(chance, data)
    times = chance.choice((1, 1, 2, 30, 2000))
    return data[:end] + data[start:end] * times + data[end:]


def _splice(chance: random.Random, data: bytes, other: bytes) -> bytes:
    start, end = _span(chance, other)
    place = chance.randint(0, len(data))
    return data[:place] + other[start:end] + data[place:]


def _swap(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """The beginning of one file and the end of another."""
    return data[: chance.randint(0, len(data))] + other[chance.randint(0, len(other)) :]


def _odd(chance: random.Random, data: bytes, _: bytes) -> bytes:
    start, end = _span(chance, data, 10) if chance.random() < 0.5 else (chance.randint(0, len(data)),) * 2
    return data[:start] + chance.choice(_ODD) + data[end:]


def _token(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """A word, number, string or tag becomes another: damage that the syntax often outlives."""
    found = list(_TOKEN.finditer(data))
    if not found:
        return data
    place = chance.choice(found)
    words = _TOKEN.findall(data if chance.random() < 0.7 else other)
    word = chance.choice(_ODD) if chance.random() < 0.5 or not words else chance.choice(words)
    return data[: place.start()] + word + data[place.end() :]


#: A word for a word is what files outlive most often, and so what gets furthest into a reader.
_MUTATIONS: tuple[Mutation, ...] = (_flip, _cut, _cut_off, _repeat, _splice, _swap, _odd, *[_token] * 6)
