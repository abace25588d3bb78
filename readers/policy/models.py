"""The SQL of a city's own forms as policy: each file `forms/*.sql` is an entry of `report_model`, as a whole.

Belongs here: which files these are, and the entry of each. Does not belong here: whether a SELECT may be a model
(`warehouse/tables/own_forms.py`): a file that may not be one is no error of policy, and stops nothing but its form.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from readers.policy.rows import Row

#: Where they lie in the folder of policy, and how their names end.
FOLDER, ENDING = "forms", ".sql"
MODEL_FILES = f"{FOLDER}/*{ENDING}"


def model_files(folder: Path) -> dict[str, Path]:
    """The files of SQL in a folder of policy, by name. What is no plain file is none: a link may lead anywhere."""
    found = (file for file in sorted((folder / FOLDER).glob("*")) if file.suffix.lower() == ENDING)
    return {f"{FOLDER}/{file.name}": file for file in found if file.is_file() and not file.is_symlink()}


def is_model(name: str) -> bool:
    """Whether a file of policy, by its name in the folder, is SQL."""
    return PurePosixPath(name).suffix.lower() == ENDING


def model_row(name: str, data: bytes, forms: Sequence[Mapping[str, str]]) -> Row:
    """The entry of a file: it holds from when on its form does, and rests on the same source.

    Args:
        forms: the versions of the forms of the policy.
    """
    form = PurePosixPath(name).stem
    # Bytes that are no UTF-8 leave a mark in the text, by which it is refused.
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    first = min((of for of in forms if of["form"] == form), key=lambda of: of["effective_from"], default=None)
    of_form = first or {"source": name, "status": "unverified", "effective_from": "1970-01-01"}
    told = {column: of_form[column] for column in ("source", "status", "effective_from")}
    return Row(1, {"form": form, "sql": text, **told}, text)
