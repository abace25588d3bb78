"""Columns with known content for the detectors, with what only looks like it; words and numbers are made here, not taken from policy."""

import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

Rng = random.Random


@dataclass(frozen=True)
class ColumnCase:
    """A column: its name and values, what it contains, and what a detector may say besides without being wrong."""

    heading: str
    values: list[str]
    content: str
    allowed: frozenset[str] = frozenset()


def columns(seed: int, rows: int = 150) -> list[ColumnCase]:
    """200 columns: three of each of 38 contents that detectors know, the rest of what they must not know."""
    rng = Rng(seed)
    cases = [
        _column(rng, content, heading, make, rows, allowed)
        for content, headings, make, allowed in _KNOWN
        for heading in _three(rng, headings)
    ]
    cases += [_column(rng, "", heading, make, rows, frozenset(allowed)) for heading, make, *allowed in _OTHERS]
    while len(cases) < 200:
        heading, make, *allowed = rng.choice(_OTHERS)
        cases.append(_column(rng, "", heading, make, rows, frozenset(allowed)))
    rng.shuffle(cases)
    return cases


def _three(rng: Rng, headings: list[str]) -> list[str]:
    return rng.sample(headings, 3) if len(headings) >= 3 else [*headings, *headings, *headings][:3]


def _column(
    rng: Rng, content: str, heading: str, make: Callable[[Rng], str], rows: int, allowed: frozenset[str]
) -> ColumnCase:
    """A few cells are empty or were typed badly, as they are."""
    values = [make(rng) for _ in range(rows)]
    spoilt = [value if rng.random() > 0.04 else rng.choice(["无", "-", value[:-1], "见附件"]) for value in values]
    return ColumnCase(heading, [value for value in spoilt if value], content, allowed)


def _digits(rng: Rng, count: int) -> str:
    return "".join(rng.choices(string.digits, k=count))


def _day(rng: Rng, first: int = 1950, last: int = 2010) -> date:
    return date(first, 1, 1) + timedelta(days=rng.randrange((last - first) * 365))


def _resident_id(rng: Rng) -> str:
    body = rng.choice(["330106", "330102", "110101", "440305", "510104"]) + f"{_day(rng):%Y%m%d}" + _digits(rng, 3)
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def _credit_code(rng: Rng) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = rng.choice(["91", "11", "12", "52", "92"]) + "3301" + _digits(rng, 2) + "".join(rng.choices(alphabet, k=9))
    total = sum(alphabet.index(character) * 3**place for place, character in enumerate(body))
    return body + alphabet[-total % 31]


def _organisation_code(rng: Rng) -> str:
    body = "".join(rng.choices(string.digits + string.ascii_uppercase, k=8))
    total = sum(int(character, 36) * weight for character, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return body + rng.choice(["", "-"]) + {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def _luhn(rng: Rng, start: str, length: int) -> str:
    body = start + _digits(rng, length - 1 - len(start))
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body))]
    return body + str(-sum(number - 9 * (number > 9) for number in doubled) % 10)


def _vin(rng: Rng) -> str:
    alphabet = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
    letters = "12345678" + "12345" + "7" + "9" + "23456789"
    worth = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, letters), strict=True)) | {d: int(d) for d in string.digits}
    rest = rng.choices(alphabet, k=16)
    body = [*rest[:8], "0", *rest[8:]]
    total = sum(worth[c] * w for c, w in zip(body, (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2), strict=True))
    body[8] = "0123456789X"[total % 11]
    return "".join(body)


def _resident_id_15(rng: Rng) -> str:
    return _resident_id(rng)[:6] + f"{_day(rng, 1930, 1999):%y%m%d}" + _digits(rng, 3)


def _bank_card(rng: Rng) -> str:
    return _luhn(rng, rng.choice(["622202", "621700", "622848", "621661"]), 19)


def _landline(rng: Rng) -> str:
    return f"0571-{rng.choice('23456789')}{_digits(rng, 7)}"


def _email(rng: Rng) -> str:
    return f"{''.join(rng.choices(string.ascii_lowercase, k=7))}{rng.randint(1, 99)}@{rng.choice(_HOSTS)}"


def _plate(rng: Rng) -> str:
    return f"浙{rng.choice('ABCF')}{''.join(rng.choices('ABCDEFGHJKLMNPQRSTUVWXYZ0123456789', k=4))}{rng.choice('0123456789')}"


def _person(rng: Rng) -> str:
    given = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂文辉玲建国华志红梅晓东宇"
    return rng.choice("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗") + "".join(rng.choices(given, k=rng.choice([1, 2])))


def _home(rng: Rng) -> str:
    street = rng.choice(["文三路", "解放路", "体育场路", "古墩路", "南山路", "江南大道"])
    place = rng.choice(["杭州市西湖区", "浙江省杭州市拱墅区", "萧山区", "余杭区良渚街道", "滨江区长河街道"])
    return f"{place}{street}{rng.randint(1, 900)}号{rng.randint(1, 30)}幢{rng.randint(101, 2502)}室"


def _amount(rng: Rng) -> str:
    return f"{rng.uniform(1, 1e6):.2f}"


def _of(*words: str) -> Callable[[Rng], str]:
    return lambda rng: rng.choice(words)


def _mobile(rng: Rng) -> str:
    return "1" + rng.choice("3456789") + _digits(rng, 9)


def _note(rng: Rng, inside: Callable[[Rng], str]) -> str:
    """Free text, every fifth with something in it."""
    words = "经现场核实该单位已按要求完成整改并报送材料请联系办理后续手续"
    text = "".join(rng.choices(words, k=rng.randint(15, 40)))
    return f"{text}，{_person(rng)}{inside(rng)}，{text[:6]}" if rng.random() < 0.2 else text


def _group(*names: str) -> frozenset[str]:
    return frozenset(names)


_ROADS = ("文三路", "解放路", "延安路", "庆春路", "天目山路")
_HOSTS = ("example.com", "mail.example.cn", "a.example.org")

#: What a column contains, names that such columns have, how a value is made, and what else may be said of it.
_KNOWN: list[tuple[str, list[str], Callable[[Rng], str], frozenset[str]]] = [
    ("resident_id", ["身份证号", "公民身份号码", "ID_CARD", "证件号码", "备用字段3"], _resident_id, _group("social_insurance")),
    ("resident_id_15", ["旧身份证号", "身份证（15位）", "居民身份证号码"], _resident_id_15, _group()),
    ("credit_code", ["统一社会信用代码", "社会信用代码", "纳税人识别号", "uscc", "F0012"], _credit_code, _group()),
    ("organisation_code", ["组织机构代码", "法人代码", "机构代码", "字段7"], _organisation_code, _group()),
    ("bank_card", ["银行卡号", "收款账号", "卡号", "zh_no"], _bank_card, _group()),
    ("mobile", ["手机号码", "联系电话", "联系人电话", "mobile", "col5"], _mobile, _group()),
    ("landline_code", ["固定电话", "办公电话", "传真", "联系方式"], _landline, _group("landline")),
    ("landline", ["电话", "座机", "固话号码"], lambda r: r.choice("2345678") + _digits(r, 7), _group()),
    ("email", ["电子邮箱", "邮箱地址", "e_mail", "联系方式2"], _email, _group()),
    ("passport", ["护照号", "护照号码", "passport_no"], lambda r: r.choice("EG") + _digits(r, 8), _group()),
    ("hk_macau_permit", ["往来港澳通行证号", "港澳通行证"], lambda r: "C" + _digits(r, 8), _group()),
    ("home_return_permit", ["回乡证号", "港澳居民来往内地通行证"], lambda r: r.choice("HM") + _digits(r, 8), _group("hk_macau_permit")),
    ("taiwan_permit", ["台胞证号", "台湾居民来往大陆通行证"], lambda r: _digits(r, 8), _group()),
    ("plate", ["车牌号", "车牌号码", "号牌", "车辆"], _plate, _group()),
    ("vin", ["车架号", "车辆识别代号", "VIN", "字段9"], _vin, _group()),
    ("ipv4", ["IP地址", "client_ip", "登录IP"], lambda r: ".".join(str(r.randint(1, 254)) for _ in range(4)), _group()),
    ("mac", ["MAC地址", "mac", "设备标识"], lambda r: ":".join(f"{r.randrange(256):02x}" for _ in range(6)), _group()),
    ("longitude", ["经度", "lng", "中心点经度", "longitude"], lambda r: f"{r.uniform(119.9, 120.6):.6f}", _group()),
    ("latitude", ["纬度", "lat", "中心点纬度"], lambda r: f"{r.uniform(29.9, 30.5):.6f}", _group()),
    ("person_name", ["姓名", "法定代表人", "联系人", "经办人姓名", "负责人"], _person, _group()),
    ("home_address", ["家庭住址", "户籍地址", "居住地址", "现住址"], _home, _group("address")),
    ("address", ["注册地址", "经营场所", "单位地址", "位置"], _home, _group()),
    ("birth_date", ["出生日期", "出生年月", "生日"], lambda r: f"{_day(r):%Y-%m-%d}", _group()),
    ("ethnic_group", ["民族", "民族名称"], _of("汉族", "回族", "畲族", "满族", "苗族", "土家族"), _group()),
    ("political_status", ["政治面貌", "现政治面貌"], _of("中共党员", "群众", "共青团员", "民盟盟员"), _group()),
    ("real_estate_unit", ["不动产单元号", "字段21"], lambda r: f"330106{_digits(r, 6)}GB{_digits(r, 5)}F{_digits(r, 8)}", _group()),
    ("coordinates", ["经纬度", "坐标", "位置"], lambda r: f"{r.uniform(119, 121):.5f},{r.uniform(29, 31):.5f}", _group()),
    ("ipv6", ["IPv6", "网络地址"], lambda r: ":".join(f"{r.randrange(65536):x}" for _ in range(8)), _group()),
    ("postcode", ["邮编", "邮政编码", "zip"], lambda r: "31" + _digits(r, 4), _group()),
    ("officer_id", ["军官证号", "军人证件号"], lambda r: f"军字第{_digits(r, 7)}号", _group()),
    ("social_insurance", ["社保号", "社保卡号", "医保卡号"], lambda r: r.choice("ABC") + _digits(r, 8), _group("bank_card")),
    ("health", ["诊断结果", "病史", "主诉"], _of("高血压二级", "2型糖尿病", "急性肺炎", "骨折术后", "过敏性哮喘"), _group()),
    ("personal_finance", ["月收入", "个人收入", "工资"], _amount, _group()),
    ("criminal_record", ["犯罪记录", "前科情况"], _of("无", "盗窃", "诈骗"), _group()),
    ("sexual_orientation", ["性取向"], _of("甲", "乙"), _group()),
    ("minor", ["监护人关系", "学籍号", "留守儿童"], lambda r: f"G{_digits(r, 10)}", _group("person_name")),
    ("biometrics", ["指纹特征", "人脸图像", "DNA编号"], lambda r: "".join(r.choices(string.hexdigits, k=40)), _group()),
    ("religion", ["宗教信仰", "信仰"], _of("佛教", "道教", "基督教", "伊斯兰教", "天主教"), _group()),
]  # fmt: skip

#: What is none of it, however it looks: name of the column, how a value is made, what may be said of it all the same.
_OTHERS: list[tuple[str, Callable[[Rng], str], *tuple[str, ...]]] = [
    ("订单号", lambda r: _luhn(r, r.choice(["2023", "1024", "8801"]), 16)),
    ("业务流水号", lambda r: _luhn(r, "90", 18)),
    ("支付订单编号", lambda r: _luhn(r, "62", 19)),
    ("物料编码", lambda r: _digits(r, 18)),
    ("许可证编号", lambda r: "91" + _digits(r, 16)),
    ("不动产证号", lambda r: "3301" + _digits(r, 14)),
    ("批次号", lambda r: "1" + r.choice("3456789") + _digits(r, 9)),
    ("序号", lambda r: str(r.randint(1, 99999))),
    ("地名", _of("张家口", "石景山", "马鞍山", "黄浦区", "王府井", "高新区", "杨浦区")),
    ("所属街道", _of("文新街道", "古荡街道", "西溪街道", "蒋村街道")),
    ("学校名称", _of("李家小学", "王村中学", "陈桥幼儿园", "周浦小学")),
    ("企业名称", lambda r: f"杭州{_person(r)[1:]}科技有限公司"),
    ("商品名称", _of("苹果", "白菜", "黄瓜", "高粱", "马铃薯", "石榴")),
    ("学年", lambda r: (lambda y: f"{y}/{y + 1}")(r.randint(1999, 2020))),
    ("年份", lambda r: str(r.randint(1990, 2025))),
    ("型号", lambda r: f"SCN-{r.randint(100, 999)}"),
    ("规格", lambda r: f"{r.randint(10, 99)}*{r.randint(10, 99)}*{r.randint(1, 9)}"),
    ("设备编号", lambda r: "".join(r.choices("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", k=17))),
    ("发布日期", lambda r: f"{_day(r, 2015, 2025):%Y%m%d}"),
    ("办结时间", lambda r: f"{_day(r, 2015, 2025):%Y-%m-%d} 10:20:30"),
    ("软件版本", lambda r: ".".join(str(r.randint(0, 20)) for _ in range(4))),
    ("版本号", lambda r: f"V{r.randint(1, 9)}.{r.randint(0, 20)}.{r.randint(0, 99)}"),
    ("金额（元）", _amount),
    ("罚款金额", _amount),
    ("占比", lambda r: f"{r.uniform(0, 100):.2f}"),
    ("温度", lambda r: f"{r.uniform(10, 40):.2f}"),
    ("水位", lambda r: f"{r.uniform(75, 130):.3f}"),
    ("面积", lambda r: f"{r.uniform(80, 136):.2f}"),
    ("行政区划代码", lambda r: "3301" + _digits(r, 2)),
    ("邮编区号", lambda r: "0571"),
    ("性别", _of("男", "女")),
    ("学历", _of("本科", "大专", "硕士", "博士")),
    ("国籍", _of("中国", "美国", "日本", "韩国")),
    ("路名", _of(*_ROADS)),
    ("站点名称", _of("凤起路站", "龙翔桥站", "武林广场站", "西湖文化广场站")),
    ("处罚决定书文号", lambda r: f"杭西综执罚决字〔{r.randint(2018, 2025)}〕第{_digits(r, 4)}号"),
    ("行政许可内容", _of("准予变更登记", "准予延续", "准予注销", "依法不予许可")),
    ("单位性质", _of("事业单位", "行政单位", "国有企业", "民办非企业单位")),
    ("备注", _of("按季度更新", "暂停服务", "已下线", "数据待核对")),
    ("摘要", lambda r: "".join(r.choices("反映全市各区县停车场泊位总数和使用情况以及收费标准等信息", k=40))),
    ("哈希值", lambda r: "".join(r.choices("0123456789abcdef", k=32))),
    ("UUID", lambda r: "-".join("".join(r.choices("0123456789abcdef", k=k)) for k in (8, 4, 4, 4, 12))),
    ("网址", lambda r: f"http://www.example.cn/{_digits(r, 6)}.html"),
    ("颜色", _of("红", "黄", "蓝", "白", "金")),
    ("姓氏笔画", lambda r: str(r.randint(1, 20))),
    ("联系电话数量", lambda r: str(r.randint(1, 9))),
    ("人数", lambda r: str(r.randint(1, 5000))),
    ("身份证办理量", lambda r: str(r.randint(100, 90000))),
    ("车牌数量", lambda r: str(r.randint(100, 90000))),
    ("负责人类型", _of("主要负责人", "分管负责人", "安全负责人")),
    ("联系人单位", _of("高新区管委会", "石桥街道办", "金沙湖公司")),
    ("证书编号", lambda r: f"ZJ{_digits(r, 10)}"),
    ("项目代码", lambda r: f"{r.randint(2018, 2025)}-330106-{_digits(r, 2)}-03-{_digits(r, 6)}"),
    ("条形码", lambda r: "69" + _digits(r, 11)),
    ("坐标系", _of("CGCS2000", "WGS84", "西安80")),
    ("宗教活动场所数", lambda r: str(r.randint(1, 99))),
    ("时间段", _of("08:00-12:00", "13:00-17:00")),
    ("税率", _of("3%", "6%", "9%", "13%")),
    ("处罚次数", lambda r: str(r.randint(0, 9))),
    ("菜系", _of("杭帮菜", "川菜", "粤菜", "汤面")),
    ("气象站号", lambda r: _digits(r, 5)),
    ("管道编码", lambda r: f"GD{_digits(r, 9)}"),
    ("监测值", lambda r: f"{r.uniform(0, 1):.4f}"),
    ("样本编号", lambda r: r.choice("EG") + _digits(r, 8)),
    ("报告编号", lambda r: "C" + _digits(r, 8)),
    ("库存编号", lambda r: _digits(r, 8)),
    ("机构编号", lambda r: _digits(r, 9)),
    ("泊位号", lambda r: f"A{r.randint(1, 999):03d}"),
    ("整改说明", lambda r: _note(r, lambda _: "已到场")),
    ("处理意见", lambda r: _note(r, _amount)),
]  # fmt: skip


_INVENTED = Rng(20)
#: A number of each kind that is looked for inside of text, by its detector; nobody's, but with right check digits.
NUMBERS = {
    "resident_id": _resident_id(_INVENTED),
    "credit_code": _credit_code(_INVENTED),
    "bank_card": _bank_card(_INVENTED),
    "mobile": _mobile(_INVENTED),
}
#: Marks that stand around numbers in tables that were exported from somewhere.
MARKS = (
    "{}",
    "'{}",
    "{};",
    '="{}"',
    "{}.jpg",
    '{{"idcard":"{}"}}',
    '{{"a":1,"id":{},"b":"x"}}',
    "https://example.cn/p/{}/1.html",
    "https://example.cn/?id={}&x=1",
    "https://example.cn/?q=%22{}%22",
    "\t{}",
    "（{}）",
    "“{}”",
    "{}_正面",
    "编号：{}，已核",
    "\\n{}",
    "&#39;{}&#39;",
    "\u200b{}\ufeff",
)
