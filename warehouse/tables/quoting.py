"""Names and texts as they stand in SQL. Values are bound; this is for names, and for statements that take no bound value."""


def identifier(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as a SQL string literal, for statements such as ATTACH and COMMENT that take no bound value."""
    return "'" + text.replace("'", "''") + "'"
