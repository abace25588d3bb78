#!/usr/bin/env bash
# frictionless 5.21.0 reads Parquet by way of pandas. In a column of 64-bit integers a null makes it floats: 9007199254740993 is read as ...992.
# Whether the null itself is an error depends on the other columns: beside texts alone it is none, beside another column of integers it is a
# “type error in the cell "nan"”, though the file is as its schema says. As `number` it is valid, with NaN. A decimal column with a null keeps
# its values and is valid.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check "frictionless[parquet]==5.21.0" pyarrow==26.0.1 pandas==3.1.1
cd "$folder"
bin/python - <<'PY'
import json
import sys

import pyarrow as pa
import pyarrow.parquet as pq
from frictionless import Package


def judged(columns, kind):
    """Whether a package with these columns is valid, and what is read of the first."""
    pq.write_table(pa.table({"key": ["a", "b"], **columns}), "t.parquet")
    fields = [{"name": "key", "type": "string"}, *({"name": name, "type": kind} for name in columns)]
    resource = {"name": "t", "type": "table", "path": "t.parquet", "format": "parquet", "schema": {"fields": fields}}
    with open("datapackage.json", "w") as file:
        json.dump({"name": "p", "resources": [resource]}, file)
    rows = [row["n"] for row in Package("datapackage.json").get_resource("t").read_rows()]
    return Package("datapackage.json").validate().valid, [None if one is None else str(one) for one in rows]


large = 9007199254740993
gap = pa.array([large, None], pa.int64())
whole = pa.array([1, 2], pa.int64())
found = {
    "integers, no null": judged({"n": pa.array([large, large], pa.int64()), "m": whole}, "integer"),
    "integers, one null, beside texts": judged({"n": gap}, "integer"),
    "integers, one null, beside integers": judged({"n": gap, "m": whole}, "integer"),
    "the same as number": judged({"n": gap, "m": whole}, "number"),
    "decimals, one null, as integer": judged({"n": pa.array([large, None], pa.decimal128(18, 0)), "m": whole}, "integer"),
}
for what, (valid, values) in found.items():
    print(f"frictionless 5.21.0, {what}: valid {valid}, read {values}")
sys.exit(
    [*found.values()]
    != [
        (True, ["9007199254740993", "9007199254740993"]),
        (True, ["9007199254740992", None]),
        (False, ["9007199254740992", None]),
        (True, ["9007199254740992.0", "NaN"]),
        (True, ["9007199254740993", None]),
    ]
)
PY
