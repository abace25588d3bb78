"""What was rejected, and what was only warned of, of one delivery or of all: what the receipts say, as data.

Does not belong here: how it is shown (`pipelines/cli/console.py`), receipts (`warehouse/publish/receipt.py`).
"""

from readers.policy.files import load
from readers.problems import WARNING
from warehouse import queries
from warehouse.asking.query import Answer, query
from warehouse.intake.units import NOBODY_KNOWN, Sender, doubts_of_deliveries
from warehouse.store.lake import Lake

#: A rule that more columns of a file break is one warning.
MOST_COLUMNS = 20
#: The rule by which doubts of codes of units are told.
_UNIT_CODE = "unit_code"


def rejections(lake: Lake, delivery: str | None, *, with_doubts: bool = True) -> Answer:
    """Rejected files and records, then warnings, told apart by the first column; of one delivery or of all.

    Args:
        with_doubts: what looks wrong with codes of units is among the warnings.
    """
    found = query(lake, queries.text("rejections"), {"delivery": delivery, "mark": WARNING})
    asked = query(
        lake,
        "SELECT delivery_id, deliverer_code, holder_code, delivery_date FROM landing.delivery "
        "WHERE $delivery IS NULL OR delivery_id = $delivery",
        {"delivery": delivery},
    )
    senders = {sender.delivery_id: sender for sender in (Sender(*row) for row in asked.rows)}
    rows = found.rows + _warned(lake, senders)
    if with_doubts:
        with lake.reading() as connection:
            doubts = doubts_of_deliveries(connection, load(lake.home.policy), senders.values())
        # That no unit is known is said once: it is no fault of any of the deliveries.
        told = dict.fromkeys(
            (*(("", "") if doubt[:2] == NOBODY_KNOWN else (senders[of].deliverer_code, of)), doubt)
            for of, found_of in doubts.items()
            for doubt in found_of
        )
        rows += [
            (
                *("warn", deliverer, of, doubt.file, doubt.place, _UNIT_CODE, doubt.records or None),
                *(doubt.message_zh, doubt.message_en, doubt.mend_zh, doubt.mend_en, None),
            )
            for deliverer, of, doubt in told
        ]
    return Answer(found.columns, sorted(rows, key=lambda row: tuple(map(_comparable, row))))


def _warned(lake: Lake, senders: dict[str, Sender]) -> list[tuple[object, ...]]:
    """The warnings of records, as rows of the answer."""
    values = {"deliveries": list(senders), "most_columns": MOST_COLUMNS}
    answer = query(lake, queries.text("receipt_warned"), values)
    told = (dict(zip(answer.columns, row, strict=True)) for row in answer.rows)
    return [
        (
            *("warn", senders[of["delivery_id"]].deliverer_code, of["delivery_id"], of["source_file"], of["places"][0]),
            *(of[name] for name in ("rule", "records", "message_zh", "message_en", "mend_zh", "mend_en", "raw")),
        )
        for of in told
    ]


def _comparable(value: object) -> tuple[bool, object]:
    return value is None, 0 if value is None else value
