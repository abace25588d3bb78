"""What the operator of a home decides, put on record as a delivery of its own, so that it is traced to its bytes like any other.

Belongs here: such a delivery, and the words that policy has for a code. Does not belong here: what is decided (`guard.py`, `closing.py`).
"""

from datetime import UTC, datetime

from readers.policy.files import PolicyOnDay
from warehouse.intake.deliveries import OPERATOR, DeliveredFile, Delivery, DeliveryError, Intake, Receipt


def put_on_record(intake: Intake, kind: str, source: str, name: str, data: bytes) -> Receipt:
    """Deliver a file of the operator's, dated today, beside what it delivered before.

    Args:
        name: of the file, as traces show it.

    Raises:
        DeliveryError: it cannot be received.
    """
    now = datetime.now(UTC)
    file = DeliveredFile(name, intake.home.keep(data), len(data))
    delivery = Delivery(
        OPERATOR, source, kind, now.astimezone().date(), 1, "incremental", None, (file,), recorded_at=now
    )
    return intake.receive(delivery, sequence_given=False)


def label(policy: PolicyOnDay, code_list: str, code: str) -> str:
    """The word that a delivery uses for a code.

    Raises:
        DeliveryError: the home's policy has none.
    """
    for entry in policy.of("code_value"):
        if (entry.body["code_list"], entry.body["code"]) == (code_list, code):
            return entry.body["label"]
    raise DeliveryError(
        f"policy/code_value.csv has no label for {code_list} {code}; add the rows of the shipped list "
        f"政策清单缺少该代码，请补充随软件提供的条目"
    )
