"""DuckDB connections with the extensions that the lake needs.

Belongs here: the pin of DuckDB's version and how an extension is loaded, so that the move to DuckDB 2.x is one change.
Does not belong here: what is attached or asked (`lake.py`).
"""

import importlib
from pathlib import Path

import duckdb

#: Extensions come as Python packages that must match DuckDB to the patch (1.5.5 in pyproject.toml).
_EXTENSIONS = ("ducklake", "sqlite_scanner")


def connect() -> duckdb.DuckDBPyConnection:
    """An in-memory connection with the lake's extensions loaded."""
    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    # This optimisation of DuckDB 1.5.5 can give a wrong first row for `row_number() = 1` (tests/unit/test_provenance.py).
    connection.execute("SET disabled_optimizers = 'top_n_window_elimination'")
    for extension in _EXTENSIONS:
        file = packaged(extension)
        if file is None:
            connection.install_extension(extension)
        connection.load_extension(str(file or extension))
    return connection


def packaged(extension: str) -> Path | None:
    """The file of an extension that came as a Python package, if it did."""
    try:
        package = importlib.import_module(f"duckdb_extension_{extension}")
    except ModuleNotFoundError:
        return None
    folder = Path(str(package.__file__)).parent / "extensions" / f"v{duckdb.__version__}"
    file = folder / f"{extension}.duckdb_extension"
    return file if file.is_file() else None
