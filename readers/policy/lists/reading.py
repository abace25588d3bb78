"""The lists by which deliveries are read: columns, headings and words of tables, units of money, codes, and who may deliver what."""

from collections.abc import Mapping
from zoneinfo import available_timezones

from readers.kinds import KINDS
from readers.policy.delivery_columns import fixed_cells, required_columns
from readers.policy.lists.checks import NAME, NUMBER, PLACE, YES_NO, Check, one_of
from readers.policy.lists.patterns import PATTERN
from readers.policy.lists.shape import NAMES, ListShape

#: Who may deliver a kind whoever the city's authorities are (`landing.unauthorised` says what each means).
SPEAKERS = ("holder", "superior", "operator", "first_deliverer", "anyone")
_AUTHORITY = Check(
    lambda text: NAME.holds(text) and text not in SPEAKERS,
    f"应由小写字母、数字和下划线组成，以字母开头，且不是 {'、'.join(SPEAKERS)}",
    f"must be lower-case letters, digits and underscores, a letter first, and none of {', '.join(SPEAKERS)}",
)
_ZONE = Check(
    lambda text: text in available_timezones(),
    "应为 IANA 时区名，如 Asia/Shanghai",
    "must be the IANA name of a time zone, such as Asia/Shanghai",
)

SHAPES: Mapping[str, ListShape] = {
    "delivery_column": ListShape(
        ("kind", "column"),
        ("label_zh", "label_en", "value_type", "is_required", "is_key", "is_strict"),
        ("code_list", "example", "note_zh"),
        {
            "value_type": one_of("text", "code", "date", "month", "amount", "decimal", "integer"),
            "is_required": YES_NO,
            "is_key": YES_NO,
            "is_strict": YES_NO,
        },
        ((("code_list",), "code_value"),),
        pinned=fixed_cells(),
        needed=required_columns(),
    ),
    "code_value": ListShape(("code_list", "label"), ("code", "name_zh", "name_en")),
    "heading_synonym": ListShape(
        ("kind", "heading"), ("column",), references=((("kind", "column"), "delivery_column"),)
    ),
    "column_part": ListShape(
        ("kind", "heading"),
        ("column", "sign"),
        checks={"sign": one_of("+", "-")},
        references=((("kind", "column"), "delivery_column"),),
    ),
    "bare_table": ListShape(
        ("kind", "form", "position"),
        ("column", "pattern"),
        checks={"position": PLACE, "pattern": PATTERN},
        references=((("kind", "column"), "delivery_column"),),
    ),
    "authority": ListShape(
        ("kind", "subject", "who"),
        ("is_allowed",),
        checks={"kind": one_of(*KINDS, where="policy/authority.csv"), "who": NAME, "is_allowed": YES_NO},
        more=NAMES,
    ),
    "authority_unit": ListShape(("authority",), ("unit_code",), checks={"authority": _AUTHORITY}, more=NAMES),
    "table_word": ListShape(
        ("role", "word"), checks={"role": one_of("total", "note", "signature", "example", "example_row", "required")}
    ),
    "money_unit": ListShape(("unit",), optional=("factor",), checks={"factor": NUMBER}),
    "holder_heading": ListShape(("heading",)),
    "reading_setting": ListShape(
        ("name",), ("value",), checks={"name": one_of("city_time_zone"), "value": _ZONE}, more=NAMES
    ),
    "source_system": ListShape(("deliverer_code", "source_name"), ("system",)),
    "source_code": ListShape(("system", "code_list", "source_code"), ("code",)),
}
