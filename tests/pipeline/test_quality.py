"""The rules of quality on the example city, counted again from the delivered records in Python; the gate stops what is behind it."""

import csv
import json
import re
import shutil
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assets_defs.quality import GATE
from pipelines.run import run
from quality.rule_checks import ADDED_RULES, rule_results
from quality.rules import RULES, gate_is_closed, rule_measures, rule_trends
from readers.policy.files import Entry, load
from readers.policy.problems import PolicyError
from tests.homes import ask, lake_of, one
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.trace.tracer import trace


def _policy(home: Home, name: str) -> list[dict[str, str]]:
    with (home.policy / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _rules(home: Home) -> list[Entry]:
    return load(home.policy).on(date.max).of("quality_rule")


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _verdicts(body: dict[str, Any], delivered: date, codes: dict[tuple[str, str], str], lags: dict[str, int]) -> Any:
    """Each rule that can be judged on a record, and whether the record meets it."""
    given = {name: body[name] for name in ("share_type", "open_type", "update_cycle") if name in body}
    coded = {name: codes.get((name, label)) for name, label in given.items()}
    if given:
        yield "known_codes", all(coded.values())
    yield "core_elements", all(name in body for name in ("title", "abstract", "update_cycle"))
    unread = body.get("unread", {})
    dates = [(body | unread)[name] for name in ("issued_date", "modified_date") if name in body | unread]
    if dates:
        yield "readable_dates", all(map(_is_date, dates))
    if coded.get("share_type") and coded.get("open_type"):
        yield "share_open_agree", not (coded["share_type"] == "none" and coded["open_type"] != "none")
    lag = lags.get(coded.get("update_cycle") or "")
    if lag is not None and _is_date(body.get("modified_date", "")):
        yield "within_cycle", delivered - date.fromisoformat(body["modified_date"]) <= timedelta(lag)
    if coded.get("open_type") == "unconditional":
        yield "open_has_address", "landing_page" in body or bool(body.get("distributions"))


def test_every_measure_is_what_the_delivered_records_give(city: Home) -> None:
    codes = {(row["code_list"], row["label"]): row["code"] for row in _policy(city, "code_value")}
    lags = {row["update_cycle"]: int(row["max_lag_days"]) for row in _policy(city, "update_cycle_lag")}
    met, judged = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for body, holder, delivered in ask(
        city,
        "SELECT b.body, r.holder_code, d.delivery_date FROM catalog.resource AS r "
        "JOIN landing.record AS b USING (delivery_id, ordinal) JOIN landing.delivery AS d USING (delivery_id)",
    ):
        for rule, is_met in _verdicts(json.loads(body), delivered, codes, lags):
            judged[rule, holder] += 1
            met[rule, holder] += is_met
    rows = ask(
        city,
        "SELECT rule_code, subject_key, numerator, denominator FROM quality.measure WHERE subject_kind = 'resource'",
    )
    counted = {rule for rule, _ in judged}
    assert len(counted) == 6
    assert {(rule, holder): (a, b) for rule, holder, a, b in rows if b and rule in counted} == {
        key: (met[key], judged[key]) for key in judged
    }
    holders = one(city, "SELECT count(DISTINCT holder_code) FROM catalog.resource")
    on_resources = [rule for rule in _rules(city) if rule.body["table_name"] == "catalog.resource"]
    assert len(rows) == holders * len(on_resources)


def test_what_lacks_what_a_rule_needs_is_not_assessed(city: Home) -> None:
    rows = ask(city, "SELECT numerator, is_passed, not_assessed_reason FROM quality.measure WHERE denominator = 0 "
                     "AND subject_kind = 'resource'")  # fmt: skip
    assert rows
    assert all((numerator, passed) == (0, None) and reason for numerator, passed, reason in rows)


def test_the_rules_of_policy_and_of_the_model_are_the_same(city: Home) -> None:
    assert {rule.entry_key for rule in _rules(city)} == set(RULES)
    measures = rule_measures(lake_of(city))
    assert {measure.rule_code for measure in measures} == set(RULES)
    # None of the rules on records may judge nothing: its predicate would have been lost. No constraint and no reference is shipped.
    idle = {measure.rule_code for measure in measures if not measure.denominator}
    assert idle == {"content_constraints_hold", "content_references_hold"}
    assert {measure.dimension.split()[0] for measure in measures} == {
        "规范性", "完整性", "准确性", "一致性", "时效性", "可访问性",
    }  # fmt: skip


def test_findings_are_the_rows_that_do_not_meet_a_rule_as_many_as_policy_keeps(city: Home) -> None:
    limit = int(_policy(city, "quality_limit")[0]["value"])
    totals = {
        (rule, subject): b - a
        for rule, subject, a, b in ask(
            city, "SELECT rule_code, subject_key, numerator, denominator FROM quality.measure"
        )
        if b > a
    }
    kept = Counter(ask(city, "SELECT rule_code, subject_key FROM quality.finding"))
    assert max(totals.values()) > limit
    # A rule with a share counts the rows of a table, which is one finding.
    shared = {rule.entry_key for rule in _rules(city) if "share_of" in rule.body}
    assert {key: count for key, count in kept.items() if key[0] not in shared} == {
        key: min(total, limit) for key, total in totals.items() if key[0] not in shared
    }
    assert {key for key in kept if key[0] in shared} == {key for key in totals if key[0] in shared} != set()
    broken = {
        resource
        for (resource,) in ask(
            city, "SELECT resource_id FROM catalog.resource WHERE open_type = 'unconditional' "
            "AND landing_page IS NULL AND distribution_count = 0"
        )
    }  # fmt: skip
    found = ask(
        city, "SELECT resource_id, row_key, subject_kind FROM quality.finding WHERE rule_code = 'open_has_address'"
    )
    assert {resource for resource, _, _ in found} == broken
    assert all((key, kind) == (resource, "resource") for resource, key, kind in found)
    # Every finding leads to a record that was delivered.
    assert one(city, "SELECT count(*) FROM quality.finding ANTI JOIN landing.record USING (delivery_id, ordinal) "
                     "WHERE subject_kind <> 'delivery'") == 0  # fmt: skip


def test_the_city_scores_what_its_resources_do(city: Home) -> None:
    ((score, assessed, resources),) = ask(
        city,
        "SELECT score_pct, assessed_pct, resource_count FROM quality.score WHERE subject_kind = 'city' AND dimension_code = 'all'",
    )
    met, of = ask(
        city, "SELECT sum(met_weight), sum(assessed_weight) FROM quality.resource_score WHERE dimension_code = 'all'"
    )[0]
    full = one(city, "SELECT sum(weight) FROM quality.indicator")
    assert resources == one(city, "SELECT count(*) FROM catalog.resource")
    assert (score, assessed) == (Decimal(met * 10000 // of) / 100, Decimal(of * 10000 // (full * resources)) / 100)
    assert 0 < score < 100
    assert 0 < assessed < 100
    assert one(city, "SELECT count(*) FROM quality.score WHERE subject_kind = 'holder'") == 7 * one(
        city, "SELECT count(DISTINCT holder_code) FROM catalog.resource"
    )


ADDED = """
[[rule]]
rule_code = "title_not_long"
table_name = "catalog.resource"
indicator_code = "0301"
name_zh = "名称不超过七字"
name_en = "the title has at most seven characters"
predicate = "length(title) <= 7"
needs_zh = "名称"
needs_en = "a title"
severity = "warn"
threshold_pct = 100
mend_zh = "缩短名称"
mend_en = "shorten the title"
source = "本市"
status = "proposal"
effective_from = 2025-01-01
"""


def test_a_rule_that_an_officer_adds_is_counted_and_a_bad_one_stops_the_run(city: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(city.root, home.root)
    own = home.policy / "quality" / "own.toml"
    own.write_text(ADDED.replace("length(title)", "length(heading)"), "utf-8")
    with pytest.raises(PolicyError, match=r"quality/own\.toml:2 \[bad_predicate\].*heading"):
        run(home)
    own.write_text(ADDED, "utf-8")
    outcome = run(home)
    assert outcome.problems == ()
    assert "quality.resource_measure" in outcome.materialised
    assert "quality.field_measure" not in outcome.materialised
    expected = ask(home, "SELECT count(*) FILTER (WHERE length(title) <= 7), count(*) FROM catalog.resource")
    assert ask(
        home, "SELECT sum(numerator), sum(denominator) FROM quality.measure WHERE rule_code = 'title_not_long'"
    ) == (expected)
    added = next(rule for rule in rule_measures(lake_of(home)) if rule.rule_code == "title_not_long")
    assert not added.is_reached
    trend = rule_trends(lake_of(home))
    assert re.fullmatch(r"(- → )+[\d.]+ %", trend["title_not_long"])
    assert trend["title_not_long"].count("→") == trend["core_elements"].count("→") > 0
    results = {
        result.check_name: result for result in rule_results([added], {added.rule_code: False}, GATE, tmp_path, {})
    }
    assert set(results) == {*RULES, ADDED_RULES}
    assert not results[ADDED_RULES].passed
    assert "缩短名称" in str(results[ADDED_RULES].description)
    key = ask(home, "SELECT rule_code, subject_key, row_key FROM quality.finding WHERE rule_code = 'title_not_long'")[0]
    proven = trace(
        lake_of(home),
        "quality.finding",
        dict(zip(("rule_code", "subject_key", "row_key"), key, strict=True)),
        verify=True,
    )
    assert proven.verified


@pytest.mark.long
def test_a_rule_that_blocks_keeps_the_register_from_being_built(few: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(few.root, home.root)
    file = home.policy / "quality" / "06_accessibility.toml"
    shipped = file.read_text("utf-8")
    head, name, rest = shipped.partition('rule_code = "open_has_address"')
    file.write_text(head + name + rest.replace('severity = "warn"', 'severity = "block"', 1), "utf-8")
    # A changed criterion makes the register stale.
    criteria = home.policy / "recognition_criterion.csv"
    criteria.write_text(criteria.read_text("utf-8").replace("domain.md", "domain.md 4", 1), "utf-8")
    before = one(home, "SELECT max(snapshot_id) FROM audit.materialization WHERE table_name = 'registry.asset_card'")
    for _ in range(2):
        outcome = run(home)
        assert any("open_has_address" in problem for problem in outcome.problems)
        assert gate_is_closed(Lake(home))
        now = one(home, "SELECT max(snapshot_id) FROM audit.materialization WHERE table_name = 'registry.asset_card'")
        assert now == before
    file.write_text(shipped, "utf-8")
    assert run(home).problems == ()
    now = one(home, "SELECT max(snapshot_id) FROM audit.materialization WHERE table_name = 'registry.asset_card'")
    assert now > before
