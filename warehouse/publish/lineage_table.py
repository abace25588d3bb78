"""Column lineage of one table as a Markdown table, for the asset's page in the Dagster UI, which draws none itself."""

from collections import defaultdict
from collections.abc import Collection

from warehouse.tables.table import Table, Tables
from warehouse.trace.graph import DELIVERED, table_lineage

_CONSTANT = "常量或期间 constant or period"


def lineage_table(tables: Tables, table: Table) -> str:
    """Each column with its Chinese label, the columns that its value comes from, and those that only filter.

    What decides whether a row appears at all influences every column: it stands once, below the table.
    """
    if table.model is None:
        return f"由程序读自{DELIVERED.split()[-1]} / filled by a reader from the delivered files"
    lineage = table_lineage(tables, table)
    by_column = {name: {(t, c) for t, c, _ in origins} for name, origins in lineage.items()}
    filters = {
        name: {(t, c) for t, c, influence in origins if influence == "filter"} for name, origins in lineage.items()
    }
    rows = set.intersection(*by_column.values()) & set.union(*filters.values())
    lines = ["| column | 名称 | 取值来自 value from | 另按此筛选 also filtered by |", "|---|---|---|---|"]
    for column in table.columns:
        values = {(t, c) for t, c, influence in lineage[column.name] if influence == "value"}
        lines.append(
            f"| `{column.name}` | {column.label} | {_grouped(values) or _CONSTANT} | {_grouped(filters[column.name] - rows)} |"
        )
    if rows:
        lines += ["", f"**决定哪些行出现 / decide which rows appear**: {_grouped(rows)}"]
    return "\n".join(lines)


def _grouped(columns: Collection[tuple[str, str]]) -> str:
    """`stage.table` (column, column); ..."""
    by_table: dict[str, list[str]] = defaultdict(list)
    for table, column in sorted(columns):
        by_table[table].append(column)
    return "; ".join(f"`{table}` ({', '.join(names)})" for table, names in by_table.items())
