"""Violations in a real store: what rejects and what warns, as policy says, with the words of the rule."""

import json
from pathlib import Path

from tests.homes import ask, deliver_files, lake_of, take_in
from warehouse.publish.receipt import write_receipts
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo
from warehouse.trace.proof import prove

INFO = CommitInfo("test", "test", "run")
GOOD = {
    "title": "a",
    "description": "d",
    "accessLevel": "public",
    "publisher": {"name": "p"},
    "contactPoint": {"fn": "c"},
}
DATASETS = [
    GOOD | {"identifier": "1"},
    GOOD | {"identifier": "2", "license": "free", "keyword": []},
    GOOD | {"identifier": "2"},
    {"identifier": "3"},
    {**GOOD, "identifier": "4", "accessLevel": "open"},
    7,
]


def _take_in(home: Home) -> None:
    take_in(home, info=INFO)


def _violations(home: Home) -> dict[int, list[tuple[str, str, str]]]:
    found: dict[int, list[tuple[str, str, str]]] = {}
    for ordinal, *violation in ask(
        home, "SELECT ordinal, severity, rule, column_name FROM landing.violation ORDER BY ALL"
    ):
        found.setdefault(ordinal, []).append((violation[0], violation[1], violation[2]))
    return found


def test_policy_says_which_violations_reject(tmp_path: Path) -> None:
    home, file = Home(tmp_path / "home"), tmp_path / "data.json"
    file.write_text(json.dumps({"dataset": DATASETS}), "utf-8")
    delivery = deliver_files(home, [file], "A", "catalog", "2026-01-01")
    _take_in(home)
    required = ("accessLevel", "contactPoint", "description", "publisher", "title")
    wanted = {
        2: [("warn", "schema_format", "/license"), ("warn", "schema_min_items", "/keyword")],
        3: [("reject", "duplicate_identifier", "")],
        4: [("reject", "missing_value", "title"), *(("warn", "schema_required", f"/{name}") for name in required)],
        5: [("warn", "schema_enum", "/accessLevel")],
        6: [("reject", "not_parsed", "")],
    }
    assert _violations(home) == wanted
    counts = "SELECT in_count, accepted_count, rejected_count, warned_count FROM landing.delivery_outcome"
    assert ask(home, counts) == [(6, 3, 3, 2)]
    rejected = ask(home, "SELECT ordinal, rule, raw FROM landing.rejected_record ORDER BY ordinal")
    assert [(row[0], row[1]) for row in rejected] == [
        (3, "duplicate_identifier"),
        (4, "missing_value"),
        (6, "not_parsed"),
    ]
    assert [json.loads(row[2]) for row in rejected] == [DATASETS[2], DATASETS[3], DATASETS[5]]
    words = ask(
        home, "SELECT message_zh, message_en, mend_zh, mend_en, value FROM landing.violation WHERE rule = 'schema_enum'"
    )
    assert words == [
        (
            "“/accessLevel”的取值不在标准之内：open",
            "“/accessLevel” has a value that the standard does not have: open",
            "改为其中之一：public, restricted public, non-public",
            "use one of: public, restricted public, non-public",
            "open",
        )
    ]
    proofs = list(prove(lake_of(home), rows=2, seed=1, tables=("landing.violation", "landing.rejected_record")))
    assert [(proof.sampled, proof.failures) for proof in proofs] == [(2, ()), (2, ())]
    assert write_receipts(lake_of(home), [delivery])

    # An officer turns two rules: now the licence rejects, so the duplicate of that record wins, and a title may lack.
    policy = home.policy / "rejection_rule.csv"
    text = policy.read_text("utf-8")
    for rule, before, after in (("schema_format", "warn", "reject"), ("missing_value", "reject", "warn")):
        assert f"\n{rule},{before}," in text
        text = text.replace(f"\n{rule},{before},", f"\n{rule},{after},")
    policy.write_text(text, "utf-8")
    _take_in(home)
    turned = wanted | {
        2: [("reject", "schema_format", "/license"), ("warn", "schema_min_items", "/keyword")],
        4: [("warn", "missing_value", "title"), *(("warn", "schema_required", f"/{name}") for name in required)],
    }
    del turned[3]
    assert _violations(home) == turned
    assert ask(home, counts) == [(6, 4, 2, 2)]
