"""A plain `duckdb` shell opens the export and attaches the lake with the very text that docs/analysts.md gives."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT
from tests.homes import lake_of, one
from warehouse.publish.database import export_database
from warehouse.store.engine import packaged
from warehouse.store.home import Home

PAGES = ["docs/analysts.md", "docs/analysts.zh-CN.md"]
SHELL = Path(sys.executable).parent / "duckdb"


def _statements(page: str) -> list[str]:
    return re.findall(r"```sql\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)


def _shell(text: str, *arguments: str) -> str:
    command = [str(SHELL), "-no-init", "-bail", "-csv", *arguments]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode or done.stderr:
        raise duckdb.Error(done.stderr)
    return done.stdout


@pytest.fixture(scope="module")
def extensions(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A statement that names a folder of installed extensions, as INSTALL would have left them."""
    root = tmp_path_factory.mktemp("extensions")
    platform = duckdb.sql("PRAGMA platform").fetchall()[0][0]
    folder = root / f"v{duckdb.__version__}" / platform
    folder.mkdir(parents=True)
    for name in ("ducklake", "sqlite_scanner"):
        file = packaged(name)
        assert file is not None
        shutil.copyfile(file, folder / file.name)
    return f"SET extension_directory = '{root}'"


@pytest.mark.parametrize("page", PAGES)
def test_the_lake_is_attached_as_the_page_says(city: Home, extensions: str, page: str) -> None:
    attach, *questions, _ = _statements(page)
    text = "".join([attach, *questions]).replace("/path/to/home", str(city.root))
    out = _shell(text, "-cmd", extensions)
    cost = one(city, "SELECT closing_cost_cny FROM report.form_r1 WHERE level = 'district' ORDER BY 1 DESC LIMIT 1")
    assert str(cost) in out
    assert "信息资源" in out
    count = one(city, "SELECT count(*) FROM catalog.resource")
    assert out.splitlines()[-1] == str(count)


@pytest.mark.parametrize("page", PAGES)
def test_the_attached_lake_takes_no_writing(city: Home, extensions: str, page: str) -> None:
    attach = _statements(page)[0].replace("/path/to/home", str(city.root))
    with pytest.raises(duckdb.Error, match="read-only"):
        _shell(attach + "DELETE FROM catalog.resource;", "-cmd", extensions)


@pytest.mark.parametrize("page", PAGES)
def test_the_export_opens_without_extensions(city: Home, tmp_path: Path, page: str) -> None:
    export_database(lake_of(city), tmp_path / "city.duckdb")
    out = _shell(_statements(page)[-1], "-readonly", str(tmp_path / "city.duckdb"))
    cost = one(city, "SELECT closing_cost_cny FROM report.form_r1 WHERE level = 'city' AND report_kind = 'government'")
    assert f'"全市",{cost}' in out
    assert "期末原值" in out
