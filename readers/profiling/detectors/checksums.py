"""Check digits, of many values at once.

Belongs here: arithmetic of the standards over a matrix of characters. Does not belong here: the form of a number (its pattern is policy).
Each function takes texts that have the form already, in upper case, and says which pass.
"""

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

Characters = np.ndarray
Verdicts = np.ndarray

_DIGITS = "0123456789"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Values of letters in a VIN; I, O and Q do not occur.
_VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_LAST_YEAR = 2099


def characters(texts: pl.Series, length: int) -> Characters:
    """The bytes of texts that all have `length` ASCII characters, a row each."""
    return np.frombuffer(texts.str.join().item().encode(), np.uint8).reshape(len(texts), length)


def _values(alphabet: Mapping[str, int]) -> np.ndarray:
    table = np.zeros(256, np.int64)
    for character, value in alphabet.items():
        table[ord(character)] = value
    return table


_DIGIT_VALUES = _values({character: value for value, character in enumerate(_DIGITS)})
_CREDIT_VALUES = _values({character: value for value, character in enumerate(_CREDIT_ALPHABET)})
_ORGANISATION_VALUES = _values({character: value for value, character in enumerate(_DIGITS + _LETTERS)})
_VIN_TABLE = _values({character: value for value, character in enumerate(_DIGITS)} | _VIN_VALUES)


def _codes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)


def resident_id(texts: pl.Series) -> Verdicts:
    """GB 11643-1999: weighted sum modulo 11, and a real date of birth."""
    rows = characters(texts, 18)
    weights = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
    expected = _codes("10X98765432")[(_DIGIT_VALUES[rows[:, :17]] @ weights) % 11]
    return (rows[:, 17] == expected) & _is_date(_DIGIT_VALUES[rows[:, 6:14]])


def resident_id_15(texts: pl.Series) -> Verdicts:
    """GB 11643-1989: no check digit; a real date of birth in the last century."""
    digits = _DIGIT_VALUES[characters(texts, 15)]
    century = np.tile(np.array([1, 9]), (len(digits), 1))
    return _is_date(np.hstack([century, digits[:, 6:12]]))


def credit_code(texts: pl.Series) -> Verdicts:
    """GB 32100-2015: weights are powers of 3 modulo 31; the check character may be any of the alphabet."""
    rows = characters(texts, 18)
    weights = np.array([pow(3, position, 31) for position in range(17)])
    check = (31 - (_CREDIT_VALUES[rows[:, :17]] @ weights) % 31) % 31
    return rows[:, 17] == _codes(_CREDIT_ALPHABET)[check]


def organisation_code(texts: pl.Series) -> Verdicts:
    """GB 11714-1997: weighted sum modulo 11; 10 is X."""
    rows = characters(texts, 9)
    check = 11 - (_ORGANISATION_VALUES[rows[:, :8]] @ np.array([3, 7, 9, 10, 5, 8, 4, 2])) % 11
    return rows[:, 8] == _codes("?123456789X0")[check]


def vin(texts: pl.Series) -> Verdicts:
    """GB 16735-2019: weighted sum modulo 11 in the ninth place; 10 is X."""
    rows = characters(texts, 17)
    weights = np.array([8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2])
    return rows[:, 8] == _codes("0123456789X")[(_VIN_TABLE[rows] @ weights) % 11]


def luhn(texts: pl.Series) -> Verdicts:
    """ISO/IEC 7812: every second digit from the right doubled; texts may differ in length."""
    lengths = texts.str.len_bytes().to_numpy()
    passed = np.zeros(len(texts), bool)
    for length in np.unique(lengths):
        chosen = np.flatnonzero(lengths == length)
        digits = _DIGIT_VALUES[characters(texts.gather(chosen), int(length))][:, ::-1].copy()
        digits[:, 1::2] *= 2
        digits -= 9 * (digits > 9)
        passed[chosen] = digits.sum(axis=1) % 10 == 0
    return passed


def _is_date(digits: np.ndarray) -> Verdicts:
    """Whether eight digits are a day from 1800 to 2099."""
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    month = digits[:, 4:6] @ np.array([10, 1])
    day = digits[:, 6:8] @ np.array([10, 1])
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = _DAYS[np.where(month <= 12, month, 0)] - ((month == 2) & ~leap)
    return (year >= 1800) & (year <= _LAST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= last)


#: By the name that policy/detector.csv gives in `check`.
CHECKSUMS: Mapping[str, Callable[[pl.Series], Verdicts]] = {
    check.__name__: check for check in (resident_id, resident_id_15, credit_code, organisation_code, vin, luhn)
}
