"""The units of the example city: who they are, to whom they belong, what they hold and how they deliver it.

Belongs here: the table of units, their credit codes, the organisations deliveries. Does not belong here:
their data. The division codes begin with 99, which GB/T 2260 gives to no place; so no code here is that of
a real unit.
"""

from dataclasses import dataclass
from datetime import date

from example_city.defects import UNSOUND, with_flaws
from example_city.model import Delivery, File, Layout, Record

CITY = "示例市"
#: Division code -> (name on the reports, prefix of its units' names).
DISTRICTS = {
    "990100": ("示例市本级", CITY),
    "990102": ("甲区", f"{CITY}甲区"),
    "990103": ("乙区", f"{CITY}乙区"),
    "990121": ("丙县", f"{CITY}丙县"),
}
#: Unit kind -> registering authority and category, the first two characters of its credit code (GB
#: 32100-2015).
_PREFIXES = {"行政单位": "11", "参公": "12", "事业单位": "12", "国有企业": "91", "其他": "51"}
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
RENAMED_ON = date(2026, 4, 1)

# short | name | district | kind | department | domain | resources | layout of the catalogue
_TABLE = """
gov|人民政府办公厅|990100|行政单位||government|12|merged
finance|财政局|990100|行政单位||finance|18|csv
data|大数据发展管理局|990100|行政单位||data|12|repeated
datacentre|公共数据中心|990100|事业单位|data|data|8|dcat
urban|城市管理局|990100|行政单位||urban|38|merged
parking|停车管理服务中心|990100|事业单位|urban|parking|14|csv
transport|交通运输局|990100|行政单位||transport|32|gb18030
road|公路事业发展中心|990100|参公|transport|road|12|gb18030
bus|公共交通集团有限公司|990100|国有企业|transport|bus|16|dcat
health|卫生健康委员会|990100|行政单位||health|36|repeated
hospital|第一人民医院|990100|事业单位|health|hospital|20|merged
cdc|疾病预防控制中心|990100|事业单位|health|health|14|csv
market|市场监督管理局|990100|行政单位||market|40|dcat
weather|气象局|990100|参公||weather|22|dcat
ecology|生态环境局|990100|行政单位||ecology|24|repeated
monitor|生态环境监测站|990100|事业单位|ecology|ecology|10|csv
education|教育局|990100|行政单位||education|22|merged
exam|教育考试院|990100|事业单位|education|education|6|csv
labour|人力资源和社会保障局|990100|行政单位||labour|24|gb18030
insurance|社会保险事业管理中心|990100|参公|labour|labour|12|repeated
planning|自然资源和规划局|990100|行政单位||planning|20|merged
water|水务局|990100|行政单位||water|14|csv
watergroup|水务集团有限公司|990100|国有企业|water|water|14|repeated
emergency|应急管理局|990100|行政单位||emergency|18|merged
culture|文化广电和旅游局|990100|行政单位||culture|14|dcat
library|图书馆|990100|事业单位|culture|culture|6|portal
civil|民政局|990100|行政单位||civil|16|csv
charity|慈善总会|990100|其他|civil|civil|4|portal
agriculture|农业农村局|990100|行政单位||agriculture|14|repeated
archives|档案馆|990100|参公|gov|government|0|none
jia-gov|人民政府办公室|990102|行政单位||government|6|csv
jia-urban|城市管理局|990102|行政单位||urban|12|repeated
jia-health|卫生健康局|990102|行政单位||health|8|gb18030
jia-hospital|人民医院|990102|事业单位|jia-health|hospital|6|csv
yi-gov|人民政府办公室|990103|行政单位||government|6|merged
yi-market|市场监督管理局|990103|行政单位||market|12|csv
yi-transport|交通运输局|990103|行政单位||transport|8|dcat
yi-invest|城市建设投资有限公司|990103|国有企业|yi-gov|building|6|repeated
bing-gov|人民政府办公室|990121|行政单位||government|5|portal
bing-agri|农业农村局|990121|行政单位||agriculture|10|gb18030
bing-water|水利局|990121|行政单位||water|6|merged
bing-volunteer|志愿服务联合会|990121|其他|bing-gov|civil|3|portal
trading|公共资源交易中心|990100|事业单位|data|government|0|cases
geo|测绘与地理信息中心|990100|事业单位|planning|planning|0|cases
datagroup|数据集团有限公司|990100|国有企业|data|data|0|cases
"""
#: Unit -> its name since RENAMED_ON.
_NEW_NAMES = {"data": f"{CITY}数据资源管理局"}
#: The unit that gathers and delivers the catalogues of those whose layout is `portal`.
PORTAL = "datacentre"
#: The unit whose records name no provider: its department delivers them, and the manifest names the holder.
UNNAMED = "exam"
#: Units whose finances their department delivers for them.
DELEGATED = frozenset({"parking", "charity", "bing-volunteer"})


@dataclass(frozen=True)
class Unit:
    """A unit of the city."""

    number: int
    short: str
    name: str
    district_code: str
    kind: str
    department: str
    domain: str
    resource_count: int
    layout: str
    code: str

    @property
    def is_city_level(self) -> bool:
        """Whether the unit belongs to the city itself, not to a district."""
        return self.district_code == "990100"


def credit_code(prefix: str, division: str, number: int) -> str:
    """A unified social credit code with valid check characters (GB 32100-2015, inner code GB 11714)."""
    inner = f"{number:08d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    check = 11 - sum(int(digit) * weight for digit, weight in zip(inner, weights, strict=True)) % 11
    body = f"{prefix}{division}{inner}{'0' if check == 11 else 'X' if check == 10 else check}"
    total = sum(_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return body + _ALPHABET[(31 - total % 31) % 31]


def _parse(number: int, line: str) -> Unit:
    short, name, district, kind, department, domain, count, layout = line.split("|")
    code = credit_code(_PREFIXES[kind], district, number)
    full = DISTRICTS[district][1] + name
    return Unit(number, short, full, district, kind, department, domain, int(count), layout, code)


UNITS: dict[str, Unit] = {
    unit.short: unit for unit in (_parse(n, line) for n, line in enumerate(_TABLE.split(), start=1))
}


def district_office(district_code: str) -> Unit:
    """The government office of a district, or of the city."""
    return next(u for u in UNITS.values() if u.district_code == district_code and u.domain == "government")


def registrar(unit: Unit) -> Unit:
    """Who authorises and reviews a unit's data: the city's data bureau, or the office of its district."""
    return UNITS["data"] if unit.is_city_level else district_office(unit.district_code)


def finance_sender(unit: Unit) -> Unit:
    """Who delivers a unit's costs and ledger: the unit itself, or its department."""
    return UNITS[unit.department] if unit.short in DELEGATED else unit


def _record(unit: Unit) -> Record:
    office = district_office(unit.district_code)
    if unit.department:
        parent = UNITS[unit.department].code
    elif unit is office:
        parent = "" if unit.is_city_level else UNITS["gov"].code
    else:
        parent = office.code
    levels = ("市", "市级") if unit.is_city_level else ("区县", "区级")
    systems = {"国有企业": "企业会计准则", "其他": ""}
    return Record(
        {
            "organisation_code": unit.code,
            "name": unit.name,
            "level": levels[unit.number % 2],
            "district_code": unit.district_code,
            "district_name": DISTRICTS[unit.district_code][0],
            "unit_kind": unit.kind,
            "parent_code": parent,
            "department_code": UNITS[unit.department].code if unit.department else "",
            "accounting_system": systems.get(unit.kind, ("政府会计", "政府会计制度")[unit.number % 2]),
            "valid_from": "2024-01-01",
        }
    )


def _renamed(record: Record, name: str) -> tuple[Record, Record]:
    old = Record({**record.cells, "valid_to": date.fromordinal(RENAMED_ON.toordinal() - 1).isoformat()})
    return old, Record({**record.cells, "name": name, "valid_from": RENAMED_ON.isoformat()})


def organisation_deliveries() -> list[Delivery]:
    """The finance bureau's two deliveries: as of the new year, and after one unit got another name."""
    first = [_record(unit) for unit in UNITS.values()]
    second: list[Record] = []
    for unit, record in zip(UNITS.values(), first, strict=True):
        second += _renamed(record, _NEW_NAMES[unit.short]) if unit.short in _NEW_NAMES else (record,)
    layout = Layout(padded=True, date="cell", notes_sheet=True, title=f"{CITY}单位名录（虚构）")
    sender = UNITS["finance"]
    flawed = with_flaws(first, UNSOUND["finance", "organisations"])
    return [
        Delivery(sender.short, sender.code, "organisations", day, (File("单位名录.xlsx", tuple(records), layout),))
        for day, records in ((date(2026, 1, 10), flawed), (date(2026, 4, 10), second))
    ]
