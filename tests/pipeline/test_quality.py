"""The rules of quality on the example city, counted again from the delivered records in Python; the gate stops what is behind it."""

import csv
import json
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines.run import run
from quality.rules import RULES, gate_is_closed, rule_measures
from tests.homes import ask, lake_of, one
from warehouse.home import Home
from warehouse.lake import Lake


def _policy(home: Home, name: str) -> list[dict[str, str]]:
    with (home.policy / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


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
    dates = [body[name] for name in ("issued_date", "modified_date") if name in body]
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
    assert {(rule, holder): (a, b) for rule, holder, a, b in rows if b} == {
        key: (met[key], judged[key]) for key in judged
    }
    holders = one(city, "SELECT count(DISTINCT holder_code) FROM catalog.resource")
    assert len(rows) == holders * (len(RULES) - 1)


def test_what_lacks_what_a_rule_needs_is_not_assessed(city: Home) -> None:
    rows = ask(city, "SELECT numerator, is_passed, not_assessed_reason FROM quality.measure WHERE denominator = 0 "
                     "AND subject_kind = 'resource'")  # fmt: skip
    assert rows
    assert all((numerator, passed) == (0, None) and reason for numerator, passed, reason in rows)


def test_the_rules_of_policy_and_of_the_model_are_the_same(city: Home) -> None:
    assert {row["rule_code"] for row in _policy(city, "quality_rule")} == set(RULES)
    measures = rule_measures(lake_of(city))
    assert {measure.rule_code for measure in measures} == set(RULES)
    # None of the rules on records may judge nothing: its predicate would have been lost.
    assert all(measure.denominator > 0 for measure in measures)
    assert {measure.dimension.split()[0] for measure in measures} == {
        "规范性", "完整性", "准确性", "一致性", "时效性", "可访问性",
    }  # fmt: skip


def test_a_rule_that_blocks_keeps_the_register_from_being_built(city: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(city.root, home.root)
    file = home.policy / "quality_rule.csv"
    shipped = file.read_text("utf-8")
    text = "\n".join(
        line.replace(",warn,95,", ",block,95,") if line.startswith("open_has_address") else line
        for line in shipped.splitlines()
    )
    file.write_text(text + "\n", "utf-8")
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
