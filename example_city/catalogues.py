"""The catalogues of the example city: 600 resources with 6,000 items, and how they are delivered.

Belongs here: resources from words, versions of resources, catalogue deliveries. Does not belong here: words
(`vocabulary.py`), what is wrong on purpose (`defects.py`), cost and evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from example_city.agencies import PORTAL, UNITS, UNNAMED, Unit
from example_city.chance import choose, draw, shuffled
from example_city.defects import SPOILED_CATALOGUES, TOLERATED, UNSOUND, with_flaws, with_habits
from example_city.model import Delivery, File, Layout, Record
from example_city.vocabulary import DOMAINS, SHAPES, TAIL, THEMES, Item

Fields = tuple[Mapping[str, str], ...]

FIELD_TOTAL = 6_000
FIRST_DAY, SECOND_DAY = date(2026, 3, 31), date(2026, 6, 30)

#: Share types and open types: unconditional, conditional, none. The labels differ by place (domain.md 1.2).
_SHARE_TYPES = (
    ("无条件共享", "有条件共享", "不予共享"),
    ("无条件共享", "受限共享", "不共享"),
)
_OPEN_TYPES = (
    ("无条件开放", "有条件开放", "不开放"),
    ("无条件开放", "受限开放", "禁止开放"),
    ("是", "有条件开放", "否"),
    ("向公众开放", "受限开放", "不开放"),
)
_UPDATE_CYCLES = (
    "实时", "每日", "每周", "每月", "每季度", "季度", "每半年", "每年", "不定时", "不定期", "按需", "其他",
)  # fmt: skip
_DCAT_CYCLES = ("R/PT1S", "R/P1D", "R/P1W", "R/P1M", "R/P3M", "R/P6M", "R/P1Y", "irregular")
_DCAT_LEVELS = ("public", "restricted public", "non-public")
_DCAT_CELLS = (
    "identifier", "title", "provider_name", "abstract", "theme", "keywords", "issued_date", "modified_date",
)  # fmt: skip
_FORMATS = (
    ("电子表格", "xlsx"),
    ("电子表格", "csv"),
    ("数据库", "mysql"),
    ("服务接口", "json"),
    ("电子文件", "pdf"),
)

_LAYOUTS = {
    "merged": Layout(merged=True),
    "repeated": Layout(),
    "csv": Layout(form="csv"),
    "gb18030": Layout(form="csv", encoding="gb18030"),
    "dcat": Layout(form="dcat", encoding="utf-8"),
}


@dataclass(frozen=True)
class Resource:
    """A resource of the final state, with the record that describes it."""

    serial: int
    holder: Unit
    code: str
    record: Record

    @property
    def title(self) -> str:
        """The resource's title."""
        return self.record.cells["title"]

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True)
class Revision:
    """What a later delivery changes: how many resources are new, changed and gone in it, and its layout."""

    created: int
    updated: int
    deleted: int
    layout: str


#: Senders with a second catalogue delivery.
REVISIONS = {
    "urban": Revision(created=3, updated=4, deleted=2, layout="merged"),
    # Another format and encoding than the first time: what did not change is unchanged all the same.
    "labour": Revision(created=1, updated=2, deleted=1, layout="repeated"),
    "market": Revision(created=2, updated=3, deleted=1, layout="dcat"),
}


def _pool(unit: Unit, letter: str) -> tuple[Item, ...]:
    domain, shape = DOMAINS[unit.domain], SHAPES[letter]
    items = shape.items + (domain.persons if shape.is_personal else domain.things) + TAIL
    return tuple({item.name: item for item in items}.values())


def _field_counts(pools: list[tuple[Item, ...]]) -> list[int]:
    """An uneven number of items for each pool, from 3 to all of it, FIELD_TOTAL together."""
    counts = [min(len(pool), 4 + draw(13, "fields", place)) for place, pool in enumerate(pools)]
    while missing := FIELD_TOTAL - sum(counts):
        step = 1 if missing > 0 else -1
        for place in shuffled(range(len(pools)), "adjust", missing)[: abs(missing)]:
            counts[place] += step if 3 <= counts[place] + step <= len(pools[place]) else 0
    return counts


def _fields(code: str, name: str, pool: tuple[Item, ...], count: int) -> Fields:
    kept = {pool[0], *shuffled(pool[1:], "items", code)[: count - 1]}
    return tuple(
        {
            "name": item.name.replace("{o}", name),
            "english_name": item.english_name,
            "data_type": item.data_type,
            "length": item.length,
            "is_key": "是" if item is pool[0] else "否",
            "is_nullable": "否" if item is pool[0] or draw(3, code, item.name) == 0 else "是",
        }
        for item in pool
        if item in kept
    )


def _cells(unit: Unit, code: str, name: str, letter: str, fields: Fields) -> dict[str, str]:
    domain, shape = DOMAINS[unit.domain], SHAPES[letter]
    title = name + shape.ending
    # Data about persons is never shared or opened without conditions.
    openness = max(1, draw(3, "open", code)) if shape.is_personal else draw(4, "open", code) % 3
    form, form_type = choose(_FORMATS, "format", code)
    issued = date(2024, 1, 5) + timedelta(draw(700, "issued", code))
    cells = {
        "identifier": code,
        "title": title,
        "provider_name": unit.name,
        "provider_code": unit.code,
        "abstract": f"{title}，包括{'、'.join(f['name'] for f in fields[:3])}等信息项（示例数据，虚构）",
        "class_name": "主题信息资源目录" if code[0] == "2" else "部门信息资源目录",
        "group_name": domain.theme,
        "theme": domain.theme,
        "keywords": f"{name};{domain.theme}",
        "format": form,
        "format_type": form_type,
        "share_type": _SHARE_TYPES[unit.number % 2][openness],
        "share_condition": ("", "按需申请，经提供方审核", "依据法律法规不予共享")[openness],
        "share_method": ("共享平台", "共享平台", "")[openness],
        "open_type": _OPEN_TYPES[unit.number % 4][openness],
        "open_condition": ("", "实名认证后申请", "")[openness],
        "update_cycle": choose(_UPDATE_CYCLES, "cycle", code),
        "issued_date": issued.isoformat(),
        "modified_date": (date(2026, 1, 1) + timedelta(draw(85, "modified", code))).isoformat(),
    }
    if unit.layout == "dcat":
        return _dcat_cells(cells, openness, code)
    if unit.short != "data" and unit.number % 3 == 1:
        cells["provider_code"] = ""
    if unit.short == UNNAMED:
        cells["provider_name"] = cells["provider_code"] = ""
    return cells


def _dcat_cells(cells: dict[str, str], openness: int, code: str) -> dict[str, str]:
    """The cells that a DCAT-US record has a place for, in its vocabulary."""
    return {name: cells[name] for name in _DCAT_CELLS} | {
        "format_type": cells["format_type"],
        "access_level": _DCAT_LEVELS[openness],
        "update_cycle": choose(_DCAT_CYCLES, "cycle", code),
        "landing_page": f"https://data.example.invalid/resource/{code.replace('/', '-')}",
        "license": "https://data.example.invalid/license" if openness == 0 else "",
    }


@cache
def resources() -> tuple[Resource, ...]:
    """The resources that stand in the end, by holder."""
    drafts = []
    for unit in UNITS.values():
        domain = DOMAINS[unit.domain]
        theme, number = THEMES.index(domain.theme) + 1, list(DOMAINS).index(unit.domain) + 1
        tables = shuffled(domain.tables, unit.short)[: unit.resource_count]
        for place, (name, letter) in enumerate(tables, start=1):
            root = 2 if draw(3, "class", unit.short, name, letter) else 3
            code = f"{root}{theme:02d}{number:03d}{unit.number:03d}/{place}"
            drafts.append((unit, code, name, letter, place - 1))
    pools = [_pool(unit, letter) for unit, _, _, letter, _ in drafts]
    found = []
    drawn = zip(drafts, pools, _field_counts(pools), strict=True)
    for serial, ((unit, code, name, letter, place), pool, count) in enumerate(drawn, start=1):
        fields = _fields(code, name, pool, count)
        cells = _cells(unit, code, name, letter, fields) | dict(TOLERATED.get((unit.short, place), {}))
        found.append(Resource(serial, unit, code, Record(cells, fields)))
    return tuple(found)


def _retired(record: Record, number: int) -> Record:
    """A resource that is withdrawn before the end."""
    cells = dict(record.cells)
    cells |= {"identifier": f"{cells['identifier']}8{number}", "title": f"{cells['title']}（停用系统）"}
    if "landing_page" in cells:
        cells["landing_page"] += f"8{number}"
    return Record(cells, record.fields)


def _earlier(record: Record, number: int) -> Record:
    """A version before the final one: with an item less, or with another update cycle."""
    cells = {**record.cells, "modified_date": "2025-12-01"}
    if number % 2:
        return Record({**cells, "abstract": f"{cells['title']}（示例数据，虚构）"}, record.fields)
    return Record(cells, record.fields[:-1])


def _first_state(final: list[Record], revision: Revision) -> list[Record]:
    """The catalogue before its revision: the last resources are not there yet, the first ones are older."""
    kept = final[: len(final) - revision.created]
    older = [_earlier(record, number) for number, record in enumerate(kept[: revision.updated])]
    gone = [_retired(record, number) for number, record in enumerate(kept[-revision.deleted :])]
    return older + kept[revision.updated :] + gone


def _file(sender: str, layout_name: str, records: list[Record]) -> File:
    layout = with_habits(sender, "catalog", _LAYOUTS[layout_name])
    name = {"dcat": "data.json", "csv": "公共数据资源目录.csv", "xlsx": "公共数据资源目录.xlsx"}[layout.form]
    remarks = {
        mark
        for record in records
        for mark, column, value in (
            ("tolerated_unknown_code", "update_cycle", "随时"),
            ("tolerated_bad_date", "issued_date", "2025-02-30"),
            ("line_break_in_cell", "abstract", TOLERATED["finance", 0]["abstract"]),
        )
        if record.cells.get(column) == value
    }
    return File(name, tuple(records), layout, remarks=frozenset(remarks))


def _portal_delivery() -> Delivery:
    """The portal's delivery for units without a system of their own: one file for each level."""
    held = [r for r in resources() if r.holder.layout == "portal"]
    city = tuple(r.record for r in held if r.holder.is_city_level)
    district = tuple(r.record for r in held if not r.holder.is_city_level)
    files = (
        File("代交目录-丙县.csv", district, _LAYOUTS["csv"]),
        File("代交目录-市级.xlsx", city, _LAYOUTS["repeated"]),
    )
    portal = UNITS[PORTAL]
    return Delivery(portal.short, portal.code, "catalog", FIRST_DAY, files, sequence=2, source="portal")


def _delivery_for_unnamed() -> Delivery:
    """A department's delivery for a unit below it; the holder stands in the manifest alone."""
    unit = UNITS[UNNAMED]
    sender = UNITS[unit.department]
    file = _file(unit.short, unit.layout, [r.record for r in resources() if r.holder is unit])
    return Delivery(
        sender.short,
        sender.code,
        "catalog",
        FIRST_DAY,
        (file,),
        sequence=2,
        source=unit.short,
        holder_code=unit.code,
    )


def catalogue_deliveries() -> list[Delivery]:
    """All catalogue deliveries."""
    found = [_portal_delivery(), _delivery_for_unnamed()]
    for unit in UNITS.values():
        final = [r.record for r in resources() if r.holder is unit]
        if unit.layout not in _LAYOUTS or unit.short == UNNAMED:
            continue
        revision = REVISIONS.get(unit.short)
        first = with_flaws(
            _first_state(final, revision) if revision else final, UNSOUND.get((unit.short, "catalog"), ())
        )
        file = _file(unit.short, unit.layout, first)
        sequence = 1
        if unit.short in SPOILED_CATALOGUES:
            day, number, spoil = SPOILED_CATALOGUES[unit.short]
            spoiled = File(file.name, file.records, file.layout, spoil)
            found.append(Delivery(unit.short, unit.code, "catalog", day, (spoiled,), sequence=number))
            sequence = number + 1 if day == FIRST_DAY else 1
        found.append(Delivery(unit.short, unit.code, "catalog", FIRST_DAY, (file,), sequence=sequence))
        if revision:
            later = _file(unit.short, revision.layout, final)
            found.append(Delivery(unit.short, unit.code, "catalog", SECOND_DAY, (later,)))
    return found
