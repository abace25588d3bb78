"""What a table is: its columns, key, model, and what is made from them. The tables themselves: `definitions.py`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import TopologicalSorter

from readers.policy.files import PolicySet
from warehouse.provenance.tree import Relation, inputs
from warehouse.tables import rules
from warehouse.tables.quoting import identifier, literal

#: The stage of the rules, and the table that its files fill.
POLICY = "policy"
POLICY_ENTRY = f"{POLICY}.entry"

#: Stages (= schemas = asset groups) in the order in which data flows.
STAGES: Mapping[str, str] = {
    "policy": "政策",
    "landing": "落地",
    "delivered": "交付",
    "catalog": "目录",
    "quality": "质量",
    "classification": "分类分级",
    "registry": "登记",
    "valuation": "估值",
    "finance": "财务",
    "report": "报告",
    "audit": "审计",
}


@dataclass(frozen=True)
class Column:
    """A column: its DuckDB type, Chinese label and definitions; `unit` where the name's suffix does not say it."""

    name: str
    type: str
    label: str
    zh: str
    en: str
    unit: str = ""


@dataclass(frozen=True)
class Lowering:
    """A step of a model that leaves less in these columns than in what they are computed from: `to` is the grade that is left."""

    columns: tuple[str, ...]
    to: str
    step: str
    reason_zh: str
    reason_en: str


@dataclass(frozen=True)
class Table:
    """A table of the lake.

    `model` is its SELECT; None where Python fills it. `template` is the model's text as it stands in the file, where it has marks for
    the rules of policy; `model` then has the shipped rules, and in `Tables.under` those of a home.
    `partition` is the column replaced by value. `follows`: for a model of landing, whether a row follows from the records of its
    `delivery` alone, of its `deliverer`, or of all deliveries of a kind, which it names. `layout_lists` are policy lists that lay out
    what is published from it. `tally` is a column whose values are counted for the run's metadata, and
    `totals_where` the rows whose money is summed for it: in a roll-up, those of one level.
    `lowered` are the steps that leave columns a lower grade than what they are computed from (`column_grade.py`).
    """

    stage: str
    name: str
    label: str
    grain_zh: str
    grain_en: str
    zh: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    partition: str | None
    model: str | None
    follows: str | None = None
    layout_lists: tuple[str, ...] = ()
    tally: str | None = None
    totals_where: str | None = None
    template: str | None = None
    lowered: tuple[Lowering, ...] = ()

    @property
    def qualified(self) -> str:
        """`stage.table`, as in SQL; the asset key is `stage/table`."""
        return f"{self.stage}.{self.name}"

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Qualified names of the tables that the model reads; empty where Python fills the table."""
        return inputs(self.model) if self.model else ()

    @cached_property
    def policy_lists(self) -> frozenset[str]:
        """Names of the policy lists that the model reads, or that lay out what is published; of a list's own table, that list."""
        if self.stage == POLICY:
            return frozenset({self.name} if self.model else ())
        read = {name.removeprefix(f"{POLICY}.") for name in self.inputs if name.startswith(f"{POLICY}.")}
        return frozenset(read | set(self.layout_lists))

    @property
    def relation(self) -> Relation:
        return Relation(self.qualified, {c.name: c.type for c in self.columns}, self.key)

    def under(self, policy: PolicySet) -> "Table":
        """The table with the model that it has under the rules of a policy."""
        return replace(self, model=rules.expanded(self.template, policy)) if self.template else self

    def ddl(self, name: str | None = None, *, temporary: bool = False) -> str:
        """CREATE TABLE in the lake, under its own name or another; key columns are NOT NULL (DuckLake takes no PRIMARY KEY)."""
        columns = ", ".join(
            f"{identifier(c.name)} {c.type}{' NOT NULL' if c.name in self.key else ''}" for c in self.columns
        )
        return f"CREATE {'TEMP ' if temporary else ''}TABLE {name or self.qualified} ({columns})"

    def comments(self) -> list[str]:
        """COMMENT statements: label, definition and unit of the table and its columns."""
        comments = [f"COMMENT ON TABLE {self.qualified} IS {literal(f'{self.label}：{self.zh} / {self.en}')}"]
        for c in self.columns:
            unit = f" [{c.unit}]" if c.unit else ""
            text = literal(f"{c.label}：{c.zh} / {c.en}{unit}")
            comments.append(f"COMMENT ON COLUMN {self.qualified}.{identifier(c.name)} IS {text}")
        return comments


class Tables(Mapping[str, Table]):
    """All tables by qualified name, each after the tables that its model reads."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        order = TopologicalSorter({name: table.inputs for name, table in tables.items()}).static_order()
        self._tables = {name: tables[name] for name in order}

    def __getitem__(self, name: str) -> Table:
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def of_stage(self, stage: str) -> list[Table]:
        """The tables of a stage, in the order in which they are built."""
        return [table for table in self.values() if table.stage == stage]

    @property
    def derived(self) -> list[Table]:
        """The tables that have a model, in the order in which they are built."""
        return [table for table in self.values() if table.model]

    def under(self, policy: PolicySet) -> "Tables":
        """The tables with the models that they have under the rules of a policy."""
        return Tables({name: table.under(policy) for name, table in self.items()})

    @cached_property
    def relations(self) -> dict[str, Relation]:
        return {name: table.relation for name, table in self.items()}
