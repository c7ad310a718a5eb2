"""The guard: a pure function from a statement and a catalog to `CheckedSql`, or a refusal that names its reason.

DuckDB's own parser leads (`parse`), so there is no second grammar for an attacker to play against; every object of its
tree is judged (`walk`), and unknown means refused. sqlglot gives a second opinion that can only refuse.

Nothing here runs a statement, opens a file or knows a limit: that is the sandbox's work, which takes nothing but what
this module admits.
"""

from __future__ import annotations

import functools
import logging
from typing import Any

from core.records import Catalog, CheckedSql
from core.sql.safety.parse import check_text, fold, parse_statement, refuse
from core.sql.safety.walk import Walk


def check_sql(text: str, catalog: Catalog) -> CheckedSql:
    """Admit `text` or raise an AppError `sql.guard.*` with `position` (code points from 0), `line` and `snippet`."""
    check_text(text)
    tree = parse_statement(text)
    walk = Walk(text, _names(catalog))
    walk.statement(tree)
    _second_opinion(text, walk)
    return CheckedSql(
        text=text,
        tables=tuple(dict.fromkeys(walk.tables)),
        filters=tuple(dict.fromkeys(walk.filters)),
        joins=tuple(dict.fromkeys(walk.joins)),
        aggregates=tuple(dict.fromkeys(walk.aggregates)),
        ordered=_is_ordered(tree),
    )


def _names(catalog: Catalog) -> dict[str, str]:
    return {fold(table.name): table.name for table in catalog.tables}


def _is_ordered(tree: dict[str, Any]) -> bool:
    return any(modifier["type"] == "ORDER_MODIFIER" for modifier in tree["node"]["modifiers"])


def _second_opinion(text: str, walk: Walk) -> None:
    """Refuse what sqlglot reads as a write, a command or a foreign table, whatever DuckDB's tree said.

    What sqlglot cannot read it has no opinion on: it knows less of DuckDB's grammar than DuckDB."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    # What it calls a Command is refused below; its warning about it would tell the log nothing more.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        statements = [s for s in sqlglot.parse(text, dialect="duckdb") if s is not None]
    except (SqlglotError, RecursionError):
        return
    known = walk.catalog.keys() | walk.ctes
    for node in (node for statement in statements for node in statement.walk()):
        if isinstance(node, _writes()):
            raise refuse("second_opinion", text, name=type(node).__name__.upper())
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            if node.args.get("db") or node.args.get("catalog"):
                raise refuse("qualified_table", text, name=node.sql(dialect="duckdb")[:80])
            if fold(node.name) not in known:
                raise refuse("unknown_table", text, name=node.name[:80], nearest="-")


@functools.cache
def _writes() -> tuple[type, ...]:
    from sqlglot import exp

    names = (
        "Insert Update Delete Merge Create Drop Alter Copy Command Attach Detach Set Pragma Use Into LoadData "
        "TruncateTable Transaction Commit Rollback Kill Analyze Cache Uncache Export Install Grant Revoke Comment "
        "Execute Refresh"
    )
    return tuple(getattr(exp, name) for name in names.split() if name in vars(exp))
