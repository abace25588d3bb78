"""Where a form is broken into pages: groups stay whole, and what stands side by side can be read on paper."""

from itertools import pairwise

from warehouse.publish.form_page import FormColumn
from warehouse.publish.workbook import page_breaks


def _form(*groups: tuple[str, int]) -> list[FormColumn]:
    names = [FormColumn("entity_name", "", "单位", "text"), FormColumn("entity_code", "", "代码", "text")]
    return names + [FormColumn(f"{group}{n}", group, f"{n}", "money") for group, count in groups for n in range(count)]


def test_what_fits_on_one_page_is_not_broken() -> None:
    assert page_breaks(_form(("期初", 4), ("期末", 4))) == []


def test_a_wide_form_is_broken_between_groups_and_names_stand_on_every_page() -> None:
    # 51 characters of names, then 16 an amount: eight fit on a page.
    assert page_breaks(_form(("期初", 4), ("增加", 4), ("减少", 4), ("期末", 6))) == [10, 14]


def test_a_group_wider_than_a_page_is_broken() -> None:
    assert page_breaks(_form(("期初", 4), ("期末", 12))) == [10]
    assert page_breaks(_form(("期末", 12))) == [10]
    assert page_breaks(_form(("期末", 18))) == [10, 18]


def test_no_page_has_more_than_can_be_read() -> None:
    for form in (_form(("a", 3), ("b", 11), ("c", 2), ("d", 7)), _form(*((f"{n}", 1) for n in range(30)))):
        places = [2, *page_breaks(form), len(form)]
        assert all(after - before <= 8 for before, after in pairwise(places))
