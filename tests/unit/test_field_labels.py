"""Real names of fields, labelled by hand: what must not be open is not, and what is harmless is."""

from pathlib import Path

import pytest

from tests.field_labels import Share, labelled, shares


@pytest.fixture(scope="module")
def found(real_data: Path) -> list[Share]:
    return shares(labelled(real_data))


def test_there_are_enough_names_in_both_halves(found: list[Share]) -> None:
    assert sum(share.names for share in found if share.label != "unclear") >= 400
    for is_held_out in (False, True):
        assert {share.label for share in found if share.is_held_out == is_held_out and share.names > 20} == {
            *("closed", "conditional", "harmless", "unclear")
        }


@pytest.mark.parametrize("is_held_out", [False, True])
def test_what_must_not_be_open_is_not_and_what_is_harmless_is(found: list[Share], is_held_out: bool) -> None:
    half = {share.label: share for share in found if share.is_held_out == is_held_out}
    for label in ("closed", "conditional"):
        assert 1 - half[label].unconditional / half[label].names >= 0.98
    assert half["harmless"].unconditional / half["harmless"].names >= 0.85
