"""Generated deliveries of any size, the same for the same size: what a city of that many resources would send.

Does not belong here: defects (the example city has those) and what is measured.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

#: Resources of a unit; four in five become cards, the others lack their security review.
PER_UNIT = 500
_FINANCE = "U00000"
_TABLES = {
    "catalog": ("信息资源代码", "信息资源名称", "信息资源摘要", "信息资源格式", "信息项名称", "数据类型"),
    "evidence": ("信息资源代码", "确认条件", "证明内容", "文号", "出具日期"),
    "reviews": ("信息资源代码", "审查类别", "结论", "文号", "出具日期"),
    "costs": (
        "信息资源代码", "凭证号", "分录号", "成本类别", "阶段", "金额（元）", "入账日期", "可使用日期", "摊销月数",
    ),
    "ledger": ("会计期间", "科目代码", "期初余额（元）", "借方发生额（元）", "贷方发生额（元）", "期末余额（元）"),
    "authorisations": ("持有单位代码", "法定依据", "文号", "生效日期"),
    "organisations": ("统一社会信用代码", "单位名称", "层级", "行政区划代码", "单位性质", "主管部门代码", "生效日期"),
}  # fmt: skip


def write_deliveries(folder: Path, resources: int) -> int:
    """Write the deliveries of so many resources, a folder each; returns the number of records (rows, not fields)."""
    units = [f"U{number:05d}" for number in range(1, max(2, resources // PER_UNIT) + 1)]
    share = resources // len(units)
    count = _write(folder, _FINANCE, "organisations", _organisations(units))
    count += _write(
        folder, _FINANCE, "authorisations", ([unit, "法定职责", f"授-{unit}", "2024-01-01"] for unit in units)
    )
    for unit in units:
        for kind, rows in _of_unit(unit, share).items():
            count += _write(folder, unit, kind, rows)
    return count


def _organisations(units: Sequence[str]) -> Iterator[list[str]]:
    for unit in [_FINANCE, *units]:
        yield [unit, f"单位{unit}", "市", "990100", "行政单位", _FINANCE, "2020-01-01"]


def _of_unit(unit: str, share: int) -> dict[str, Iterable[list[str]]]:
    codes = [f"{unit}/{number}" for number in range(share)]
    amounts = [f"{1000 + number * 7 % 9973}.{number % 100:02d}" for number in range(share)]
    return {
        "catalog": (
            [code, f"登记信息{code}", f"关于{code}的登记信息", "CSV", field, "字符型"]
            for code in codes
            for field in ("姓名", "身份证号码", "登记日期")
        ),
        "evidence": ([code, what, "符合", f"证-{code}", "2025-03-01"] for code in codes for what in ("控制", "效益")),
        "reviews": (
            [code, what, "通过", f"审-{code}-{what}", "2025-03-01"]
            for number, code in enumerate(codes)
            for what in ("安全审查", "风险评估")
            if what == "风险评估" or number % 5
        ),
        "costs": (
            [code, f"记-{number}", "1", "采集加工", "开发", amount, "2025-02-01", "2025-02-15", "60"]
            for number, (code, amount) in enumerate(zip(codes, amounts, strict=True))
        ),
        "ledger": [["2026-06", "1701", "0.00", "100.00", "0.00", "100.00"]],
    }


def _write(folder: Path, deliverer: str, kind: str, rows: Iterable[list[str]]) -> int:
    target = folder / f"{deliverer}-{kind}"
    target.mkdir(parents=True)
    (target / "manifest.toml").write_text(
        f'from = "{deliverer}"\nkind = "{kind}"\ndate = "2026-07-01"\nfiles = ["{kind}.csv"]\n', "utf-8"
    )
    with (target / f"{kind}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_TABLES[kind])
        count = 0
        for row in rows:
            writer.writerow(row)
            count += 1
    return count
