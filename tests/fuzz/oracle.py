"""What a reader may make of a file, whatever its bytes: records that keep their own rules, or a refusal by a known one."""

import hashlib
import json
from datetime import date
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from unittest import mock

import pyarrow as pa

from readers.catalogues import json_portions
from readers.catalogues.json_catalogue import large_dcat_us
from readers.catalogues.json_workers import Job
from readers.kinds import CATALOG, FIELD_KIND
from readers.policy.files import PolicySet, load
from readers.problems import RULES
from readers.records import RECORD_SCHEMA, DeliveredFile, Layout, Unreadable, read

#: So small that a few datasets make several portions.
PORTION_BYTES = 600


class BrokenLawError(Exception):
    """A reading broke a law; the message names it."""


def check(path: Path, kind: str) -> str:
    """Read a file to its end and demand the laws; returns the rule by which it was refused, else its format.

    Raises:
        BrokenLawError: a law is broken.
        Exception: the reader broke.
    """
    pointers: set[str] = set()
    batches: list[pa.RecordBatch] = []
    try:
        reading = read(DeliveredFile("case.bin", "0" * 64, path), _layout(kind))
        for batch in reading.batches:
            _check_batch(batch, kind, pointers)
            batches.append(batch)
        came = reading.format
        _demand(all(isinstance(note, str) and note for note in reading.notes), "a note is no text")
    except Unreadable as problem:
        _demand(problem.rule in RULES, f"an unknown rule: {problem.rule}")
        _demand(problem.message_zh and problem.message_en and problem.mend_zh and problem.mend_en, "words are missing")
        came = problem.rule
    if kind == CATALOG:
        _check_portions(path, came, batches)
    return came


def _check_portions(path: Path, came: str, batches: list[pa.RecordBatch]) -> None:
    """Read in portions, as large catalogues are, it comes to the same."""
    with mock.patch.object(json_portions, "PORTION_BYTES", PORTION_BYTES):
        if (large := large_dcat_us(path, [])) is None:
            return
        catalogue, portions = large
        job = Job(path, "/dataset", catalogue.read, _layout(CATALOG), portions)
        try:
            apart = [batch for portion in portions for batch in job.batches(portion)]
        except Unreadable as problem:
            _demand(problem.rule == came, f"refused in portions: {problem.rule}, as a whole: {came}")
            return
    _demand(came == catalogue.format, f"read in portions as {catalogue.format}, as a whole: {came}")
    _demand(_rows(apart) == _rows(batches), "other records in portions than as a whole")


def _rows(batches: list[pa.RecordBatch]) -> list[dict[str, str | None]]:
    return pa.Table.from_batches(batches, RECORD_SCHEMA).to_pylist()


def _check_batch(batch: pa.RecordBatch, kind: str, pointers: set[str]) -> None:
    _demand(batch.schema == RECORD_SCHEMA, "the schema is another")
    batch.validate(full=True)
    for field in RECORD_SCHEMA:
        _demand(field.nullable or not batch.column(field.name).null_count, f"{field.name} is NULL")
    for row in batch.to_pylist():
        pointer = row["source_pointer"]
        _demand(pointer not in pointers, f"a pointer occurs twice: {pointer}")
        pointers.add(pointer)
        _demand(row["kind"] in (kind, FIELD_KIND), f"a kind of its own: {row['kind']}")
        _demand(row["raw_hash"] == _sha256(row["raw"]), f"{pointer}: not the hash of the text")
        if row["body"] is None:
            _demand(row["canonical_hash"] == row["raw_hash"], f"{pointer}: a canonical form of its own without a body")
        _demand(row["body"] is None or isinstance(json.loads(row["body"]), dict), f"{pointer}: the body is no object")
        _demand(row["body"] is not None or row["record_key"] is None, f"{pointer}: a key without a body")
        for violation in json.loads(row["violations"] or "[]"):
            _demand(violation["rule"] in _rules(), f"{pointer}: an unknown rule: {violation['rule']}")


def _demand(holds: object, law: str) -> None:
    if not holds:
        raise BrokenLawError(law)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _policy() -> PolicySet:
    with as_file(files("policy")) as folder:
        return load(folder)


@cache
def _rules() -> frozenset[str]:
    return frozenset(entry.body["rule"] for entry in _policy().on(date.max).of("rejection_rule"))


@cache
def _layout(kind: str) -> Layout:
    return Layout.of(_policy().on(date.max), kind)
