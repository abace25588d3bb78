"""What somebody may have meant by a name that is not there."""

from readers.near import near


def test_near_names_are_given_as_they_are_and_in_any_case() -> None:
    assert near("COSTS", ["costs", "ledger"]) == "; did you mean 您是否要找: costs?"
    assert near("catalog.resorce", ["catalog.resource", "report.form_r1"]).endswith("catalog.resource?")


def test_what_is_near_nothing_has_all_listed_unless_they_are_too_many() -> None:
    assert near("xyz", ["costs", "ledger"]) == "; there are 现有: costs, ledger"
    assert near("xyz", ["costs"], listed=False) == ""
    assert near("xyz", []) == ""
