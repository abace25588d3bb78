"""Records against the JSON Schema of their standard: every violation, with its place, as `Violation`.

Belongs here: the compiled validators, and which rule of policy/rejection_rule.csv a keyword of JSON Schema is. Does not
belong here: what a violation leads to (policy), and other validators.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs
from jsonschema_rs import ValidationError

from readers.shapes import Violation, shown

#: Keywords that are a rule of their own, with what is expected; the rest are `schema_other`.
_RULES = {
    "required": "",
    "type": "types",
    "pattern": "pattern",
    "format": "format",
    "enum": "options",
    "minLength": "limit",
    "maxLength": "limit",
    "minItems": "limit",
    "uniqueItems": "",
}
_CHOICES = ("anyOf", "oneOf")
_OTHER_BRANCH = ("type", "enum", "const")


class SchemaCheck:
    """A compiled schema. A valid record costs one pass; only an invalid one is gone through for all that is wrong."""

    def __init__(self, validator: jsonschema_rs.Validator) -> None:
        self._is_valid = validator.is_valid
        self._errors = validator.iter_errors

    def violations(self, record: Mapping[str, Any]) -> list[Violation]:
        """All violations of a record by place; of `anyOf` and `oneOf` what is wrong in the branch that was meant, if one is."""
        if self._is_valid(record):
            return []
        found = [violation for error in self._errors(record) for violation in _violations(error)]
        return sorted(found, key=lambda violation: (violation.column, violation.rule))


@cache
def dcat_us_1_1(federal: bool) -> SchemaCheck:
    """The schema of a DCAT-US 1.1 dataset: of federal agencies, or the one that asks no codes of them."""
    schema = _schema("dcat_us_1_1_federal" if federal else "dcat_us_1_1_non_federal")
    return SchemaCheck(jsonschema_rs.Draft4Validator(schema, validate_formats=True))


@cache
def dcat_us_3_0(kind: str) -> SchemaCheck:
    """The schema of a DCAT-US 3.0 `Dataset` or `DatasetSeries`.

    As published it cannot be used: properties have an `$id` under which their references would be looked up, and nine
    definitions are referred to that it lacks. The `$id` are left out, and what it lacks is any object, or any plain
    value where it says so.
    """
    schema = _schema("dcat_us_3_0")
    wanted = set(_prepared(schema))
    for name in wanted - set(schema["definitions"]):
        plain = ["string", "number", "boolean"]
        schema["definitions"][name] = {"type": plain if name == "anySimpleType" else "object"}
    schema["$ref"] = f"#/definitions/{kind}"
    return SchemaCheck(jsonschema_rs.Draft7Validator(schema, validate_formats=True))


def _schema(name: str) -> dict[str, Any]:
    return json.loads((files("readers.catalogues.schemas") / f"{name}.json").read_text("utf-8"))


def _prepared(node: Any) -> Iterator[str]:
    """Take `$id` out of a schema; gives the names of the definitions that it refers to."""
    if isinstance(node, dict):
        node.pop("$id", None)
        reference = node.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix("#/definitions/")
    if isinstance(node, dict | list):
        for part in list(node.values() if isinstance(node, dict) else node):
            yield from _prepared(part)


def _violations(error: ValidationError) -> Iterator[Violation]:
    kind = error.kind
    keyword = kind.name
    if keyword in _CHOICES:
        branches = getattr(kind, "context", [])
        meant = [branch for branch in branches if branch and not any(_is_other(e, error) for e in branch)]
        if len(meant) == 1:
            for inner in meant[0]:
                yield from _violations(inner)
            return
        types = [
            inner for branch in branches for inner in branch if inner.kind.name == "type" and _is_other(inner, error)
        ]
        if not meant and len(types) == len(branches) > 0:
            wanted = {name for inner in types for name in getattr(inner.kind, "types", [])}
            yield Violation("schema_type", _pointer(error), shown(error.instance), _listed(sorted(wanted)))
        else:
            yield Violation("schema_choice", _pointer(error), shown(error.instance), keyword)
    elif keyword == "required":
        yield Violation("schema_required", f"{_pointer(error)}/{_escaped(getattr(kind, 'property', ''))}")
    elif keyword in _RULES:
        expected = getattr(kind, _RULES[keyword], None) if _RULES[keyword] else None
        rule = "schema_" + "".join(f"_{c.lower()}" if c.isupper() else c for c in keyword)
        yield Violation(rule, _pointer(error), shown(error.instance), None if expected is None else _listed(expected))
    else:
        yield Violation("schema_other", _pointer(error), shown(error.instance), keyword)


def _is_other(inner: ValidationError, outer: ValidationError) -> bool:
    """Whether an error in a branch says that the branch is for values of another kind."""
    return inner.kind.name in _OTHER_BRANCH and len(inner.instance_path) == len(outer.instance_path)


def _pointer(error: ValidationError) -> str:
    return "".join(f"/{_escaped(str(part))}" for part in error.instance_path)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _listed(expected: Any) -> str:
    parts = expected if isinstance(expected, list) else [expected]
    return shown(", ".join(part if isinstance(part, str) else json.dumps(part) for part in parts))
