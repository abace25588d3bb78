"""The Dagster UI as the data team opens it: webserver and daemon as real processes, looked at and clicked in Chromium."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from pipelines.instance import open_instance
from tests.homes import deliver_files, one, run_home
from warehouse.store.home import Home
from warehouse.tables.definitions import all_tables

ROOT = Path(__file__).parents[2]
CATALOGUE = '{"dataset": [{"identifier": "n-1", "title": "人口信息"}, {"identifier": "n-2", "title": "企业信息"}]}'
#: A page asks for its parts one after the other, and two cores are shared with the daemon.
PATIENCE_MS = 30_000
#: For a whole run: each of its steps starts a process, beside the other tests.
RUN_PATIENCE_MS = 240_000


@dataclass(frozen=True)
class Served:
    """A home whose UI is open at `url`; `pictures` takes what was seen."""

    home: Home
    url: str
    pictures: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("ui")
    home = Home(folder / "home").create()
    file = folder / "data.json"
    file.write_text(CATALOGUE, "utf-8")
    deliver_files(home, [file], "A-1", "catalog", "2026-06-30")
    run_home(home, stored=True)
    # What the job that is launched in the UI has to take in.
    deliver_files(home, [file], "B-1", "catalog", "2026-07-01")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    server = ["dagster-webserver", "-h", "127.0.0.1", "-p", str(port)]
    with _process_group(home, folder / "server.log", server):
        _wait_for(url, folder / "server.log")
        with _process_group(home, folder / "daemon.log", ["dagster-daemon", "run"]):
            yield Served(home, url, folder)


@contextmanager
def _process_group(home: Home, log: Path, command: list[str]) -> Iterator[None]:
    """Run a command with all that it starts, and end it all: `dagster dev` would leave children behind."""
    environment = os.environ | {"SHUZHANG_HOME": str(home.root), "DAGSTER_HOME": str(home.dagster)}
    program = str(Path(sys.executable).with_name(command[0]))
    with log.open("wb") as output:
        leader = subprocess.Popen(  # noqa: S603
            [program, *command[1:], "-w", str(ROOT / "workspace.yaml")],
            cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    try:
        yield
    finally:
        os.killpg(leader.pid, signal.SIGKILL)
        leader.wait()


def _wait_for(url: str, log: Path) -> None:
    limit = time.monotonic() + 120
    while time.monotonic() < limit:
        try:
            with urllib.request.urlopen(f"{url}/server_info", timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.3)
    raise AssertionError(f"the UI did not open: {log.read_text('utf-8', 'replace')}")


@pytest.fixture
def ui(page: Page, served: Served) -> Iterator[Page]:
    """A page of the UI, which asks no other server for anything."""
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    assert [
        url for url in asked if not url.startswith((served.url, "data:", "blob:", served.url.replace("http", "ws")))
    ] == []


def _open(button: Locator, shown: Locator) -> None:
    """Click until it shows: data that arrives after the click draws the row anew, and the dialog goes with the old one."""
    for _ in range(3):
        button.click()
        try:
            shown.first.wait_for(timeout=PATIENCE_MS / 3)
        except PlaywrightTimeoutError:
            continue
        return
    raise AssertionError("nothing was shown after three clicks")


def test_the_graph_has_the_stages_as_groups(ui: Page, served: Served) -> None:
    ui.goto(f"{served.url}/asset-groups")
    for stage in {table.stage for table in all_tables().values()} - {"audit"}:
        # Once in the list at the side, once in the graph.
        expect(ui.get_by_text(stage, exact=True).filter(visible=True).nth(1)).to_be_visible()
    assert ui.get_by_role("dialog").count() == 0
    ui.screenshot(path=served.pictures / "graph.png")


def test_a_tables_page_has_its_columns_in_chinese_and_its_lineage(ui: Page, served: Served) -> None:
    ui.goto(f"{served.url}/assets/report/form_r1?view=overview")
    for column in all_tables()["report.form_r1"].columns:
        expect(ui.get_by_text(f"{column.label}：{column.zh}").first).to_be_visible()
    expect(ui.get_by_text("DECIMAL(20,2)").first).to_be_visible()
    row = ui.get_by_role("row").filter(has=ui.get_by_text("lineage", exact=True))
    table = ui.get_by_role("table").filter(has_text="valuation.snapshot")
    _open(row.get_by_text("Show Markdown"), table)
    expect(table.get_by_text("closing_cost_cny").first).to_be_visible()
    expect(table.get_by_text("期末原值").first).to_be_visible()
    ui.screenshot(path=served.pictures / "table.png")


def test_a_tables_checks_are_there_with_their_figures(ui: Page, served: Served) -> None:
    ui.goto(f"{served.url}/assets/landing/current_record?view=checks")
    expect(ui.get_by_text("record_equation").first).to_be_visible()
    expect(ui.get_by_text("This is a blocking asset check")).to_be_visible()
    expect(ui.get_by_text("来件 = 接受 + 拒收 + 未变 + 搁置 / in = accepted + rejected").first).to_be_visible()
    expect(ui.get_by_text("Passed").first).to_be_visible()
    ui.screenshot(path=served.pictures / "checks.png")


def test_a_job_launched_in_the_ui_succeeds_and_takes_in_what_was_delivered(ui: Page, served: Served) -> None:
    assert one(served.home, "SELECT count(*) FROM catalog.resource") == 2
    ui.goto(f"{served.url}/locations/shuzhang/jobs/ingest")
    expect(ui.get_by_text("接收一个交付单位的交付").first).to_be_visible()
    ui.get_by_role("button", name="Materialize all").click()
    expect(ui.get_by_text("Launched run").first).to_be_visible()
    ui.get_by_text("View", exact=True).filter(visible=True).first.click()
    ui.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}"))
    expect(ui.get_by_text("Success", exact=True).first).to_be_visible(timeout=RUN_PATIENCE_MS)
    ui.screenshot(path=served.pictures / "run.png")
    run_id = ui.url.rpartition("/")[2].partition("?")[0]
    with open_instance(served.home) as instance:
        run = instance.get_run_by_id(run_id)
        assert run
        assert run.status is dg.DagsterRunStatus.SUCCESS
    assert one(served.home, "SELECT count(*) FROM catalog.resource") == 4
    assert one(served.home, "SELECT count(DISTINCT run_id) FROM audit.materialization WHERE run_id = $r", r=run_id) == 1
