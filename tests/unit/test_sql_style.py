"""What `python -m tests.sql_style` tells of SQL, and what `python -m tests.sql_tokens` counts."""

from pathlib import Path

import pytest

from tests import sql_style, sql_tokens

PLAIN = """\
-- The cards of a month; 中文也可以。
WITH card AS (
    SELECT
        c.card_id,
        CASE
            WHEN c.name LIKE '中文
 select%' THEN 1
            ELSE left(c.name, 2)
        END AS mark
    FROM registry.asset_card AS c
    LEFT JOIN catalog.resource AS r
        ON r.resource_id = c.resource_id
        AND r.level = 'FROM'
    WHERE c.period = $period AND in_force(c, c.day)
    QUALIFY row_number() OVER (
        PARTITION BY c.card_id
        ORDER BY c.day DESC
    ) = 1
),

-- What each is.
kind AS (
    SELECT k.left, k.value AS end, sha256(coalesce(string_agg(
        k.code, ';' ORDER BY k.code
    ), '')) AS hash
    FROM kinds AS k, unnest([1, 2]) AS n(number)
)

SELECT card_id, 'group' AS "from"
FROM card
UNION ALL
SELECT code, hash
FROM kind
"""


def _told(text: str) -> list[tuple[int, str]]:
    return [(line, rule) for line, rule, _ in sql_style.findings(text)]


def test_what_a_person_writes_is_left_alone() -> None:
    assert sql_style.findings(PLAIN) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ("        END AS mark", "        AS mark", 8, "parses"),
        ("FROM kind\n", "FROM kind;\n", 33, "one_statement"),
        ("FROM kind\n", "FROM kind;\n\nSELECT 1\n", 1, "one_statement"),
        ("'group'", f"'{'组' * 110}'", 29, "line_length"),
        ("FROM card\n", "FROM card \n", 30, "blanks"),
        ("FROM card\n", "FROM\tcard\n", 30, "blanks"),
        ("),\n\n", "),\n\n\n", 21, "blanks"),
        ("FROM kind\n", "FROM kind", 33, "blanks"),
        ("FROM kind\n", "FROM kind\n\n", 34, "blanks"),
        ("-- The", "\n-- The", 1, "blanks"),
        ("FROM card\n", "from card\n", 30, "keyword_case"),
        ("LEFT JOIN", "LEFT join", 11, "keyword_case"),
        ("OVER (", "over (", 15, "keyword_case"),
        (" = 'FROM'", " = 'FROM' and TRUE", 13, "keyword_case"),
        ("        c.card_id,\n", "       c.card_id,\n", 4, "indentation"),
        ("        c.card_id,\n", "            c.card_id,\n", 4, "indentation"),
        ("    FROM registry", "        FROM registry", 10, "indentation"),
        ("    ) = 1", "        ) = 1", 18, "indentation"),
        ("        k.code, ';'", "    k.code, ';'", 24, "indentation"),
        ("-- What", "    -- What", 21, "indentation"),
        ("    FROM kinds", "FROM kinds", 26, "indentation"),
    ],
)
def test_what_is_hard_to_read_is_told_with_its_line(old: str, new: str, line: int, rule: str) -> None:
    assert PLAIN.count(old) == 1
    assert (line, rule) in _told(PLAIN.replace(old, new))


def test_a_line_is_as_wide_as_its_characters() -> None:
    widest = f"SELECT '{'汉' * (sql_style.WIDTH - 9)}'\n"
    assert _told(widest) == []
    assert _told(widest.replace("汉'", "汉汉'")) == [(1, "line_length")]


def test_what_cannot_be_tokenized_does_not_parse() -> None:
    assert ("parses" in {rule for _, rule in _told("SELECT 'open\n")}) is True


def test_it_prints_file_line_and_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "bad.sql").write_text("SELECT 1\nfrom t\n", "utf-8")
    (tmp_path / "good.sql").write_text(PLAIN, "utf-8")
    assert sql_style.main([str(tmp_path)]) == 1
    assert capsys.readouterr().out == f"{tmp_path}/stage/bad.sql:2: keyword_case: from, not FROM\n"
    assert sql_style.main([str(tmp_path / "good.sql")]) == 0


def test_every_finding_has_a_rule_that_is_told() -> None:
    broken = "\n\nSELECT 1 ;\n  from t\t;"
    assert {rule for _, rule in _told(broken)} <= set(sql_style.RULES)


def test_tokens_and_lines_are_counted_without_comments() -> None:
    text = "-- A comment of several words.\n\nSELECT 1 AS a -- more\n  -- less\nFROM t\n"
    assert sql_tokens.measured(text) == (1, 6, 2)


def test_what_a_mark_has_in_it_is_sql() -> None:
    assert sql_tokens.measured("SELECT 0/*+ each t: + 1 */ AS a\n").tokens == 9


def test_the_total_leaves_out_what_is_made_from_shapes(tmp_path: Path) -> None:
    for stage in ("policy", "delivered", "catalog", "report"):
        (tmp_path / stage).mkdir()
        (tmp_path / stage / "one.sql").write_text("SELECT 1\nFROM t\n", "utf-8")
    (tmp_path / "report" / "two.sql").write_text("SELECT 2\n", "utf-8")
    found = sql_tokens.sizes(tmp_path)
    assert found["report"] == (2, 6, 3)
    assert found["policy"] == (1, 4, 2)
    assert sql_tokens.total(found) == (3, 10, 5)
