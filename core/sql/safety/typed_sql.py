"""Tells a statement that was typed where a question was expected: 'SELECT * FROM orders', 'drop table orders'.

It admits and runs nothing: the guard judges the statement, and what it refuses is refused in its words.
"""

from __future__ import annotations

import logging
import re

from core.records import Catalog

_READS = re.compile(r"^\s*(?:select|with|from|values|explain|pivot)\b", re.I)
_THING = r"(?:temp(?:orary)?\s+)?(?:table|view|schema|database|index|macro|function|sequence|type|secret)"
_EXTENSION = r"(?:httpfs|json|parquet|icu|fts|spatial|excel|sqlite\w*|postgres\w*|mysql\w*|aws|azure|iceberg|delta)\b"
_WRITES = re.compile(
    rf"^\s*(?:(?:drop|alter)\s+{_THING}\s+\w|create\s+(?:or\s+replace\s+)?{_THING}\s+(?:if\s+not\s+exists\s+)?\S+\s*"
    r"(?:\(|as\b|from\b)|truncate\s+(?:table\s+)?[\"\w]+\s*;?\s*$|delete\s+from\b|insert\s+(?:or\s+\w+\s+)?into\b|"
    r"update\s+\S+\s+set\b|merge\s+into\b|pragma\s|attach\s+['\"]|copy\s.+\b(?:to|from)\s+['\"]|load\s+['\"]|"
    r"set\s+\w+\s*=|call\s+\w+\s*\(|(?:export|import)\s+database\b|vacuum(?:\s+analyze)?(?:\s+\"?\w+\"?)?\s*;?\s*$|"
    r"checkpoint\s*;?\s*$|detach\s+(?:database\s+)?(?:if\s+exists\s+)?\"?\w+\"?\s*;?\s*$|use\s+\"?[\w.]+\"?\s*;|"
    rf"(?:force\s+)?(?:install|load)\s+{_EXTENSION}|replace\s+into\s|create\s+unique\s+index\s)",
    re.I | re.S,
)
_BROKEN = re.compile(r"^\s*select\s+(?:\*|\w+\()", re.I)  # no sentence goes on like this
_MARKED = re.compile(r"[*;=<>()]|--")


def is_statement(text: str, catalog: Catalog) -> bool:
    """Whether a text is SQL and no question: what would write, however it goes on; what reads, where it can be parsed
    and either bears marks that no sentence has or names tables and columns that are here and nothing else ('select all
    customers from Spain' is a question). What opens as nothing but a statement can is one, though it be broken."""
    if _WRITES.match(text):
        return True
    names = _names(text) if _READS.match(text) else None
    if names is None:
        return bool(_BROKEN.match(text))
    tables, columns = names
    held = {table.name.lower(): {column.name.lower() for column in table.columns} for table in catalog.tables}
    known = set().union(*(held[name] for name in tables & held.keys()))
    return bool(_MARKED.search(text)) or bool(tables and tables <= held.keys() and columns <= known)


def _names(text: str) -> tuple[set[str], set[str]] | None:
    """(tables, columns) of a text, folded; None where it is no SQL."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        found = [node for tree in sqlglot.parse(text, dialect="duckdb") if tree for node in tree.walk()]
    except (SqlglotError, RecursionError):
        return None
    tables = {node.name.lower() for node in found if isinstance(node, exp.Table)}
    return tables, {node.name.lower() for node in found if isinstance(node, exp.Column)}
