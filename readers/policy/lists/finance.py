"""The lists of stage finance: accounts of the ledger and of the entries that are proposed, kinds of difference."""

from collections.abc import Mapping

from readers.policy.journal_lines import ENTRY_KINDS, journal_lines
from readers.policy.lists.checks import one_of
from readers.policy.lists.shape import ListShape

SHAPES: Mapping[str, ListShape] = {
    "ledger_account": ListShape(
        ("accounting_system", "amount_kind", "account_code"),
        ("sign", "amount_name_zh"),
        checks={
            "accounting_system": one_of("government", "enterprise", "unknown"),
            "amount_kind": one_of("cost", "amortisation", "net", "impairment", "development", "stock"),
            "sign": one_of("+", "-"),
        },
        more=("account_name_zh",),
    ),
    "journal_account": ListShape(
        ("accounting_system", "entry_kind", "side", "amount_kind"),
        ("account_code", "account_name_zh", "summary_zh"),
        checks={
            "accounting_system": one_of("government", "enterprise", "unknown"),
            "entry_kind": one_of(*ENTRY_KINDS, where="policy/journal_account.csv"),
            "side": one_of("debit", "credit"),
            "amount_kind": one_of("cost", "amortisation", "impairment", "net", "development", "stock", "expense"),
        },
        needed=tuple(journal_lines()),
    ),
    "reconciliation_kind": ListShape(
        ("kind",),
        ("name_zh", "name_en", "mend_zh", "mend_en"),
        checks={
            "kind": one_of(
                "matched",
                "amount_diff",
                "card_only",
                "gl_only",
                "in_memo_register_but_booked",
                "duplicated_card",
                "period_shift",
                "total_among_parts",
            )
        },
        needed=("total_among_parts",),
    ),
}
