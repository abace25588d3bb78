"""The guard: a full delivery that would delete too much, or all, is held until a person releases or refuses it.

What a delivery deletes, the limit in force and the decision on it are a model, `landing.delivery_guard`, whose rows can be traced and
proven like any other. A verdict rests on the deliveries before it that stand, and which of them stand is `status` in
`landing.delivery`; `follow_verdicts` brings the two together. Since a verdict rests on earlier deliveries of its group alone, there is one
assignment in which every status is its verdict, and from whatever `follow_verdicts` starts it arrives there, the first that differs of
each group at a time. So status is a function of the deliveries' (date, sequence), their content, the policy and the decisions, and
neither of arrival nor of the run.
A decision is a delivery of kind `decisions`, from the operator, in a file of its own: what it decided is traced to its bytes.

Belongs here: following verdicts, reasons in words, putting decisions on record. Does not belong here: figures and verdicts (the model).
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from readers.policy.files import PolicySet
from warehouse import queries
from warehouse.intake.deliveries import OPERATOR, DeliveryError, Intake, Receipt
from warehouse.intake.own_delivery import label, put_on_record
from warehouse.store.lake import Lake


class GuardError(Exception):
    """What was asked would take away too much, and was not done; the message says how much and what to do."""


#: The table of verdicts.
GUARD = "landing.delivery_guard"

#: Statuses that a decision can change, by decision.
_DECIDABLE = {"release": ("held", "refused"), "refuse": ("held",)}


@dataclass(frozen=True)
class Held:
    """A delivery that is held: what it would delete, and the later delivery that makes deciding needless, if there is one."""

    delivery_id: str
    deliverer_code: str
    source_name: str
    kind: str
    delivery_date: date
    standing_count: int
    deleted_count: int
    limit_share: Decimal
    superseded_by_id: str | None
    recoded_count: int
    titles: Sequence[str]

    @property
    def reason(self) -> str:
        figures = _figures(self.deleted_count, self.standing_count, self.limit_share, self.recoded_count)
        return _held_reason(figures, self.superseded_by_id)


def follow_verdicts(connection: duckdb.DuckDBPyConnection) -> bool:
    """Give the first delivery of each group whose status is not its verdict the status of its verdict.

    Returns:
        Whether there was one: what the verdicts are made of must be built again then, and `follow_verdicts` called again.
    """
    differing = connection.execute(
        f"SELECT g.delivery_id, g.verdict FROM {GUARD} AS g JOIN landing.delivery AS d USING (delivery_id) "
        "WHERE d.status <> g.verdict QUALIFY row_number() OVER ("
        "PARTITION BY g.deliverer_code, g.source_name, g.kind ORDER BY g.delivery_date, g.sequence) = 1"
    ).fetchall()
    _update(connection, "status", dict(differing))
    return bool(differing)


def give_reasons(connection: duckdb.DuckDBPyConnection) -> None:
    """Write into `status_reason` why a delivery is held, refused or released. Call it when every status is its verdict."""
    rows = connection.execute(
        "SELECT delivery_id, verdict, decision, reason, deleted_count, standing_count, limit_share, superseded_by_id, "
        f"recoded_count FROM {GUARD} WHERE verdict <> 'accepted' OR decision IS NOT NULL"
    ).fetchall()
    reasons = {}
    for delivery_id, verdict, decision, reason, deleted, standing, limit, superseded_by, recoded in rows:
        figures = _figures(deleted, standing, limit, recoded)
        if decision is None:
            reasons[delivery_id] = _held_reason(figures, superseded_by)
        else:
            word = "放行 / released" if verdict == "accepted" else "退回 / refused"
            reasons[delivery_id] = f"{word}: {reason} ({figures})"
    _update(connection, "status_reason", reasons)


def held(connection: duckdb.DuckDBPyConnection, delivery_id: str | None = None) -> list[Held]:
    """The deliveries that are held, in their order, with all titles of what they would delete; or one of them."""
    rows = connection.execute(queries.text("held"), {"delivery": delivery_id}).fetchall()
    return [Held(*row) for row in rows]


def undecided(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """A line for each delivery that is held and not superseded: what it would do, and what a person must do."""
    rows = connection.execute(
        f"SELECT g.delivery_id, g.deliverer_code, d.status_reason FROM {GUARD} AS g JOIN landing.delivery AS d USING (delivery_id) "
        "WHERE g.verdict = 'held' AND g.superseded_by_id IS NULL ORDER BY g.delivery_date, g.sequence, g.delivery_id"
    ).fetchall()
    return [f"{deliverer} {delivery_id}: {reason}" for delivery_id, deliverer, reason in rows]


def decide(lake: Lake, policy: PolicySet, delivery_id: str, decision: str, reason: str, decided_by: str) -> Receipt:
    """Put a decision on a held delivery on record, as a delivery of kind `decisions`; the next run follows it.

    Args:
        decision: `release` or `refuse`. A refused delivery may still be released.

    Raises:
        DeliveryError: the delivery is not held, the reason is empty, or the home's policy lacks the words of the decision.
    """
    if not reason.strip() or not decided_by.strip():
        raise DeliveryError("--reason and --by must not be empty 理由和决定单位不能为空")
    with lake.reading() as connection:
        found = connection.execute(
            "SELECT status FROM landing.delivery WHERE delivery_id = $id", {"id": delivery_id}
        ).fetchone()
    if found is None or found[0] not in _DECIDABLE[decision]:
        withdrawal = Intake(lake.home).withdrawals().get(delivery_id)
        if found is None:
            state = "no such delivery was taken in 没有接收过这次交付"
        elif found[0] == "withdrawn" and withdrawal is not None:
            state = f"it was withdrawn ({withdrawal.reason}); deliver it anew 该交付已撤回，请重新交付"
        else:
            state = f"its status is {found[0]} 其状态不是搁置"
        raise DeliveryError(f"{delivery_id}: {state}; see `shuzhang held` 请用 shuzhang held 查看")
    today = datetime.now(UTC).astimezone().date()
    record: Mapping[str, str] = {
        "decision_id": f"{decision}-{delivery_id}",
        "subject_kind": label(policy.on(today), "decision_subject", "delivery"),
        "subject_key": delivery_id,
        "decision": label(policy.on(today), "decision", decision),
        "reason": reason,
        "decided_by": decided_by,
        "decided_at": today.isoformat(),
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, list(record), lineterminator="\n")
    writer.writeheader()
    writer.writerow(record)
    return put_on_record(Intake(lake.home), "decisions", "guard", "decision.csv", text.getvalue().encode())


def withdraw(lake: Lake, policy: PolicySet, delivery_id: str, reason: str, *, force: bool = False) -> None:
    """Withdraw a delivery, unless more records would be gone than a full delivery may delete; what a decision says is the operator's.

    Raises:
        GuardError: they would, and it is not forced.
        DeliveryError: the delivery cannot be withdrawn.
    """
    intake = Intake(lake.home)
    delivery = next((d for d in intake.deliveries() if d.delivery_id == delivery_id), None)
    if delivery is not None and delivery.deliverer_code != OPERATOR and not force:
        with lake.reading() as connection:
            standing, lost = connection.execute(
                queries.text("withdrawal_loss"), {"delivery": delivery_id, "withdrawn": list(intake.withdrawals())}
            ).fetchone() or (0, 0)
        (limit,) = [
            Decimal(entry.body["value"])
            for entry in policy.on(delivery.delivery_date).of("guard_limit")
            if entry.entry_key == "guard_deletion_share"
        ]
        if lost and (lost == standing or lost > limit * standing):
            raise GuardError(
                f"{delivery_id}: 撤回将使现行 {standing} 条记录中的 {lost} 条消失，上限 {100 * limit:.2f}%，未撤回；确需撤回请加 --force，"
                f"理由留档 / withdrawing it takes {lost} of the {standing} records that stand, limit {100 * limit:.2f} %: not withdrawn; "
                "give --force if it is meant, the reason stays on record"
            )
    intake.withdraw(delivery_id, reason)


def refusal(lake: Lake, delivery_id: str) -> str | None:
    """What is to be said of a delivery whose bytes come again: why it does not stand, and how it may be taken; None if it stands."""
    with lake.reading() as connection:
        found = connection.execute(
            "SELECT status, status_reason FROM landing.delivery WHERE delivery_id = $id", {"id": delivery_id}
        ).fetchone()
    if found is None or found[0] not in _DECIDABLE["release"]:
        return None
    return (
        f"{delivery_id}: 同样的字节已被搁置或退回，再次交付不改变结果；要接收请用 / the same bytes were {found[0]}, and delivering them "
        f"again changes nothing; to take them use `shuzhang release {delivery_id} --reason …` ({found[1]})"
    )


def _held_reason(figures: str, superseded_by: str | None) -> str:
    if superseded_by is not None:
        return (
            f"搁置，已被其后的交付 {superseded_by} 取代，无须处理 / held, and superseded by the later {superseded_by}: nothing to do "
            f"({figures})"
        )
    return (
        f"搁置，待人决定 / held for a person: {figures}; "
        f"请用 / use `shuzhang release ID --reason …` 或 / or `shuzhang refuse ID --reason …`"
    )


def _figures(deleted: int, standing: int, limit: Decimal, recoded: int) -> str:
    share = Decimal(100 * deleted) / standing if standing else Decimal(0)
    figures = (
        f"全量交付删除现行 {standing} 条记录中的 {deleted} 条（{share:.2f}%），上限 {100 * limit:.2f}% / a full delivery that "
        f"deletes {deleted} of the {standing} records that stood ({share:.2f} %), limit {100 * limit:.2f} %"
    )
    if recoded:
        figures += (
            f"；其中 {recoded} 条以其他代码另有同名记录：代码确已变更的，请先交付“变更编码”的资产事项，卡片编号才不变 / "
            f"{recoded} of them come again under other codes: if the codes were changed, deliver events 变更编码 first, so that the cards "
            "keep their numbers"
        )
    return figures


def _update(connection: duckdb.DuckDBPyConnection, column: str, values: Mapping[str, Any]) -> None:
    if not values:
        return
    connection.register("verdicts", pa.table({"delivery_id": list(values), "value": list(values.values())}))
    connection.execute(
        f"UPDATE landing.delivery SET {column} = v.value FROM verdicts AS v WHERE v.delivery_id = delivery.delivery_id"
    )
    connection.unregister("verdicts")
