"""What the lineage page is given: all tables and the graph, safely; what it may run."""

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

from warehouse.publish.lineage_page import lake_document, lineage_page
from warehouse.tables.definitions import all_tables
from warehouse.tables.table import Tables
from warehouse.trace.graph import LineageGraph


class _Scripts(HTMLParser):
    """The texts of the script elements, by id ('' where none)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open, self.found = False, list[tuple[dict[str, str | None], str]]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open = tag == "script"
        if self.open:
            self.found.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        self.open = False

    def handle_data(self, data: str) -> None:
        if self.open:
            attributes, text = self.found.pop()
            self.found.append((attributes, text + data))


def lake_of(page: str) -> dict[str, list]:
    return json.loads(next(text for attributes, text in _Scripts(page).found if attributes.get("id") == "lake"))


def test_the_page_holds_every_table_column_and_edge() -> None:
    tables = all_tables()
    lake = lake_of(lineage_page(tables))
    assert {t["id"]: [c["name"] for c in t["columns"]] for t in lake["tables"]} == {
        name: [c.name for c in table.columns] for name, table in tables.items()
    }
    refs = [f"{t['id']}.{c['name']}" for t in lake["tables"] for c in t["columns"]]
    found = {(refs[a], refs[b], "filter" if is_filter else "value") for a, b, is_filter in lake["edges"]}
    assert found == {(str(e.source), str(e.target), e.influence) for e in LineageGraph(tables).edges}


def test_stages_stand_right_of_all_that_they_read() -> None:
    tables = all_tables()
    document = lake_document(tables, {})
    ranks = {stage: fields["rank"] for stage, fields in document["stages"].items()}
    for table in tables.values():
        for name in table.inputs:
            before = tables[name].stage
            taken_in = {table.stage, before} <= {"policy", "landing"}
            assert before == table.stage or taken_in or ranks[before] < ranks[table.stage], (name, table.qualified)


def test_what_a_definition_says_stays_text() -> None:
    hostile = "</script><script>alert(1)</script><!--{{script}}"
    name, table = next(iter(all_tables().items()))
    page = lineage_page(Tables({**all_tables(), name: replace(table, label=hostile)}))
    assert len(_Scripts(page).found) == 3
    assert next(t["label"] for t in lake_of(page)["tables"] if t["id"] == name) == hostile


def test_only_its_own_scripts_run_and_nothing_is_loaded() -> None:
    page = lineage_page(all_tables())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    directives = dict(part.strip().split(" ", 1) for part in policy[1].split(";"))
    assert directives["default-src"] == "'none'"
    assert "unsafe" not in directives["script-src"]
    assert directives["img-src"] == "data:"
    assert not re.search(r"<(script|img|link|iframe)[^>]+(src|href)=", page)


def test_commands_take_a_key_of_the_lake_where_there_is_one() -> None:
    key = {"period": "2024-12", "report_kind": "other", "level": "unit", "entity_code": "单位 'A'"}
    commands = {t["id"]: t["trace"] for t in lake_document(all_tables(), {"report.form_r1": key})["tables"]}
    assert commands["report.form_r1"].startswith(
        "shuzhang trace report.form_r1 period=2024-12 report_kind=other level=unit "
    )
    assert commands["report.form_r1"].endswith("""'entity_code=单位 '"'"'A'"'"''""")
    assert "card_id=…" in commands["registry.asset_card"]
    assert commands["audit.materialization"] is None
    dated = lake_document(all_tables(), {"catalog.organisation": {"valid_from": date(2024, 1, 2)}})
    assert any("valid_from=2024-01-02" in (t["trace"] or "") for t in dated["tables"])
