#!/usr/bin/env bash
# DuckDB 1.5.5: in WITH RECURSIVE every CTE that is a UNION ALL takes the types of its first side, also one that never reads itself: what comes
# second is cast, so 2.56 after a whole number becomes 3 without a word. Without the word RECURSIVE the two sides agree on a common type.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check duckdb==1.5.5
cd "$folder"
bin/python - <<'PY'
import sys
from decimal import Decimal

import duckdb

amounts = "amount AS (SELECT CAST(1 AS DECIMAL(20, 0)) AS cny UNION ALL SELECT CAST(2.56 AS DECIMAL(20, 2)))"
tree = "step AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM step WHERE n < 2)"
plain = duckdb.sql(f"WITH {amounts} SELECT cny FROM amount").fetchall()
beside = duckdb.sql(f"WITH RECURSIVE {tree}, {amounts} SELECT cny FROM amount").fetchall()
below = duckdb.sql(
    f"WITH RECURSIVE {tree}, amount AS (SELECT u.* FROM ({amounts.removeprefix('amount AS (')} AS u) SELECT cny FROM amount"
).fetchall()
print("DuckDB 1.5.5, UNION ALL in a CTE of WITH:             ", plain)
print("DuckDB 1.5.5, the same beside a recursive CTE:        ", beside)
print("DuckDB 1.5.5, the same as a subquery of that CTE:     ", below)
whole = [(Decimal("1.00"),), (Decimal("2.56"),)]
sys.exit((plain, below) != (whole, whole) or beside != [(Decimal(1),), (Decimal(3),)])
PY
