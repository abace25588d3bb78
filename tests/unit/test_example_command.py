"""`shuzhang example` names the invented city's authorities in a home that is not in use, and in no other."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.cli import app
from readers.policy.files import load
from warehouse.intake.deliveries import Delivery, Intake
from warehouse.store.home import Home


@pytest.mark.parametrize("is_used", [False, True])
def test_nobody_s_authorities_become_those_of_an_invented_city(tmp_path: Path, *, is_used: bool) -> None:
    home = Home(tmp_path / "home").create()
    if is_used:
        delivery = Delivery("A", "default", "catalog", date(2026, 1, 1), 1, "full", None, (), datetime.now(UTC))
        Intake(home).receive(delivery, sequence_given=True)
    app.example(tmp_path / "city", home.root)
    named = {entry.body["authority"] for entry in load(home.policy).lists["authority_unit"]}
    assert named == (set() if is_used else {"finance_authority", "data_authority"})
