"""What a reader of a report may see: an open edition, an internal one, one for auditors.

A page of sums passes where the grades of its columns do (`policy/door_limit.csv`). A page that names assets has a limit of its own, and
each of its assets must be one that the door may name: an open edition has none whose resource may not be opened or speaks of
confidentiality, and leaves the row out; an internal one hides the name of what may not even be shared, and keeps the amounts, so that the
list still adds up. Numbers of persons, telephones and addresses pass no door but that of auditors, nor do words that close a resource
pass an open one. What is left out is counted in the notes, and what policy or the catalogue does not know is closed.

Belongs here: what passes (`Door.through`), and the refusal of what did not go through (`Door.keep`). Does not belong here: how a format
looks, the grades of columns (`trace/column_grade.py`), which asset a row is about (`door_assets.py`), what a text holds (`door_texts.py`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import duckdb

from readers.policy.files import PolicyOnDay
from warehouse import queries
from warehouse.publish.form_page import FormColumn, FormPage
from warehouse.publish.report.door_assets import Assets, names_asset
from warehouse.publish.report.door_texts import Texts
from warehouse.publish.report.edition import AUDIT, INTERNAL, OPEN, Check, Report
from warehouse.tables.table import Table, Tables
from warehouse.trace.column_grade import ColumnGrade, DoorError, column_grades
from warehouse.trace.graph import ColumnRef, LineageGraph

DOORS = {OPEN: "公开", INTERNAL: "内部", AUDIT: "审计"}

#: A column that says which asset a row is about where another one does too.
_ASSET_BESIDE = frozenset({"item_code"})
_TITLE = ColumnRef("catalog.resource", "title")
#: What stands in place of a name, of a number of a person, and of a key, with the row's place on the page.
HIDDEN_NAME, HIDDEN_NUMBER, _HIDDEN_KEY = "（名称不列）", "（不列）", "#{}"

#: What stands for a key that may not: the same wherever its row stands.
_Places = dict[tuple[str, tuple[str, ...]], str]


@dataclass(frozen=True)
class _Page:
    """A page that went through, as far as anything of it did; and what was left out of it, told to the reader."""

    page: FormPage | None
    told: Sequence[str]


@dataclass(frozen=True)
class Door:
    """A door of a report's editions, over the lake and the policy that it is judged by."""

    name: str
    tables: Tables
    policy: PolicyOnDay
    assets: Assets
    units: frozenset[str]

    @classmethod
    def of(cls, name: str, tables: Tables, connection: duckdb.DuckDBPyConnection, policy: PolicyOnDay) -> "Door":
        """A door by its name.

        Args:
            policy: of the day by which grades are judged (`landed.judged_day`).

        Raises:
            DoorError: there is no such door.
        """
        if name not in DOORS:
            raise DoorError(f"{name}: 没有这个出口，只有 / no such door, only {', '.join(DOORS)}")
        units = frozenset(code for (code,) in connection.execute(queries.text("door_units")).fetchall())
        return cls(name, tables.under(policy.policy), policy, Assets.of(connection, name), units)

    def through(self, report: Report) -> Report:
        """What of a report passes. Its notes begin with the door and tell what does not, page by page."""
        places: _Places = {}
        pages = [self._page(page, places) for page in report.pages]
        before = [self._page(page, places) for page in report.before]
        notes, notes_left = self._texts(report.notes)
        checks = [check for check in report.checks if self._passes(_said(check))]
        told = [f"本版为{DOORS[self.name]}版。", *(line for page in pages for line in page.told)]
        if lost := len(report.checks) - len(checks):
            told.append(f"{DOORS[self.name]}版未列 {lost} 项核对：涉及不得列名的资产或个人信息。")
        if notes_left:
            told.append(f"{DOORS[self.name]}版未列 {notes_left} 条说明：涉及不得列名的资产或个人信息。")
        return replace(
            report,
            pages=[page.page for page in pages if page.page],
            before=[page.page for page in before if page.page],
            checks=checks,
            notes=[*told, *notes],
        )

    def keep(self, report: Report) -> None:
        """Refuse a report that did not go through this door; asks nothing of what `through` left, and looks at all of it.

        Raises:
            DoorError: the message names form, column or text's place, and the mend.
        """
        if found := list(self._refusals(report)):
            raise DoorError("\n".join(found))

    def bars(self, texts: Collection[str], *, whole: bool) -> frozenset[str]:
        """The texts that may not stand: `door_texts.py`. whole: each is what an asset is called. Codes of registered units may stand."""
        if self.name == AUDIT:
            return frozenset()
        return self._said.bad(set(texts) - self.units, whole=whole)

    def cells(self, rows: Sequence[Sequence[Any]], *, named: Collection[int] = ()) -> list[list[Any]]:
        """Rows of a list of resources that may be named, without those whose name may not stand, and with no other text that may not.

        Args:
            named: the places of the cells that are what a resource is called.
        """
        kept = [list(row) for row in rows]
        for place in range(len(kept[0]) if kept else 0):
            bad = self.bars({row[place] for row in kept if isinstance(row[place], str)}, whole=place in named)
            if bad and place in named:
                kept = [row for row in kept if row[place] not in bad]
            for row in kept if bad else ():
                row[place] = HIDDEN_NUMBER if row[place] in bad else row[place]
        return kept

    def _refusals(self, report: Report) -> Iterable[str]:
        mend = f"先经出口 {self.name} 取舍再写 / take the report through the door {self.name} before it is written"
        for page in (*report.pages, *report.before):
            names = self.asset_columns(page.table)
            for column in page.columns:
                if self._rank(page.table, column.name) > self._limit(page):
                    yield f"{page.form}.{column.name}: 级别高于出口的上限 graded above the door's limit; {mend}"
            shown = dict(zip(page.table.key, zip(*page.keys, strict=True), strict=True)) if page.keys else {}
            for name, values in shown.items():
                if self._hides_key(page, name) and not all(value.startswith("#") for value in values):
                    yield f"{page.form}: 键 key {name}: 级别高于出口的上限 graded above the door's limit; {mend}"
                elif bad := self.bars(set(values), whole=name in names):
                    yield f"{page.form}: 键 key {name}: 有 {len(bad)} 个不得列出 that may not be shown; {mend}"
            for position, column in enumerate(page.columns):
                cells = {row[position] for row in page.rows if isinstance(row[position], str)}
                if bad := self.bars(cells, whole=column.name in names):
                    yield f"{page.form}.{column.name}: 有 {len(bad)} 个单元格不得列出 cells that may not be shown; {mend}"
        texts = [(page.form, said) for page in (*report.pages, *report.before) for said in _words(page)]
        texts += [("notes", note) for note in report.notes] + [("checks", _said(check)) for check in report.checks]
        for where, text in texts:
            if not self._passes(text):
                yield f"{where}: 涉及不得列名的资产或个人信息 names what may not be named; {mend}"

    def _page(self, page: FormPage, hidden_keys: _Places) -> _Page:
        """A page without the columns, rows, names and numbers that may not pass."""
        names = self.asset_columns(page.table)
        limit = self._limit(page)
        kept = [column for column in page.columns if self._rank(page.table, column.name) <= limit]
        labels = [_heading(column) for column in page.columns if column not in kept]
        is_list = bool(names)
        if any(not self._passes(word) for word in _words(page)):
            return _Page(
                None,
                [f"{DOORS[self.name]}版不含报表 {page.form} 的一页（{len(page.rows)} 行）：其标题或说明不得列出。"],
            )
        if not kept or (is_list and not any(column.name in names for column in kept)):
            why = "按名列出资产，" if is_list else ""
            told = f"{DOORS[self.name]}版不含《{_called(page)}》（{len(page.rows)} 行）：{why}各栏级别高于出口的上限。"
            return _Page(None, [told])
        places = [page.columns.index(column) for column in kept]
        rows, keys, lost, hidden = self._rows(page, places, names, hidden_keys)
        rows, numbers = self._without_numbers(kept, rows, names)
        keys = self._keys_that_stand(page.table, keys, names, hidden_keys)
        told = []
        if labels:
            told.append(f"不列栏目“{'、'.join(labels)}”（级别高于出口的上限）")
        if lost:
            told.append(f"未列 {lost} 行（资源不得开放、按其内容不得明言或不在现行目录）")
        if hidden:
            told.append(f"{hidden} 行不列名称（资源不得共享或不在现行目录），金额照列")
        if numbers:
            told.append(f"{numbers} 个单元格不列（涉及不得列名的资产或个人信息）")
        # A list of which nothing may stand is none.
        passed = None if page.rows and not rows else replace(page, columns=kept, rows=rows, keys=keys)
        return _Page(passed, [f"{DOORS[self.name]}版《{_called(page)}》：{'；'.join(told)}。"] if told else [])

    def _rows(
        self, page: FormPage, places: Sequence[int], names: Collection[str], hidden_keys: _Places
    ) -> tuple[list[list[Any]], list[tuple[str, ...]], int, int]:
        """Rows and keys that stand, how many rows do not, and how many hide a name."""
        rows, keys, lost, hidden = list[list[Any]](), list[tuple[str, ...]](), 0, 0
        may_name = self._may_name(page, names)
        hides_name = [page.columns[place].name in names for place in places]
        hides_key = [self._hides_key(page, name) for name in page.table.key]
        for cells, key in zip(page.rows, page.keys, strict=True):
            is_named = may_name(cells, key)
            if not is_named and self.name == OPEN:
                lost += 1
                continue
            shown = [cells[place] for place in places]
            if not is_named:
                hidden += 1
                shown = [HIDDEN_NAME if hides and cell else cell for cell, hides in zip(shown, hides_name, strict=True)]
            if not is_named or any(hides_key):
                stands_for = self._place(hidden_keys, page.table, key)
                key = tuple(
                    stands_for if hides or (not is_named and name in names) else value
                    for name, value, hides in zip(page.table.key, key, hides_key, strict=True)
                )
            rows.append(shown)
            keys.append(key)
        return rows, keys, lost, hidden

    def _may_name(self, page: FormPage, names: Collection[str]) -> Callable[[Sequence[Any], tuple[str, ...]], bool]:
        """What tells whether the asset of a row, if it has one, may be named. What the catalogue does not know, such as a code of a ledger
        alone, is closed to the public; who keeps the ledger must see it."""
        of_row = [*(column.name for column in page.columns), *page.table.key]
        named_at = [place for place, name in enumerate(of_row) if name in names]
        about, assets = self.assets.of_row(of_row), self.assets

        def may_name(cells: Sequence[Any], key: tuple[str, ...]) -> bool:
            row = (*cells, *key)
            if not any(row[place] for place in named_at):
                return True
            found = about(row) or [None]
            if self.name == OPEN:
                return all(resource in assets.nameable for resource in found)
            return not any(resource in assets.barred for resource in found)

        return may_name

    def _without_numbers(
        self, kept: Sequence[FormColumn], rows: list[list[Any]], names: Collection[str]
    ) -> tuple[list[list[Any]], int]:
        """Rows without the cells that hold what may not stand, and how many they were."""
        found = 0
        for position, column in enumerate(kept):
            cells = {row[position] for row in rows if isinstance(row[position], str)}
            bad = self.bars(cells, whole=column.name in names)
            for row in rows if bad else ():
                if row[position] in bad:
                    row[position] = HIDDEN_NUMBER
                    found += 1
        return rows, found

    def _keys_that_stand(
        self, table: Table, keys: list[tuple[str, ...]], names: Collection[str], hidden_keys: _Places
    ) -> list[tuple[str, ...]]:
        """Keys of which what may not stand is hidden, as the keys of rows are that hide a name."""
        for position, name in enumerate(table.key):
            bad = self.bars({key[position] for key in keys}, whole=name in names)
            for row, key in enumerate(keys) if bad else ():
                if key[position] in bad:
                    stands_for = self._place(hidden_keys, table, key)
                    keys[row] = (*key[:position], stands_for, *key[position + 1 :])
        return keys

    def _place(self, hidden_keys: _Places, table: Table, key: tuple[str, ...]) -> str:
        return hidden_keys.setdefault((table.qualified, key), _HIDDEN_KEY.format(len(hidden_keys) + 1))

    def _texts(self, texts: Sequence[str]) -> tuple[list[str], int]:
        passing = [text for text in texts if self._passes(text)]
        return passing, len(texts) - len(passing)

    def _passes(self, text: str) -> bool:
        return not self.bars({text}, whole=False)

    def _limit(self, page: FormPage) -> int:
        """The highest rank that a column of a page may have; below any where policy says nothing."""
        door = f"{self.name}_asset" if self.asset_columns(page.table) else self.name
        grade = self._limits.get(door)
        return self._ranks[grade] if grade is not None else -1

    def _rank(self, table: Table, column: str) -> int:
        grade = self._grades.get(ColumnRef(table.qualified, column))
        return grade.rank if grade else max(self._ranks.values())

    def _hides_key(self, page: FormPage, name: str) -> bool:
        return self._rank(page.table, name) > self._limit(page)

    def asset_columns(self, table: Table) -> frozenset[str]:
        """The columns of a table that say which asset a row is about; of a table of sums none."""
        found = self._named.get(table.qualified)
        if found is None:
            texts = {column.name for column in table.columns if column.type == "VARCHAR"}
            found = frozenset(
                name for name in texts if names_asset(name) or ColumnRef(table.qualified, name) in self._of_titles
            )
            found = self._named[table.qualified] = found | (_ASSET_BESIDE & texts) if found else found
        return found

    @cached_property
    def _named(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _of_titles(self) -> frozenset[ColumnRef]:
        return frozenset(edge.target for edge in LineageGraph(self.tables).down([_TITLE]))

    @cached_property
    def _grades(self) -> Mapping[ColumnRef, ColumnGrade]:
        return column_grades(self.tables, self.policy)

    @cached_property
    def _ranks(self) -> Mapping[str, int]:
        return {entry.entry_key: int(entry.body["rank"]) for entry in self.policy.of("grade_level")}

    @cached_property
    def _limits(self) -> Mapping[str, str]:
        return {entry.entry_key: entry.body["grade"] for entry in self.policy.of("door_limit")}

    @cached_property
    def _said(self) -> Texts:
        limit = {OPEN: "open_limit", INTERNAL: "share_limit"}[self.name]
        closing = [
            (entry.body["pattern"], entry.body.get("not_pattern", ""))
            for entry in self.policy.of("confidential_term")
            if entry.body[limit] == "none"
        ]
        return Texts(self.policy, self.assets.barred_names, closing)


def through(
    report: Report, door: str, tables: Tables, connection: duckdb.DuckDBPyConnection, policy: PolicyOnDay
) -> Report:
    """What of a report a reader of an edition may see; see `Door.through`. The connection reads the lake.

    Raises:
        DoorError: there is no such door; or, a fault of ours, what went through is not what may stand.
    """
    way = Door.of(door, tables, connection, policy)
    passed = way.through(report)
    way.keep(passed)
    return passed


def _words(page: FormPage) -> list[str]:
    """What a page says beside its rows."""
    columns = (f"{column.group} {column.label}" for column in page.columns)
    return [*dict.fromkeys([page.title, page.heading, page.label, page.note, *columns])]


def _called(page: FormPage) -> str:
    return page.heading or page.title


def _heading(column: FormColumn) -> str:
    return f"{column.group} {column.label}".strip()


def _said(check: Check) -> str:
    """All that a check says in words."""
    return " ".join(str(getattr(check, field.name)) for field in fields(Check) if field.type in (str, "str"))
