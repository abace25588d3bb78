"""Units of money as headings, lines above a table and cells say them, and amounts in yuan.

Which units there are stands in policy/money_unit.csv. Belongs here: where a unit may stand, and exact multiplication. Does not belong
here: how a number is written (`values.py`), and which columns are amounts (`shapes.py`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cached_property
from unicodedata import normalize

from readers.headings import heading_key, simplified

#: So many digits are multiplied exactly; what a cell may hold is far shorter.
_EXACT = Context(prec=1000)
#: Units of one character are looked for only where nothing else can be meant: 单元 and 美元 end in 元 too.
_LEAST_ALONE = 2
_UNIT_HEADING = re.compile(
    r"(?:金额|货币|计量|计价)?单位|币种|货币|(?:money|amount|currency)?units?|currency|multiplier"
)


@dataclass(frozen=True)
class MoneyUnits:
    """factors: unit as `heading_key` gives it, to yuan; None for money that is not converted (foreign currency)."""

    factors: Mapping[str, Decimal | None]

    def __bool__(self) -> bool:
        return bool(self.factors)

    def of_heading(self, key: str) -> tuple[str, str] | None:
        """What a heading (as `heading_key` gives it) says besides its unit, and the unit: 金额(万元) is 金额 in 万元."""
        match = self._in_heading.fullmatch(key) if self.factors else None
        return (match["name"] or match["title"], match["inside"] or match["after"]) if match else None

    def stated(self, texts: Iterable[str]) -> list[str]:
        """The units that lines around a table state for all of it: `单位：万元`, `（千元）`, or a cell with nothing else."""
        found: dict[str, None] = {}
        for text in texts if self.factors else ():
            plain = simplified(normalize("NFKC", text)).casefold().strip()
            for match in self._in_lines.finditer(plain):
                found[heading_key(next(filter(None, match.groups())))] = None
            if len(plain) >= _LEAST_ALONE and (key := heading_key(plain)) in self.factors:
                found[key] = None
        return list(found)

    def is_unit_heading(self, heading: str) -> bool:
        """Whether a column or key of this name says in which unit amounts are: 单位, 金额单位, unit, currency."""
        return _UNIT_HEADING.fullmatch(heading_key(heading)) is not None

    def of_amount(self, text: str) -> tuple[str, str] | None:
        """The number and the unit of a text such as `12.5万元`; None where no unit ends it."""
        match = self._in_amount.fullmatch(simplified(normalize("NFKC", text))) if self.factors else None
        return (match[1], heading_key(match[2])) if match else None

    @cached_property
    def _in_heading(self) -> re.Pattern[str]:
        units, long = self._alternatives(self.factors), self._alternatives(u for u in self.factors if len(u) > 1)
        said = r"(?:金额|货币|计量|计价)?(?:单位|units?|in)?(?:为|人民币)?"
        return re.compile(
            rf"(?P<name>.+?)[(\[【〔]{said}(?P<inside>{units})(?:[,;、。].*)?[)\]】〕]|(?P<title>.+?)[,/、;|]?(?P<after>{long})",
            re.DOTALL,
        )

    @cached_property
    def _in_lines(self) -> re.Pattern[str]:
        units = self._alternatives(self.factors)
        end = r"(?![a-z0-9/\u4e00-\u9fff])"
        said = r"(?:单位|units?|currency)\s*[::]?\s*(?:为|是|is|in)?\s*(?:人民币)?\s*"
        return re.compile(rf"{said}({units}){end}|[(\[【〔]\s*(?:人民币|in\s)?\s*({units})\s*[)\]】〕]")

    @cached_property
    def _in_amount(self) -> re.Pattern[str]:
        return re.compile(rf"(.*[0-9)]\.?)\s*(?:人民币)?({self._alternatives(self.factors)})整?", re.IGNORECASE)

    @staticmethod
    def _alternatives(units: Iterable[str]) -> str:
        """The units as a pattern, the longest first; there may be spaces in them."""
        longest = sorted(units, key=len, reverse=True)
        return "|".join(r"\s*".join(map(re.escape, unit)) for unit in longest) or r"(?!)"


def times(plain: str, factor: Decimal) -> str:
    """A plain decimal times a factor, exactly and without an exponent; by 1 its very digits."""
    if factor == 1:
        return plain
    text = format(_EXACT.multiply(Decimal(plain), factor), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
