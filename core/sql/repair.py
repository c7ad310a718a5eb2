"""The four slips of models that learned on SQLite, mended on the syntax tree: double-quoted strings that are no
column, bare columns beside GROUP BY, the case of LIKE, text compared with numbers; and what goes with them (backticks,
`strftime` with its arguments turned round).

What cannot be parsed, and what has no slip, stays as it is. It admits nothing: `safety/guard.py` does, afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.records import Catalog, Column
from core.sql.data.names import kind_of
from core.sql.safety.parse import fold

if TYPE_CHECKING:
    from sqlglot import exp

_NUMBER = "DOUBLE"


def repair_sql(text: str, catalog: Catalog) -> str:
    """`text` in DuckDB's dialect without the slips; unchanged where it has none or nobody can read it."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    tree, foreign = None, False
    for dialect in ("duckdb", "sqlite", "mysql"):
        try:
            tree, foreign = sqlglot.parse_one(text, dialect=dialect), dialect != "duckdb"
            break
        except (SqlglotError, RecursionError):
            continue
    if tree is None:
        return text
    before = tree.sql(dialect="duckdb")
    names = _Names(tree, catalog)
    for mend in (_mend_strings, _mend_dates, _mend_like, _mend_types, _mend_groups):
        mend(tree, names)
    after = tree.sql(dialect="duckdb")
    return after if foreign or after != before else text


class _Names:
    """What the names of one statement stand for: its tables by alias, their columns, its own aliases."""

    def __init__(self, tree: exp.Expression, catalog: Catalog) -> None:
        from sqlglot import exp

        self._tables = {fold(table.name): table for table in catalog.tables}
        used = {fold(table.name) for table in tree.find_all(exp.Table)}
        inside = [table for name, table in self._tables.items() if name in used]
        self.columns = {fold(column.name) for table in inside for column in table.columns}
        self.elsewhere = {fold(column.name) for table in catalog.tables for column in table.columns}
        self.aliases = {fold(found.alias) for found in tree.find_all(exp.Alias)}
        for found in tree.find_all(exp.TableAlias):
            self.aliases |= {fold(column.name) for column in found.args.get("columns") or ()}
            self.aliases.add(fold(found.name))

    def is_known(self, name: str) -> bool:
        folded = fold(name)
        return folded in self.columns or folded in self.aliases or folded in self.elsewhere or folded in self._tables

    def column(self, node: exp.Expression) -> Column | None:
        """The stored column that a column node names, by the tables of the SELECTs around it."""
        from sqlglot import exp

        if not isinstance(node, exp.Column):
            return None
        name, owner = fold(node.name), fold(node.table)
        select = node.find_ancestor(exp.Select)
        while select is not None:
            for alias, table in self._sources(select):
                if owner in ("", alias):
                    found = next((column for column in table.columns if fold(column.name) == name), None)
                    if found is not None:
                        return found
            select = select.find_ancestor(exp.Select)
        return None

    def _sources(self, select: exp.Select) -> Iterator[tuple[str, object]]:
        from sqlglot import exp

        clauses = [select.args.get("from_") or select.args.get("from"), *(select.args.get("joins") or ())]
        for clause in clauses:
            source = clause.this if clause is not None else None
            if isinstance(source, exp.Table) and fold(source.name) in self._tables:
                yield fold(source.alias_or_name), self._tables[fold(source.name)]


def _mend_strings(tree: exp.Expression, names: _Names) -> None:
    """`"Madrid"` in double quotes, where no column, table or alias is called so, is the text 'Madrid'."""
    from sqlglot import exp

    for node in list(tree.find_all(exp.Column)):
        quoted = not node.table and isinstance(node.this, exp.Identifier) and node.this.quoted
        if quoted and not names.is_known(node.name):
            node.replace(exp.Literal.string(node.name))


def _mend_dates(tree: exp.Expression, names: _Names) -> None:
    """SQLite's `strftime('%Y', day)`: DuckDB has the format second, and wants a date rather than text."""
    from sqlglot import exp

    for node in list(tree.find_all(exp.TimeToStr, exp.Anonymous)):
        if isinstance(node, exp.Anonymous):
            arguments = node.expressions
            turned = node.name.lower() == "strftime" and len(arguments) == 2
            if not (turned and isinstance(arguments[0], exp.Literal) and "%" in arguments[0].name):
                continue
            value, form = arguments[1], arguments[0]
        else:
            value, form = node.this, node.args.get("format")
            inner = value.this if isinstance(value, exp.Cast | exp.TsOrDsToTimestamp) else value
            if isinstance(inner, exp.Literal) and inner.is_string and "%" in inner.name:
                value, form = form, inner
        column = names.column(_inner_column(value))
        if column is not None and kind_of(column) == "text":
            value = exp.TryCast(this=_inner_column(value).copy(), to=exp.DataType.build("TIMESTAMP"))
        node.replace(exp.Anonymous(this="strftime", expressions=[value.copy(), form.copy()]))


def _mend_like(tree: exp.Expression, names: _Names) -> None:
    """SQLite's LIKE does not tell cases apart; a date or number is compared with a pattern as text."""
    from sqlglot import exp

    for node in list(tree.find_all(exp.Like)):
        left = node.this
        column = names.column(left)
        if column is not None and kind_of(column) != "text":
            left = exp.cast(left.copy(), "VARCHAR")
        kept = {name: value for name, value in node.args.items() if name not in ("this", "expression")}
        node.replace(exp.ILike(this=left.copy(), expression=node.expression.copy(), **kept))


def _mend_types(tree: exp.Expression, names: _Names) -> None:
    """A text column that is compared with a number, added up or averaged is read as a number."""
    from sqlglot import exp

    def is_text(node: exp.Expression) -> bool:
        column = names.column(node)
        return column is not None and kind_of(column) == "text"

    def is_number(node: exp.Expression) -> bool:
        inner = node.this if isinstance(node, exp.Neg) else node
        if isinstance(inner, exp.Literal):
            return not inner.is_string
        column = names.column(node)
        return column is not None and kind_of(column) == "number"

    compared = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Add, exp.Sub, exp.Mul, exp.Div)
    for node in list(tree.find_all(*compared)):
        for side, other in ((node.this, node.expression), (node.expression, node.this)):
            if is_text(side) and is_number(other):
                _as_number(side)
    for node in list(tree.find_all(exp.Between)):
        if is_text(node.this) and is_number(node.args["low"]) and is_number(node.args["high"]):
            _as_number(node.this)
    for node in list(tree.find_all(exp.In)):
        if is_text(node.this) and node.expressions and all(map(is_number, node.expressions)):
            _as_number(node.this)
    for node in list(tree.find_all(exp.Sum, exp.Avg)):
        if is_text(node.this):
            _as_number(node.this)


def _as_number(node: exp.Expression) -> None:
    from sqlglot import exp

    node.replace(exp.TryCast(this=node.copy(), to=exp.DataType.build(_NUMBER)))


def _mend_groups(tree: exp.Expression, names: _Names) -> None:
    """A column beside aggregates that is not grouped by: SQLite takes any row's, or that of the only MIN or MAX."""
    from sqlglot import exp

    del names
    for select in list(tree.find_all(exp.Select)):
        group = select.args.get("group")
        if group is not None and (
            group.args.get("all") or any(group.args.get(k) for k in ("cube", "rollup", "grouping_sets"))
        ):
            continue
        aggregates = [node for part in select.expressions for node in _own(part, exp.AggFunc)]
        if group is None and not aggregates:
            continue
        keys = _group_keys(select, group)
        extremes = [node for node in aggregates if isinstance(node, exp.Max | exp.Min)]
        extreme = extremes[0] if len(extremes) == 1 and len(aggregates) == 1 else None
        aliases = {fold(part.alias) for part in select.expressions if part.alias}
        for part in list(select.expressions):
            _wrap_bare(part, keys, extreme, set())
        aliases |= {fold(part.alias_or_name) for part in select.expressions}
        for clause in ("having", "order"):
            if select.args.get(clause) is not None:
                _wrap_bare(select.args[clause], keys, extreme, aliases)


def _own(part: exp.Expression, kind: type) -> Iterator[exp.Expression]:
    """Nodes of a kind in an expression, but not those of a query or window inside it."""
    from sqlglot import exp

    for node in part.walk(prune=lambda found: isinstance(found, exp.Query | exp.Window)):
        if isinstance(node, kind) and not isinstance(node, exp.Query | exp.Window):
            yield node


def _group_keys(select: exp.Select, group: exp.Group | None) -> set[str]:
    """The grouping expressions as text, columns also without their table; positions and aliases resolved."""
    from sqlglot import exp

    keys: set[str] = set()
    for key in group.expressions if group is not None else ():
        target = key
        if isinstance(key, exp.Literal) and not key.is_string and 0 < int(key.name) <= len(select.expressions):
            target = select.expressions[int(key.name) - 1].unalias()
        elif isinstance(key, exp.Column) and not key.table:
            named = [part for part in select.expressions if part.alias and fold(part.alias) == fold(key.name)]
            keys |= {_key_of(part.unalias()) for part in named}
        keys.add(_key_of(target))
    return keys


def _key_of(node: exp.Expression) -> str:
    from sqlglot import exp

    return fold(node.name) if isinstance(node, exp.Column) else fold(node.sql(dialect="duckdb"))


def _wrap_bare(part: exp.Expression, keys: set[str], extreme: exp.Expression | None, aliases: set[str]) -> None:
    from sqlglot import exp

    body = part.unalias() if isinstance(part, exp.Alias) else part
    if isinstance(body, exp.Column) and body is part and not body.table and fold(body.name) in aliases:
        return
    if _key_of(body) in keys or isinstance(body, exp.AggFunc | exp.Query | exp.Window | exp.Star):
        return
    if isinstance(body, exp.Column):
        if not isinstance(body.this, exp.Star) and not (not body.table and fold(body.name) in aliases):
            wrapped = _taken(body, extreme)
            body.replace(
                exp.alias_(wrapped, body.name, quoted=True) if isinstance(body.parent, exp.Select) else wrapped
            )
        return
    for child in list(body.iter_expressions()):
        _wrap_bare(child, keys, extreme, aliases)


def _taken(column: exp.Expression, extreme: exp.Expression | None) -> exp.Expression:
    from sqlglot import exp

    if extreme is None:
        return exp.Anonymous(this="any_value", expressions=[column.copy()])
    name = "arg_max" if isinstance(extreme, exp.Max) else "arg_min"
    return exp.Anonymous(this=name, expressions=[column.copy(), extreme.this.copy()])


def _inner_column(node: exp.Expression) -> exp.Expression:
    from sqlglot import exp

    return node if isinstance(node, exp.Column) else next(node.find_all(exp.Column), node)
