"""Deliveries as typed tables: one a kind whose records are rows of ours, `delivered.<table>`, with a model made from its columns.

Columns and types are those of the shipped `policy/delivery_column.csv`, which a home may not change (`readers/policy/files.py`). A column
of a code list has the code that its label has on the delivery's date, and beside it, as `<column>_label`, what was delivered. A date that
is called `_at` in a delivery is called `_date` here. A resource code that its unit changed since (`delivered.code_change`) is the present
one: what was delivered under an old one stays with its resource. Does not belong here: kinds (`readers/kinds.py`), what a record means
(the models).
"""

from collections.abc import Iterator, Mapping

from readers.kinds import KINDS, Kind
from readers.policy.delivery_columns import DeliveryColumn, shipped_columns
from warehouse.tables.in_force import expanded
from warehouse.tables.quoting import identifier, literal
from warehouse.tables.table import Column, Table

STAGE = "delivered"
_TYPES = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "month": "VARCHAR",
    "date": "DATE",
    "amount": "DECIMAL(20,2)",
    "decimal": "DECIMAL(12,6)",
    "integer": "INTEGER",
}
#: Where a record comes from, in the table of every kind.
_PLACE = ("deliverer_code", "source_name", "delivery_date", "delivery_id", "ordinal")
_HOLDER = "holder_code"
_RESOURCE = "resource_code"
#: Of an old code the change that counts; one that does not has no present code.
_CODE_CHANGE = """LEFT JOIN delivered.code_change
    ON code_change.holder_code = coalesce(d.cells['holder_code'], d.default_holder_code)
    AND code_change.former_code = d.cells['resource_code']
    AND code_change.current_code IS NOT NULL
"""


def delivered_tables(common: Mapping[str, Column]) -> Iterator[Table]:
    """The table of each kind that has one.

    Args:
        common: the columns that all tables share, by name.
    """
    for kind in KINDS.values():
        if kind.table is not None:
            given = shipped_columns(kind.code)
            yield Table(
                stage=STAGE,
                name=kind.table,
                label=f"交付的{kind.name_zh}",
                grain_zh="每行一条现行的交付记录",
                grain_en="One row a delivered record that stands",
                zh=f"类别 {kind.code}（{kind.name_zh}）现行的记录，各列有类型，代码已对照",
                en=f"The records of the kind {kind.code} ({kind.name_en}) that stand, typed, with labels resolved to codes",
                key=("delivery_id", "ordinal"),
                columns=(*(c for one in given for c in _columns(one, common)), *(common[name] for name in _PLACE)),
                partition=None,
                model=expanded(_model(kind, given)),
            )


def _columns(given: DeliveryColumn, common: Mapping[str, Column]) -> Iterator[Column]:
    if given.name == _HOLDER:
        yield common[_HOLDER]
        return
    zh = given.label_zh + (f"：{given.note_zh}" if given.note_zh else "")
    en = given.label_en[:1].upper() + given.label_en[1:]
    yield Column(_name(given), _type(given), given.label_zh, zh, en)
    if given.value_type == "code":
        label = f"{given.label_zh}（原文）"
        yield Column(f"{given.name}_label", "VARCHAR", label, f"{zh}，按交付原文", f"{en}, as delivered")


def _type(given: DeliveryColumn) -> str:
    # A count is wide in every table.
    return "BIGINT" if given.name.endswith("_count") else _TYPES[given.value_type]


def _name(given: DeliveryColumn) -> str:
    return (
        f"{given.name.removesuffix('_at')}_date"
        if given.value_type == "date" and given.name.endswith("_at")
        else given.name
    )


def _model(kind: Kind, given: tuple[DeliveryColumn, ...]) -> str:
    cells = ", ".join(f'"{column.name}": "VARCHAR"' for column in given)
    is_of_resource = {_HOLDER, _RESOURCE} <= {column.name for column in given}
    outputs = ",\n".join(f"    {text}" for column in given for text in _outputs(column, is_of_resource))
    place = ",\n".join(f"    d.{name}" for name in _PLACE)
    joins = "".join(_join(column) for column in given if column.value_type == "code")
    # Said of the record as well: no other kind's text is read then.
    return (
        "WITH standing AS (\n"
        "    SELECT\n"
        "        c.default_holder_code, c.deliverer_code, c.source_name, c.delivery_date, c.delivery_id, c.ordinal,\n"
        f"        from_json(r.body, '{{{cells}}}') AS cells\n"
        "    FROM landing.current_record AS c\n"
        "    JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal\n"
        f"    WHERE c.kind = {literal(kind.code)} AND r.kind = {literal(kind.code)}\n"
        ")\n\n"
        f"SELECT\n{outputs},\n{place}\nFROM standing AS d\n{joins}{_CODE_CHANGE if is_of_resource else ''}"
    )


def _outputs(column: DeliveryColumn, is_of_resource: bool) -> Iterator[str]:
    cell, name = f"d.cells[{literal(column.name)}]", identifier(_name(column))
    if column.name == _HOLDER:
        yield f"coalesce({cell}, d.default_holder_code) AS {name}"
    elif column.name == _RESOURCE and is_of_resource:
        yield f"coalesce(code_change.current_code, {cell}) AS {name}"
    elif column.value_type == "code":
        yield f"{identifier(f'code_of_{column.name}')}.code AS {name}"
        yield f"{cell} AS {identifier(f'{column.name}_label')}"
    elif (type_ := _type(column)) == "VARCHAR":
        yield f"{cell} AS {name}"
    else:
        # The reader settled it (`readers/values.py`): there is nothing that a cast could take otherwise.
        yield f"CAST({cell} AS {type_}) AS {name}"


def _join(column: DeliveryColumn) -> str:
    alias = identifier(f"code_of_{column.name}")
    return (
        f"LEFT JOIN policy.code_value AS {alias}\n"
        f"    ON {alias}.code_list = {literal(column.code_list)}\n"
        f"    AND {alias}.label = d.cells[{literal(column.name)}]\n"
        f"    AND in_force({alias}, d.delivery_date)\n"
    )
