"""The example city as a whole: all its deliveries, and what is to come out of them.

Belongs here: the order of deliveries, the notice, `expected.json`. Does not belong here: any content.
"""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from example_city.agencies import CITY, PORTAL, UNITS, organisation_deliveries
from example_city.case_cards import AMOUNTS, CASES
from example_city.case_deliveries import case_deliveries, cents
from example_city.catalogues import catalogue_deliveries
from example_city.contents import content_deliveries
from example_city.costs import cost_deliveries, yuan
from example_city.equation import outcome
from example_city.ledger import Difference, assets, differences, event_deliveries, ledger_deliveries, standings_of_all
from example_city.market import market_deliveries
from example_city.model import NOTICE, Delivery
from example_city.recognition import (
    authorisation_deliveries,
    decision_deliveries,
    evidence_deliveries,
    review_deliveries,
)
from example_city.writers import write_delivery

PERIOD_END = date(2026, 6, 30)
#: The city's own list of policy, as it lies in its folder and in the policy of a home.
AUTHORITIES = "authority_unit.csv"
_README = f"""{NOTICE}

本文件夹是“{CITY}”的示例交付：每个子文件夹为一次交付，含 manifest.toml 与数据文件。
本城市及全部数据均为虚构；单位、统一社会信用代码、金额均由程序生成，
区划代码以 99 开头，不对应任何真实地区与单位。
文件中有意保留了真实交付常见的缺陷，见 expected.json 的 defects。

Deliveries of an invented city: each folder is one delivery, with manifest.toml and its files. Units, credit
codes and amounts are made by a program; division codes begin with 99 and stand for no real place. The files
have the defects of real deliveries on purpose; expected.json lists them, and the counts that must come out.
"""


@dataclass(frozen=True)
class CitySummary:
    """What was written and what must come out of it.

    `records_by_kind` holds the record equation of each kind, under the names of `shuzhang status`. `cards`
    counts resources that meet every criterion of scope and recognition (disposed ones included), `memo` those in scope
    that do not, `unassessed` those of which a criterion of scope is unknown; the others are outside.
    The closing figures are those of the cards at the end of `period`, by the generator's own reckoning.
    `differences` are all those between these cards and the ledger.
    `missing` are the codes of units that owe a catalogue: no record of theirs came in, from them or from
    the portal. `defects` names what is wrong or awkward, and the files in which it is, as `folder/file`.
    """

    deliveries: int
    files: int
    deliveries_rejected: int
    files_rejected: int
    organisations: int
    organisation_versions: int
    resources: int
    fields: int
    cards: int
    memo: int
    unassessed: int
    disposals: int
    period: str
    closing_count: int
    closing_booked: int
    closing_cost_cny: str
    closing_amortisation_cny: str
    closing_development_cny: str
    closing_impairment_cny: str
    closing_stock_cny: str
    differences: tuple[Difference, ...]
    missing: tuple[str, ...]
    portal_code: str
    portal_holders: tuple[str, ...]
    records_by_kind: dict[str, dict[str, int]]
    defects: dict[str, tuple[str, ...]]


def deliveries() -> list[Delivery]:
    """All deliveries of the city, in their order."""
    found = [
        *organisation_deliveries(),
        *authorisation_deliveries(),
        *catalogue_deliveries(),
        *evidence_deliveries(),
        *review_deliveries(),
        *decision_deliveries(),
        *cost_deliveries(),
        *event_deliveries(),
        *ledger_deliveries(),
        *market_deliveries(),
        *content_deliveries(),
        *case_deliveries(),
    ]
    return sorted(found, key=lambda d: (d.day, d.kind != "organisations", d.folder))


def summary(found: list[Delivery]) -> CitySummary:
    """The counts that must come out, from the generator's own objects."""
    result = outcome(found)
    catalogue = result.records("catalog")
    organisations = result.records("organisations")
    held = [a for a in assets() if a.is_held(PERIOD_END)]
    balances = [a.balance(PERIOD_END) for a in held]
    cases = [case for of_unit in CASES.values() for case in of_unit]
    # The cases' own figures are those of their books.
    booked = [{name: cents(case.booked(name)[1]) for name in AMOUNTS} for case in cases]
    standings = Counter(standings_of_all()) + Counter(case.standing for case in cases)
    defects: dict[str, set[str]] = {}
    for delivery in found:
        for file in delivery.files:
            for name in file.defects:
                defects.setdefault(name, set()).add(f"{delivery.folder}/{file.name}")
    return CitySummary(
        deliveries=len(found),
        files=sum(len(d.files) for d in found),
        deliveries_rejected=sum(all(f.spoil for f in d.files) for d in found),
        files_rejected=sum(bool(f.spoil) for d in found for f in d.files),
        organisations=len({r.cells["organisation_code"] for r in organisations}),
        organisation_versions=len(organisations),
        resources=len(catalogue),
        fields=sum(len(r.fields) for r in catalogue),
        cards=len(assets()) + sum(case.standing in ("card", "left") for case in cases),
        memo=standings["memo"],
        unassessed=standings["unassessed"],
        disposals=sum(a.closed is not None for a in assets()) + standings["left"],
        period=f"{PERIOD_END:%Y-%m}",
        closing_count=len(held) + sum(case.standing == "card" for case in cases),
        closing_booked=sum(a.is_in_the_books(PERIOD_END) for a in held) + sum(any(b.values()) for b in booked),
        closing_cost_cny=yuan(sum(b.cost for b in balances) + sum(b["cost"] for b in booked)),
        closing_amortisation_cny=yuan(sum(b.amortised for b in balances) + sum(b["amortisation"] for b in booked)),
        closing_development_cny=yuan(sum(b.development for b in balances) + sum(b["development"] for b in booked)),
        closing_impairment_cny=yuan(sum(b["impairment"] for b in booked)),
        closing_stock_cny=yuan(sum(b["stock"] for b in booked)),
        differences=tuple(differences(f"{PERIOD_END:%Y-%m}")),
        missing=tuple(sorted(u.code for u in UNITS.values() if u.layout == "none")),
        portal_code=UNITS[PORTAL].code,
        portal_holders=tuple(sorted(u.code for u in UNITS.values() if u.layout == "portal")),
        records_by_kind={kind: counts.as_dict() for kind, counts in sorted(result.counts.items())},
        defects={name: tuple(sorted(places)) for name, places in sorted(defects.items())},
    )


def authorities() -> str:
    """The city's list of policy that names its authorities: who may speak for all (`policy/authority.csv`)."""
    named = (
        ("finance_authority", UNITS["finance"], "finance authority"),
        ("data_authority", UNITS["data"], "data authority"),
    )
    rows = [f"{name},{unit.code},{unit.name},{en},{CITY},proposal,2025-01-01\n" for name, unit, en in named]
    return "".join(("authority,unit_code,name_zh,name_en,source,status,effective_from\n", *rows))


def write_city(folder: Path) -> CitySummary:
    """Write the example city: a folder a delivery, its authorities for the policy of a home (`AUTHORITIES`), a notice, and `expected.json`
    with the summary.

    The same code writes the same bytes. Delivery folders that are there already are refused.

    Raises:
        FileExistsError: `folder` holds one of the city's deliveries already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = deliveries()
    for delivery in found:
        write_delivery(delivery, folder)
    result = summary(found)
    (folder / AUTHORITIES).write_bytes(authorities().encode())
    (folder / "说明.txt").write_bytes(_README.encode())
    (folder / "README.txt").write_bytes(_README.encode())
    text = json.dumps(asdict(result), ensure_ascii=False, indent=2)
    (folder / "expected.json").write_bytes(f"{text}\n".encode())
    return result
