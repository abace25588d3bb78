"""The lists of the forms of reports: what they show, sheets, columns, fixed rows and checks. A form is a file of `policy/forms`."""

import re
from collections.abc import Mapping

from readers.policy.lists.checks import NAME, PLACE, Check, one_of, whole
from readers.policy.lists.shape import NAMES, ListShape

_TERM_OF_ROWS = r"[a-z][a-z0-9_]*(=|<>)[^;=<>]+"
_ROWS_SHOWN = Check(
    lambda text: re.fullmatch(rf"{_TERM_OF_ROWS}(;{_TERM_OF_ROWS})*", text) is not None,
    "应为 列=值 或 列<>值，多个以分号隔开",
    "must be column=value or column<>value, several with semicolons between",
)
_ROWS_ORDER = Check(
    lambda text: re.fullmatch(r"[a-z][a-z0-9_]*(=[^;=<>]+)?(;[a-z][a-z0-9_]*(=[^;=<>]+)?)*", text) is not None,
    "应为列名，或 列=值（该值在前），多个以分号隔开",
    "must be columns, or column=value (that value first), with semicolons between",
)
_TABLE = Check(
    # It stands as it is in the text of the model of checks.
    lambda text: re.fullmatch(r"[a-z]+\.[a-z][a-z0-9_]*", text) is not None,
    "应为 阶段.表",
    "must be stage.table",
)
_COLUMN = r"[a-z][a-z0-9_]*"
_COLUMNS = Check(
    lambda text: re.fullmatch(rf"{_COLUMN}(;{_COLUMN})*", text) is not None,
    "应为列名，多个以分号隔开",
    "must be columns, several with semicolons between",
)
# No DOUBLE: what is nearly an amount is none.
_COLUMN_TYPE = Check(
    lambda text: re.fullmatch(r"VARCHAR|BIGINT|INTEGER|BOOLEAN|DATE|DECIMAL\([1-9]\d?,\d\d?\)", text) is not None,
    "应为 VARCHAR、BIGINT、INTEGER、BOOLEAN、DATE 或 DECIMAL(位数,小数位)，例如 DECIMAL(20,2)",
    "must be VARCHAR, BIGINT, INTEGER, BOOLEAN, DATE or DECIMAL(digits,decimals), such as DECIMAL(20,2)",
)
_SUM = Check(
    lambda text: re.fullmatch(rf"{_COLUMN}( [+-] {_COLUMN})*", text) is not None,
    "应为列名，或用“ + ”“ - ”连接的几个列名",
    "must be a column, or several with “ + ” and “ - ” between",
)
_LEVELS = Check(
    lambda text: re.fullmatch(rf"{_COLUMN}(;{_COLUMN})*", text) is not None,
    "应为层级，多个以分号隔开",
    "must be levels, several with semicolons between",
)

#: What a city's own form says of its table, and of a column that no shipped table has.
DEFINITION = ("key_columns", "grain_zh", "grain_en", "meaning_zh", "meaning_en")
COLUMN_DEFINITION = ("column_type", "meaning_zh", "meaning_en")
#: The list of the SQL of cities' own forms.
MODEL = "report_model"

SHAPES: Mapping[str, ListShape] = {
    "report_sheet": ListShape(
        ("workbook", "position"),
        ("form", "sheet_zh", "order_by"),
        ("shows",),
        {"position": PLACE, "shows": _ROWS_SHOWN, "order_by": _ROWS_ORDER},
        ((("form",), "report_form"),),
    ),
    "report_form": ListShape(
        ("form",),
        ("table", "title_zh"),
        ("note_zh",),
        {"table": _TABLE, "report_order": PLACE, "key_columns": _COLUMNS},
        more=("report_order", *DEFINITION),
    ),
    "report_column": ListShape(
        ("form", "column"),
        ("position", "label_zh", "number_format"),
        ("group_zh",),
        {
            "position": PLACE,
            "number_format": one_of("text", "note", "count", "money", "money_wan", "percent"),
            "column_type": _COLUMN_TYPE,
        },
        ((("form",), "report_form"),),
        more=COLUMN_DEFINITION,
    ),
    # A file of SQL is an entry, as long as its form is one (`readers/policy/models.py`).
    MODEL: ListShape(("form",), ("sql",)),
    "report_row": ListShape(
        ("form", "row_code"),
        ("position", "label_zh", "depth"),
        checks={"row_code": NAME, "position": PLACE, "depth": whole(0, 4)},
        references=((("form",), "report_form"),),
    ),
    "report_check": ListShape(
        ("form", "check_code"),
        ("check_kind", "name_zh", "name_en", "left", "right"),
        ("other_form", "levels"),
        {
            "check_code": NAME,
            "check_kind": one_of("within", "between", "year"),
            "left": _SUM,
            "right": _SUM,
            "levels": _LEVELS,
        },
        ((("form",), "report_form"), (("other_form=form",), "report_form")),
    ),
    "report_kind": ListShape(
        ("unit_kind",),
        ("report_kind", "position", "name_zh", "short_zh", "name_en"),
        checks={"report_kind": NAME, "position": PLACE},
        needed=("other",),
    ),
    "open_catalogue_term": ListShape(
        ("name",),
        (),
        ("value",),
        more=NAMES,
        needed=("address", "title", "description", "publisher"),
    ),
}
