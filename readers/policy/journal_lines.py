"""The lines that the entry of each kind of change has: without one of them the entries would not balance.

Belongs here: sides, and which amount of the change each takes. Does not belong here: accounts (`policy/journal_account.csv`), which a city
may set otherwise.
"""

from collections.abc import Iterator

_OUT = ("debit|net", "debit|amortisation", "credit|cost")
#: By kind of change: `side|amount`.
_LINES = {
    "acquisition": ("debit|cost", "credit|cost"),
    "development": ("debit|development", "credit|development"),
    "completion": ("debit|cost", "credit|cost"),
    "stock": ("debit|stock", "credit|stock"),
    "expense": ("debit|expense", "credit|expense"),
    "amortisation": ("debit|amortisation", "credit|amortisation"),
    "reversal": ("debit|cost", "debit|amortisation", "credit|cost", "credit|amortisation"),
    "development_reversal": ("debit|development", "credit|development"),
    "stock_reversal": ("debit|stock", "credit|stock"),
    "part_disposal": _OUT,
    "disposal": _OUT,
    "development_write_off": ("debit|development", "credit|development"),
    "stock_out": ("debit|stock", "credit|stock"),
    "opening_adjustment": ("debit|cost", "credit|amortisation", "credit|net"),
    "succession_in": ("debit|cost", "credit|amortisation", "credit|net", "debit|development", "credit|development"),
    "succession_out": (*_OUT, "debit|development", "credit|development"),
}
#: Enterprises alone impair.
_OF_ENTERPRISES = {
    "impairment": ("debit|impairment", "credit|impairment"),
    "reversal": ("debit|impairment", "credit|impairment"),
    "part_disposal": ("debit|impairment",),
    "disposal": ("debit|impairment",),
    "opening_adjustment": ("credit|impairment",),
    "succession_in": ("credit|impairment",),
    "succession_out": ("debit|impairment",),
}
ENTRY_KINDS = tuple(dict.fromkeys((*_LINES, *_OF_ENTERPRISES)))


def journal_lines() -> Iterator[str]:
    """Keys of the entries that `journal_account` must have: `accounting system|kind|side|amount`."""
    for system in ("government", "enterprise", "unknown"):
        for lines in (_LINES, _OF_ENTERPRISES) if system == "enterprise" else (_LINES,):
            yield from (f"{system}|{kind}|{line}" for kind, of_kind in lines.items() for line in of_kind)
