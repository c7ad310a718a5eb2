"""Writes a plan as DuckDB SQL: the join path rebuilt, names and literals quoted. It does not check or run the text."""

from __future__ import annotations

from typing import Any

from core.sql.data.joins import Edge, JoinGraph
from core.sql.parser.plan import STAR, Cond, Item, Query, columns_of
from core.sql.safety.quoting import literal, quote

_SETOPS = {"union": "UNION", "intersect": "INTERSECT", "except": "EXCEPT"}
_PARTS = {unit: f"CAST(DATE_TRUNC('{unit}', {{}}) AS DATE)" for unit in ("quarter", "month", "week", "day")}
_PARTS |= {"year": "YEAR({})", "month_of_year": "MONTH({})", "weekday": "ISODOW({})", "hour": "HOUR({})"}
_COMPARE = {"=", "!=", "<", ">", "<=", ">="}


def render_query(query: Query, graph: JoinGraph) -> str | None:
    """The SQL of a plan, or None where its tables cannot be joined."""
    source = _from_clause(query, graph)
    if source is None:
        return None
    text, qualify = source
    wheres = [_condition(cond, qualify, graph) for cond in query.where]
    havings = [_condition(cond, qualify, graph) for cond in query.having]
    if None in wheres or None in havings:
        return None
    parts = ["SELECT " + ("DISTINCT " if query.distinct else "") + ", ".join(_item(it, qualify) for it in query.select)]
    parts.append(f"FROM {text}")
    if wheres:
        parts.append("WHERE " + (" OR " if query.any_of else " AND ").join(wheres))
    if query.group:
        parts.append("GROUP BY " + ", ".join(_item(it, qualify) for it in query.group))
    if havings:
        parts.append("HAVING " + " AND ".join(havings))
    if query.order:
        parts.append(
            "ORDER BY " + ", ".join(_item(it, qualify) + (" DESC" if desc else "") for it, desc in query.order)
        )
    if query.limit is not None:
        parts.append(f"LIMIT {int(query.limit)}")
    sql = " ".join(parts)
    if query.right is None:
        return sql
    right = render_query(query.right, graph)
    return None if right is None else f"{sql} {_SETOPS[query.setop]} {right}"


def tables_of(query: Query) -> tuple[str, ...]:
    """Tables that one scope names, in order, extra tables last."""
    named = [col[0] for _, col in columns_of(query)] + list(query.tables)
    return tuple(dict.fromkeys(named))


def _from_clause(query: Query, graph: JoinGraph) -> tuple[str, dict[str, str]] | None:
    tables = tables_of(query)
    if not tables:
        return None
    edges = graph.connect(tables)
    if edges is None:
        return None
    if not edges:
        return quote(tables[0]), {}
    names = list(dict.fromkeys([tables[0], *(edge.right for edge in edges)]))
    alias = {name: f"t{number}" for number, name in enumerate(names, 1)}
    text = f"{quote(tables[0])} AS {alias[tables[0]]}"
    for edge in edges:
        text += f" JOIN {quote(edge.right)} AS {alias[edge.right]} ON {_on(edge, alias)}"
    return text, alias


def _on(edge: Edge, alias: dict[str, str]) -> str:
    pairs = zip(edge.left_columns, edge.right_columns, strict=False)
    return " AND ".join(f"{alias[edge.left]}.{quote(a)} = {alias[edge.right]}.{quote(b)}" for a, b in pairs)


def _column(col: Any, alias: dict[str, str]) -> str:
    return f"{alias[col[0]]}.{quote(col[1])}" if alias else quote(col[1])


def _item(it: Item, alias: dict[str, str]) -> str:
    text = STAR if it.col == STAR else _column(it.col, alias)
    if it.part:
        text = _PARTS[it.part].format(text)
    if it.sign:
        text = f"{text} {it.sign} {_column(it.col2, alias)}"
    if not it.agg:
        return text
    return f"{it.agg.upper()}({'DISTINCT ' if it.distinct else ''}{text})"


def _condition(cond: Cond, alias: dict[str, str], graph: JoinGraph) -> str | None:
    left = _item(cond.item, alias)
    if cond.op in ("is null", "is not null"):
        return f"{left} {cond.op.upper()}"
    if isinstance(cond.value, Query):
        inner = render_query(cond.value, graph)
        return None if inner is None else f"{left} {cond.op.upper()} ({inner})"
    if isinstance(cond.value, Item):
        return f"{left} {cond.op} {_item(cond.value, alias)}"
    if cond.op == "between" or (cond.op == "=" and isinstance(cond.value, tuple)):
        return f"{left} BETWEEN {literal(cond.value[0])} AND {literal(cond.value[1])}"
    if cond.op in ("in", "not in"):
        return f"{left} {cond.op.upper()} ({', '.join(literal(v) for v in cond.value)})"
    if cond.op in ("like", "not like"):
        return f"{left} {cond.op.upper().replace('LIKE', 'ILIKE')} {literal(cond.value)}"
    return f"{left} {cond.op} {literal(cond.value)}" if cond.op in _COMPARE else None
