"""What the filled cells of a column must be: the checks that several lists use.

Does not belong here: a check that one list alone uses, which stands beside its shape.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import NamedTuple

#: Of more values than this a message names those that are near.
MOST_LISTED = 10
_NEAR = 5


class Check(NamedTuple):
    """What the filled cells of a column must be: a test, its words, the rule that is broken else, and the column's type in DuckDB.

    among, where: the values, if it must be one of some, and the shipped file that has all of them, if they are too many for a message.
    """

    holds: Callable[[str], bool]
    zh: str
    en: str
    rule: str = "bad_value"
    type: str = "VARCHAR"
    among: tuple[str, ...] = ()
    where: str = ""

    def must(self, value: str) -> dict[str, str]:
        """The words for a value that is wrong; of many that it could be those that are near."""
        if not self.where:
            return {"must_zh": self.zh, "must_en": self.en}
        found = get_close_matches(value.casefold(), self.among, n=_NEAR, cutoff=0.5)
        zh, en = (f"，是否为 {'、'.join(found)}", f", perhaps {', '.join(found)}") if found else ("", "")
        return {
            "must_zh": f"{self.zh}{zh}；全部取值见随附的 {self.where}",
            "must_en": f"{self.en}{en}; all of them stand in the shipped {self.where}",
        }


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def one_of(*values: str, where: str = "") -> Check:
    """One of some values; where: the shipped file that has them, if they are more than a message lists."""
    if where:
        zh, en = f"应为已定义的 {len(values)} 个取值之一", f"must be one of the {len(values)} that are defined"
    else:
        zh, en = f"应为 {'、'.join(values)} 之一", f"must be one of {', '.join(values)}"
    return Check(lambda text: text in values, zh, en, among=values, where=where)


EMPTY = Check(lambda text: not text, "应为空", "must be empty")
YES_NO = one_of("yes", "no")._replace(type="BOOLEAN")
INTEGER = Check(
    lambda text: text.isascii() and text.isdigit() and len(text) <= 18, "应为整数", "must be an integer", type="BIGINT"
)
PLACE = Check(
    lambda text: text.isascii() and text.isdigit() and len(text) <= 9, "应为整数", "must be an integer", type="INTEGER"
)


def whole(least: int, most: int, type_: str = "BIGINT") -> Check:
    """An integer within bounds, beyond which what a model reckons with it would fail or make no sense."""
    return Check(
        lambda text: text.isascii() and text.isdigit() and len(text) <= 18 and least <= int(text) <= most,
        f"应为 {least} 到 {most} 的整数",
        f"must be an integer from {least} to {most}",
        type=type_,
    )


def decimal(decimals: int, most: int) -> Check:
    """A number from 0 on of at most so many decimals, as a model casts it."""
    fraction = rf"(\.[0-9]{{1,{decimals}}})?"
    return Check(
        lambda text: re.fullmatch(rf"[0-9]{{1,14}}{fraction}", text) is not None and Decimal(text) <= most,
        f"应为 0 到 {most} 的数字，最多 {decimals} 位小数",
        f"must be a number from 0 to {most} of at most {decimals} decimals",
    )


NUMBER = Check(
    lambda text: re.fullmatch(r"-?[0-9]{1,14}(\.[0-9]{1,6})?", text) is not None,
    "应为数字，最多六位小数",
    "must be a number of at most six decimals",
    type="DECIMAL(20,6)",
)
PERCENT = Check(
    lambda text: text.isascii() and text.isdigit() and int(text) <= 100,
    "应为 0 到 100 的整数",
    "must be an integer from 0 to 100",
    type="INTEGER",
)
NAME = Check(
    lambda text: re.fullmatch(r"[a-z][a-z0-9_]{0,62}", text) is not None,
    "应由小写字母、数字和下划线组成，以字母开头",
    "must be lower-case letters, digits and underscores, a letter first",
)
DATE = Check(_is_date, "应为 YYYY-MM-DD", "must be YYYY-MM-DD", "bad_date", "DATE")
