"""A statement laid out in lines, for people to read and edit. It checks nothing: `guard.py` does."""

from __future__ import annotations

from core.sql.safety.quoting import quote

_ONE_LINE = 72


def pretty_sql(text: str) -> str:
    """`text` in DuckDB's dialect with a line a clause; short statements and what cannot be read stay as they are."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    if len(text) <= _ONE_LINE:
        return text
    try:
        return sqlglot.transpile(text, read="duckdb", write="duckdb", pretty=True, comments=True)[0]
    except SqlglotError:
        return text


def preview_sql(table: str, rows: int) -> str:
    """The statement that reads a table's first rows."""
    return f"SELECT * FROM {quote(table)} LIMIT {rows:d}"
