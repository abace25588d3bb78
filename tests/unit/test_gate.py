"""The gate judges by the thresholds of policy, writes Data Docs whole, and is imported only where it is asked."""

import errno
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quality.gate import GateError, judge
from quality.rules import RuleMeasure
from warehouse.store.disk import ForbiddenError, FullDiskError

pytestmark = pytest.mark.slow

MEASURE = RuleMeasure(
    rule_code="core_elements",
    name_zh="要素齐备",
    name_en="elements are there",
    indicator_code="0201",
    dimension="完整性 completeness",
    severity="warn",
    threshold_pct=90,
    numerator=9,
    denominator=10,
    subjects=1,
    failing=0,
    not_assessed=0,
    not_assessed_reason="",
    worst=[],
    mend="补齐 / fill in",
)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    figures=st.lists(
        st.tuples(st.integers(0, 100), st.integers(1, 3000)).flatmap(
            lambda pair: st.tuples(st.just(pair[0]), st.integers(0, pair[1]), st.just(pair[1]))
        ),
        min_size=1,
        max_size=8,
    )
)
def test_the_verdict_is_that_of_exact_arithmetic(tmp_path: Path, figures: list[tuple[int, int, int]]) -> None:
    measures = [
        replace(MEASURE, rule_code=f"rule_{n}", threshold_pct=threshold, numerator=numerator, denominator=denominator)
        for n, (threshold, numerator, denominator) in enumerate(figures)
    ]
    verdicts = judge(measures, tmp_path / "docs")
    assert verdicts == {m.rule_code: m.numerator * 100 >= m.threshold_pct * m.denominator for m in measures}
    assert verdicts == {m.rule_code: m.is_reached for m in measures}


def test_data_docs_are_there_whole_and_replaced(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    judge([MEASURE], docs)
    judge([replace(MEASURE, numerator=8)], docs)
    (page,) = docs.glob("validations/**/*.html")
    text = page.read_text("utf-8")
    assert "要素齐备 core_elements" in text
    assert "80.0" in text
    assert (docs / "index.html").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["docs"]


def test_the_index_of_data_docs_leads_to_every_page_without_a_script(tmp_path: Path) -> None:
    judge([MEASURE], tmp_path / "docs")
    index = tmp_path / "docs" / "index.html"
    links = re.findall(r'<li><a href="([^"]+)">', index.read_text("utf-8"))
    assert {(index.parent / unquote(link)).resolve() for link in links} == {*index.parent.rglob("*.html")} - {index}


def test_what_was_not_assessed_is_not_judged(tmp_path: Path) -> None:
    assert judge([replace(MEASURE, numerator=0, denominator=0)], tmp_path / "docs") == {}


def test_a_broken_tool_is_no_bad_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RuleMeasure, "share_pct", property(lambda _: "no number"))
    with pytest.raises(GateError, match="core_elements"):
        judge([MEASURE], tmp_path / "docs")


def test_great_expectations_is_imported_with_nothing_else() -> None:
    code = (
        "import importlib, sys\n"
        "for module in ('pipelines.definitions', 'pipelines.cli.app', 'quality.rule_checks'):\n"
        "    importlib.import_module(module)\n"
        "    assert 'great_expectations' not in sys.modules, module\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)  # noqa: S603
    assert done.returncode == 0, done.stderr


def test_data_docs_load_nothing_from_elsewhere(tmp_path: Path) -> None:
    judge([MEASURE], tmp_path / "docs")
    pages = sorted((tmp_path / "docs").rglob("*.html"))
    assert len(pages) >= 3
    for page in pages:
        text = page.read_text("utf-8")
        assert re.findall(r"<(?:link|script|img|iframe)\b[^>]*https?://[^>]*>", text) == []
        assert "<script" not in text
        assert "newsletter" not in text
        assert "border-collapse" in text


@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, FullDiskError), (errno.EROFS, ForbiddenError)])
def test_data_docs_that_cannot_be_written_name_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception]
) -> None:
    def put(*_: object) -> None:
        raise OSError(number, "no", str(tmp_path / "reports" / "quality"))

    monkeypatch.setattr("quality.gate._put_in_place", put)
    with pytest.raises(error, match=re.escape(str(tmp_path / "reports"))):
        judge([MEASURE], tmp_path / "reports" / "quality")
    assert list((tmp_path / "reports").iterdir()) == []
