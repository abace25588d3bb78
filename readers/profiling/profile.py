"""What a delivered table contains, column by column: profile, evidence of personal data, duplicates.

A pure function of the table's text and the policy. Values leave it only where a column is proven harmless: policy grades its name lowest,
and the detectors, asked about all its values, know none, and no value has as many digits as a number of a person. Else it keeps counts,
lengths and patterns. Does not belong here: reading files (`tables/content.py`),
detectors themselves (`detectors/`), what the figures mean (`warehouse/sql`).
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb
import polars as pl

from readers.policy.files import PolicyOnDay
from readers.profiling.constraints import Constraint, ConstraintError, broken_cells
from readers.profiling.detectors import Detectors
from readers.profiling.patterns import of_re2
from readers.tables.content import ContentTable

_WIDE = "".join(map(chr, range(0xFF01, 0xFF5F))) + "\u3000"
_NARROW = "".join(map(chr, range(0x21, 0x7F))).lower() + " "


@dataclass(frozen=True)
class ContentRules:
    """What policy says of content: limits, texts that stand for no value, names that no value is shown of, detectors.

    constraints: identifier, the resource or table that it applies to, and what is denied. compared: the columns of resources or tables that
    refer to others or are referred to.
    """

    limits: Mapping[str, int]
    placeholders: Sequence[str]
    guarded_names: Sequence[str]
    detectors: Detectors
    constraints: Sequence[tuple[str, str, Constraint]] = ()
    compared: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, policy: PolicyOnDay) -> "ContentRules":
        return cls(
            {entry.entry_key: int(entry.body["value"]) for entry in policy.of("content_limit")},
            [entry.body["value"].lower() for entry in policy.of("placeholder_value")],
            [
                entry.body["pattern"]
                for entry in policy.of("grade_rule")
                if entry.body.get("pattern") and entry.body["harm_degree"] != "none"
            ],
            Detectors.of(policy),
            [
                (entry.entry_key, entry.body["applies_to"], Constraint.parse(entry.body["constraint"]))
                for entry in policy.of("content_constraint")
            ],
            frozenset(
                (entry.body[table], entry.body[column])
                for entry in policy.of("content_reference")
                for table, column in (("applies_to", "column"), ("refers_to", "refers_column"))
            ),
        )

    def may_show(self, headings: Sequence[str]) -> pl.Series:
        """Of each name of a column, whether no rule grades a column of that name above the lowest."""
        names = pl.Series(headings, dtype=pl.String)
        guarded = (pl.lit(names).str.contains(f"(?i){of_re2(pattern)}") for pattern in self.guarded_names)
        return pl.select(~pl.any_horizontal(pl.lit(names).is_null(), *guarded)).to_series()


@dataclass(frozen=True)
class Profile:
    """Figures of a table, and of each of its columns in their order; beside each column the hashes under a home's key that it has.

    keyed: `examples`, of what each detector knows, and `values`, of a column that is compared with others; empty without a key.
    """

    table: dict[str, Any]
    columns: list[dict[str, Any]]
    keyed: list[dict[str, Any]]


def profile(content: ContentTable, rules: ContentRules, key: bytes | None, called: Collection[str] = ()) -> Profile:
    """The profile of a table.

    Args:
        called: its name and the code of its resource, by which constraints apply to it.
        key: of the keyed hashes; the home's own, None where it is not at hand.
    """
    with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as connection:
        connection.register("content", content.columns)
        connection.execute(_sql("content_distinct"))
        evidence, withheld = _judged(connection, content, rules, key)
        may_show = zip(_numbers(content), rules.may_show(content.headings), strict=True)
        shown = [number for number, is_harmless in may_show if is_harmless and number not in withheld]
        found = _figures(connection, rules, shown)
        columns, keyed = [], []
        for number, heading in enumerate(content.headings, start=1):
            own = found.get(number, {"column_no": number, "filled_count": 0, "distinct_count": 0})
            hashes: dict[str, Any] = {}
            if examples := [
                {"detector": row["detector"], "hash": found_hash}
                for row in evidence.get(number, [])
                if (found_hash := row.pop("example_hash")) is not None
            ]:
                hashes["examples"] = examples
            columns.append(
                {"heading": heading, "row_count": content.columns.num_rows}
                | own
                | {"is_shown": number in shown, "evidence": evidence.get(number, [])}
            )
            if key is not None and any((name, heading) in rules.compared for name in called):
                hashes["values"] = _hashes(connection, rules, key, number)
            keyed.append(hashes)
        figures = _table_figures(connection, content, columns)
        applying = [(name, denied) for name, applies_to, denied in rules.constraints if applies_to in called]
        if applying:
            figures["constraints"] = [_constraint(connection, content, name, denied) for name, denied in applying]
        return Profile(figures, columns, keyed)


def _figures(
    connection: duckdb.DuckDBPyConnection, rules: ContentRules, shown: Sequence[int]
) -> dict[int, dict[str, Any]]:
    bound = {
        "placeholders": rules.placeholders,
        "shown": shown,
        "most_distinct": rules.limits["shown_distinct"],
        "least_rows": rules.limits["shown_rows"],
        "wide": _WIDE,
        "narrow": _NARROW,
    }
    rows = connection.execute(f"SELECT CAST(to_json(p) AS VARCHAR) FROM ({_sql('content_profile')}) AS p", bound)
    found = (json.loads(text) for (text,) in rows.fetchall())
    return {row["column_no"]: {name: value for name, value in row.items() if value is not None} for row in found}


def _judged(
    connection: duckdb.DuckDBPyConnection, content: ContentTable, rules: ContentRules, key: bytes | None
) -> tuple[dict[int, list[dict[str, Any]]], frozenset[int]]:
    """What the detectors say of each column, and the columns that are not proven harmless.

    They judge all values or as many as the limit of policy, chosen by their hash; a column of which they saw a part is not proven.
    """
    most = rules.limits["detector_values"]
    values = connection.execute(_sql("content_sample"), {"most": most}).to_arrow_table()
    columns = pl.DataFrame({"column_no": _numbers(content), "heading": content.headings})
    judgement = rules.detectors.judge(columns, values, key)
    found: dict[int, list[dict[str, Any]]] = {}
    for row in judgement.evidence.to_pylist():
        found.setdefault(row.pop("column_no"), []).append(row)
    bound = {"most": most, "digits": f"[0-9０-９](?:[ -]?[0-9０-９]){{{rules.limits['shown_digits']},}}"}
    unproven = connection.execute(_sql("content_unproven"), bound).fetchall()
    return found, judgement.withheld.union(found, (number for (number,) in unproven))


def _hashes(connection: duckdb.DuckDBPyConnection, rules: ContentRules, key: bytes, column_no: int) -> list[str]:
    bound = {
        "key": key.hex(),
        "column_no": column_no,
        "placeholders": rules.placeholders,
        "most": rules.limits["reference_values"],
    }
    return [found for (found,) in connection.execute(_sql("content_hashes"), bound).fetchall()]


def _constraint(
    connection: duckdb.DuckDBPyConnection, content: ContentTable, name: str, denied: Constraint
) -> dict[str, Any]:
    """How many rows and cells a constraint points at; `problem` where the table lacks what it speaks of."""
    connection.register("numbered", pl.DataFrame(content.columns).with_row_index("row_no"))
    names = {heading: f"c{number}" for number, heading in enumerate(content.headings, start=1)}
    try:
        cells = broken_cells(connection, "numbered", names, denied)
    except ConstraintError as error:
        return {"constraint_id": name, "problem": str(error)}
    finally:
        connection.unregister("numbered")
    return {"constraint_id": name, "broken_rows": len({row for row, _ in cells}), "broken_cells": len(cells)}


def _numbers(content: ContentTable) -> range:
    return range(1, len(content.headings) + 1)


def _table_figures(
    connection: duckdb.DuckDBPyConnection, content: ContentTable, columns: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    rows = content.columns.num_rows
    # Serial numbers make equal rows different.
    serial = [column["column_no"] for column in columns if _is_serial(column, rows)]
    names = [f"c{number}" for number in _numbers(content)]
    compared = [name for name in names if int(name[1:]) not in serial] or names
    whole, part = f"row({', '.join(names)})", f"row({', '.join(compared)})"
    distinct, digest = connection.execute(
        f"SELECT count(DISTINCT {part}), CAST(sum(md5_number_lower(CAST({whole} AS VARCHAR))) AS VARCHAR) FROM content"
    ).fetchall()[0]
    return {
        "row_count": rows,
        "column_count": len(names),
        "duplicate_row_count": rows - distinct,
        "ragged_row_count": content.ragged_rows,
        "unnamed_column_count": sum(column["heading"].startswith("column_") for column in columns),
        "has_header": content.has_header,
        "digest": digest,
    }


def _is_serial(column: Mapping[str, Any], rows: int) -> bool:
    return column["distinct_count"] == rows and column.get("integer_count") == rows


@cache
def _sql(name: str) -> str:
    return files("readers.profiling").joinpath(f"{name}.sql").read_text("utf-8")
