"""A home to which a catalogue was delivered and nothing else: what is published of it says so, and what may be opened."""

from pathlib import Path

from tests.homes import deliver_files, run_home
from tests.reports import PageReader
from warehouse.publish.report.publish import publish
from warehouse.publish.report.writers import WRITERS
from warehouse.store.home import Home
from warehouse.store.lake import Lake

CATALOGUE = """identifier,title,provider_code,provider,share_type,open_type,fields
1,公园名录,11990100000000107X,甲局,无条件共享,无条件开放,名称
2,低保人员身份证号,11990100000000107X,甲局,不予共享,不予开放,身份证号
"""


def test_a_catalogue_alone_has_an_overview_and_a_report_of_its_holders(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    file = tmp_path / "目录.csv"
    file.write_text(CATALOGUE, "utf-8")
    deliver_files(home, [file], "11990100000000107X", "catalog", "2026-07-01")
    run_home(home, period="2026-06")
    done = publish(Lake(home), "2026-06")
    # Nobody said what kind of unit the holder is.
    assert done.edition.report_kind == "other"
    assert [one.place for one in WRITERS if not (done.folder / one.place).exists()] == []
    page = PageReader((done.folder / "open/overview.html").read_text("utf-8"))
    assert page.data(0)["rows"][0][2] == "2"
    assert "低保人员身份证号" not in page.text
    of_unit = publish(Lake(home), "2026-06", scope="unit:11990100000000107X")
    assert not (of_unit.folder / "open/overview.html").exists()
