"""Reads gold SQL back into plans, for training and evaluation only: what cannot be expressed as a plan gives None."""

from __future__ import annotations

from typing import Any

from core.records import Catalog
from core.sql.data.joins import JoinGraph
from core.sql.learning.gold_dates import NotAPlan, part_of, whole_periods, year_condition
from core.sql.parser.plan import STAR, Cond, Item, Query
from core.sql.parser.render import tables_of


def read_gold(sql: str, catalog: Catalog, graph: JoinGraph) -> Query | None:
    """The plan of a SQL text in DuckDB's dialect, or None."""
    import sqlglot

    try:
        return _Reader(catalog, graph).query(sqlglot.parse_one(sql, read="duckdb"))
    except (NotAPlan, sqlglot.errors.SqlglotError):
        return None


class _Reader:
    def __init__(self, catalog: Catalog, graph: JoinGraph) -> None:
        self.tables = {t.name.lower(): t for t in catalog.tables}
        self.graph = graph

    def query(self, tree: Any) -> Query:
        from sqlglot import exp

        if isinstance(tree, exp.Subquery):
            return self.query(tree.this)
        if isinstance(tree, exp.SetOperation):
            left, right = self.query(tree.left), self.query(tree.right)
            return Query(**{**_fields(left), "setop": type(tree).__name__.lower(), "right": right})
        if not isinstance(tree, exp.Select):
            raise NotAPlan
        return self._select(tree)

    def _select(self, tree: Any) -> Query:
        from sqlglot import exp

        origin = tree.args.get("from_") or tree.args.get("from")
        if origin is None:
            raise NotAPlan
        sources = [origin.this] + [join.this for join in tree.args.get("joins") or []]
        scope = {}
        for source in sources:
            if not isinstance(source, exp.Table) or source.name.lower() not in self.tables:
                raise NotAPlan
            scope[(source.alias or source.name).lower()] = self.tables[source.name.lower()]
        if len({t.name for t in scope.values()}) < len(sources):
            raise NotAPlan
        tree = _spelled_out(tree)
        where, any_of = self._conditions(tree.args.get("where"), scope)
        where = where if any_of else whole_periods(where)
        having, _ = self._conditions(tree.args.get("having"), scope)
        group = tree.args.get("group")
        order = tree.args.get("order")
        limit = tree.args.get("limit")
        query = Query(
            select=tuple(self._item(e, scope) for e in tree.expressions),
            distinct=bool(tree.args.get("distinct")),
            where=where,
            any_of=any_of,
            group=tuple(self._item(e, scope) for e in group.expressions) if group else (),
            having=having,
            order=tuple((self._item(o.this, scope), bool(o.args.get("desc"))) for o in order.expressions)
            if order
            else (),
            limit=int(limit.expression.name) if limit else None,
        )
        return Query(**{**_fields(query), "tables": self._extra(query, [t.name for t in scope.values()])})

    def _extra(self, query: Query, used: list[str]) -> tuple[str, ...]:
        """Tables of FROM that the join walk over the columns' tables would not bring in by itself."""
        own = tables_of(query)
        reached = set(own)
        if own:
            edges = self.graph.connect(own)
            if edges is None:
                raise NotAPlan
            reached |= {edge.right for edge in edges}
        extra: list[str] = []
        for table in reversed(used):
            if table not in reached:
                extra.append(table)
                edges = self.graph.connect((*own, *extra)) or []
                reached |= {table, *(edge.right for edge in edges)}
        return tuple(extra)

    def _column(self, node: Any, scope: dict) -> tuple[str, str]:
        from sqlglot import exp

        if not isinstance(node, exp.Column):
            raise NotAPlan
        places = [scope[node.table.lower()]] if node.table.lower() in scope else list(scope.values())
        if node.table and node.table.lower() not in scope:
            raise NotAPlan
        for table in places:
            for column in table.columns:
                if column.name.lower() == node.name.lower():
                    return table.name, column.name
        raise NotAPlan

    def _item(self, node: Any, scope: dict) -> Item:
        from sqlglot import exp

        if isinstance(node, exp.Alias):
            node = node.this
        if isinstance(node, exp.Star):
            return Item(STAR)
        aggs = {exp.Count: "count", exp.Sum: "sum", exp.Avg: "avg", exp.Min: "min", exp.Max: "max"}
        signs = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
        if type(node) in signs:
            return Item(self._column(node.left, scope), "", False, signs[type(node)], self._column(node.right, scope))
        if type(node) not in aggs:
            part, node = part_of(node)
            return Item(self._column(node, scope), part=part)
        agg, inner, distinct = aggs[type(node)], node.this, False
        if isinstance(inner, exp.Distinct):
            inner, distinct = inner.expressions[0], True
        if isinstance(inner, exp.Star):
            return Item(STAR, agg)
        plain = self._item(inner, scope)
        if plain.agg or plain.part:
            raise NotAPlan
        return Item(plain.col, agg, distinct, plain.sign, plain.col2)

    def _conditions(self, node: Any, scope: dict) -> tuple[tuple[Cond, ...], bool]:
        from sqlglot import exp

        if node is None:
            return (), False
        root = node.this
        kind = exp.Or if isinstance(root, exp.Or) else exp.And
        flat = list(root.flatten(unnest=True)) if isinstance(root, kind) else [root]
        if any(isinstance(part, (exp.Or, exp.And)) for part in flat):
            raise NotAPlan
        return tuple(self._condition(part, scope) for part in flat), kind is exp.Or

    def _condition(self, node: Any, scope: dict) -> Cond:
        from sqlglot import exp

        ops = {exp.EQ: "=", exp.NEQ: "!=", exp.GT: ">", exp.LT: "<", exp.GTE: ">=", exp.LTE: "<=", exp.Like: "like"}
        negated = isinstance(node, exp.Not)
        if negated:
            node = node.this
        while isinstance(node, exp.Paren):
            node = node.this
        if isinstance(node, exp.Between):
            low, high = _literal(node.args["low"]), _literal(node.args["high"])
            return Cond(self._item(node.this, scope), "between", (low, high))
        if isinstance(node, exp.In):
            value = (
                self.query(node.args["query"])
                if node.args.get("query")
                else tuple(_literal(e) for e in node.expressions)
            )
            return Cond(self._item(node.this, scope), "not in" if negated else "in", value)
        if isinstance(node, exp.Is):
            return Cond(self._item(node.this, scope), "is not null" if negated else "is null")
        if type(node) not in ops:
            raise NotAPlan
        year = year_condition(node)
        if year:
            return Cond(Item(self._column(year[0], scope)), "=", (f"{year[1]}-01-01", f"{year[1]}-12-31 23:59:59"))
        op = ops[type(node)]
        if part_of(node.this)[0]:
            raise NotAPlan
        if negated:
            op = {"like": "not like", "=": "!="}.get(op, op)
        return Cond(self._item(node.this, scope), op, self._value(node.expression, scope))

    def _value(self, node: Any, scope: dict) -> Any:
        """A literal, another column, or a query."""
        from sqlglot import exp

        if isinstance(node, (exp.Subquery, exp.Select)):
            return self.query(node)
        if isinstance(node, exp.Column):
            return Item(self._column(node, scope))
        return _literal(node)


def _spelled_out(tree: Any) -> Any:
    """The SELECT with the places and names of its list written out in GROUP BY and ORDER BY."""
    from sqlglot import exp

    listed = [e.this if isinstance(e, exp.Alias) else e for e in tree.expressions]
    named = {e.alias.lower(): e.this for e in tree.expressions if isinstance(e, exp.Alias)}

    def meant(node: Any) -> Any:
        if isinstance(node, exp.Literal) and not node.is_string and 0 < int(node.name) <= len(listed):
            return listed[int(node.name) - 1].copy()
        if isinstance(node, exp.Column) and not node.table and node.name.lower() in named:
            return named[node.name.lower()].copy()
        return node

    tree = tree.copy()
    group, order = tree.args.get("group"), tree.args.get("order")
    if group and group.args.get("all"):
        group.set("expressions", [e.copy() for e in listed if not e.find(exp.AggFunc)])
    elif group:
        group.set("expressions", [meant(e) for e in group.expressions])
    for ordered in order.expressions if order else ():
        ordered.set("this", meant(ordered.this))
    return tree


def _literal(node: Any) -> Any:
    from sqlglot import exp

    if isinstance(node, (exp.Cast, exp.Paren)):
        return _literal(node.this)
    if isinstance(node, exp.Neg):
        return -_literal(node.this)
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if not isinstance(node, exp.Literal):
        raise NotAPlan
    if node.is_string:
        return node.this
    return float(node.this) if "." in node.this else int(node.this)


def _fields(query: Query) -> dict[str, Any]:
    return {name: getattr(query, name) for name in Query.__dataclass_fields__}
