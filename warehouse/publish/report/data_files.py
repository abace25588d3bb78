"""A report as files for analysts: one DuckDB file, Parquet with a data package, CSV for spreadsheets.

All are of one set of tables (`data_tables.py`), and none needs our code to be read. The same report gives the same bytes. Money stays
decimal in all of them. Belongs here: how these formats are written. Does not belong here: which rows and columns a reader may see
(`door.py`), putting files in their places.
"""

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.publish.csv_file import write_csv_file
from warehouse.publish.report.data_examples import cell_view, examples
from warehouse.publish.report.data_tables import DataColumn, DataTable, form_tables, told_tables
from warehouse.publish.report.edition import Edition, Report
from warehouse.store.disk import sync
from warehouse.tables.quoting import identifier, literal

#: The types of a data package, by those of DuckDB; a DECIMAL is a `number`.
_PACKAGE_TYPES = {"VARCHAR": "string", "BIGINT": "integer", "INTEGER": "integer", "DATE": "date", "BOOLEAN": "boolean"}
PACKAGE = "datapackage.json"
#: What makes other bytes of the same rows (duckdb 1.5.5): the methods of compression that sample texts, and blocks of the usual 256 KiB.
_UNSTEADY, _BLOCK_BYTES = "fsst,dict_fsst", 16384


def write_database(report: Report, target: Path) -> None:
    """Write a DuckDB file that a plain `duckdb` opens: the tables, comments in Chinese, views, `README` and example queries.

    It is written in a folder of its own beside `target`, and moved there when it is whole.
    """
    forms = form_tables(report)
    tables = [*told_tables(report, forms), *forms, examples(forms)]
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".report-") as folder:
        aside = Path(folder) / target.name
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.execute(f"SET GLOBAL disabled_compression_methods = {literal(_UNSTEADY)}")
            connection.execute(f"ATTACH {literal(str(aside))} AS report (BLOCK_SIZE {_BLOCK_BYTES})")
            connection.execute("USE report")
            connection.execute("BEGIN")
            for table in tables:
                _create(connection, table)
            connection.execute(cell_view(forms))
            connection.execute("COMMENT ON VIEW cell IS '长表：每个单元格一行，附追溯所用的引用'")
            connection.execute("COMMIT")
            connection.execute("USE memory")
            connection.execute("DETACH report")
        sync(aside)
        aside.replace(target)


def write_parquet(report: Report, folder: Path) -> list[Path]:
    """Write a Parquet file a table, and `datapackage.json` (Frictionless) that describes them; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    forms = form_tables(report)
    tables = [*forms, *told_tables(report, forms)]
    files = []
    for table in tables:
        files.append(folder / f"{table.name.lower()}.parquet")
        pq.write_table(_described(table), files[-1], compression="zstd")
    resources = [_resource(table, file) for table, file in zip(tables, files, strict=True)]
    return [*files, _write_package(report.edition, resources, folder)]


def write_csv(report: Report, folder: Path) -> list[Path]:
    """Write a CSV file a table, one row of Chinese headings; returns the files. The names of columns stand in `form_column.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    forms = form_tables(report)
    files = []
    for table in (*forms, *told_tables(report, forms)):
        files.append(folder / f"{table.name.lower()}.csv")
        write_csv_file(files[-1], _headings(table.columns), table.rows)
    return files


def _headings(columns: Sequence[DataColumn]) -> list[str]:
    """Headings in one row, no two alike: where two are, each has its column's name behind."""
    headings = [column.heading for column in columns]
    return [
        f"{heading}（{column.name}）" if headings.count(heading) > 1 else heading
        for heading, column in zip(headings, columns, strict=True)
    ]


def _create(connection: duckdb.DuckDBPyConnection, table: DataTable) -> None:
    """A table with its rows and comments."""
    name = identifier(table.name)
    columns = ", ".join(
        f"{identifier(column.name)} {column.type}{' NOT NULL' if column.is_key else ''}" for column in table.columns
    )
    connection.execute(f"CREATE TABLE {name} ({columns})")
    connection.register("rows", table.arrow())
    connection.execute(f"INSERT INTO {name} SELECT * FROM rows")
    connection.unregister("rows")
    connection.execute(f"COMMENT ON TABLE {name} IS {literal(f'{table.title}：{table.note}')}")
    for column in table.columns:
        text = literal(f"{column.heading}。{column.meaning}")
        connection.execute(f"COMMENT ON COLUMN {name}.{identifier(column.name)} IS {text}")


def _described(table: DataTable) -> pa.Table:
    """The rows with the meaning of each column in the file itself."""
    of_fields = [
        pa.field(
            column.name,
            column.arrow,
            nullable=not column.is_key,
            metadata={"title": column.heading, "description": column.meaning},
        )
        for column in table.columns
    ]
    schema = pa.schema(of_fields, metadata={"title": table.title, "description": table.note})
    return table.arrow().cast(schema)


def _resource(table: DataTable, file: Path) -> dict[str, Any]:
    """What a data package says of a file."""
    data = file.read_bytes()
    # An empty text is a value: what is missing is so in the file.
    schema: dict[str, Any] = {
        "fields": [_field(column, is_of_form=bool(table.form)) for column in table.columns],
        "missingValues": [],
    }
    if table.key:
        schema["primaryKey"] = table.key
    return {
        "name": table.name.lower(),
        "type": "table",
        "path": file.name,
        "title": table.title,
        "description": table.note,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        # Not `bytes`: of any Parquet file that says them, frictionless 5.21 finds none, and the package not valid.
        "fileBytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "rowCount": len(table.rows),
        "schema": schema,
    }


def _field(column: DataColumn, *, is_of_form: bool) -> dict[str, Any]:
    """A field of a data package. The bounds of a DECIMAL are its digits; they stand as text, since a JSON number is a float.

    A count of a form is a `number`, though the file has whole ones: a unit that has not reported has none, and of a Parquet file with such
    a gap frictionless 5.21 takes each gap for an error in an `integer` (`findings/frictionless-parquet-gaps.sh`).
    """
    field: dict[str, Any] = {"name": column.name, "title": column.heading, "description": column.meaning}
    constraints: dict[str, Any] = {"required": True} if column.is_key else {}
    if column.decimal:
        digits, decimals = column.decimal
        largest = f"{'9' * (digits - decimals)}.{'9' * decimals}" if decimals else "9" * digits
        constraints |= {"minimum": f"-{largest}", "maximum": largest}
        field |= {"type": "number", "decimalChar": ".", "precision": digits, "scale": decimals}
    else:
        field["type"] = _PACKAGE_TYPES[column.type]
        if is_of_form and not column.is_key and field["type"] == "integer":
            field["type"] = "number"
    return field | ({"constraints": constraints} if constraints else {})


def _write_package(edition: Edition, resources: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    package = {
        "profile": "data-package",
        "name": f"public-data-assets-{edition.period}-{edition.scope.slug}-{edition.report_kind}".lower().replace(
            "_", "-"
        ),
        "title": edition.title,
        "version": f"{edition.version}.0.0",
        "state": edition.state,
        "snapshot": edition.snapshot,
        "resources": resources,
    }
    file = folder / PACKAGE
    file.write_text(f"{json.dumps(package, ensure_ascii=False, indent=2)}\n", "utf-8")
    return file
