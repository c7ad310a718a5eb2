"""Named metrics: the check that an expression written by a user is one aggregate over one table's own columns.

The guard decides what it may call and read, as for any statement; here it is only made sure that the expression can
stand where the writer of SQL puts it, in a SELECT list with or without GROUP BY. It runs nothing.
"""

from __future__ import annotations

import difflib
from typing import Any

from core.errors import AppError
from core.records import Catalog, Metric, Table
from core.sql.safety.guard import check_sql
from core.sql.safety.quoting import quote

NAME_MAX = 60
EXPRESSION_MAX = 500


def check_metric(metric: Metric, table: Table) -> Metric:
    """The metric with its texts trimmed. Raises `sql.metrics.*` where it is no single aggregate over columns of
    `table`, or `sql.guard.*` where the guard does not admit it."""
    name, expression = " ".join(metric.name.split()), metric.expression.strip()
    if not name or len(name) > NAME_MAX:
        raise AppError("sql.metrics.name", maximum=NAME_MAX)
    if not expression or len(expression) > EXPRESSION_MAX:
        raise AppError("sql.metrics.expression", maximum=EXPRESSION_MAX)
    _check_columns(_read(expression), expression, table)
    checked = check_sql(metric_sql(Metric(name, expression, table.name)), Catalog((table,)))
    if not checked.aggregates:
        raise AppError("sql.metrics.no_aggregate", expression=expression)
    return Metric(name, expression, table.name, metric.synonyms)


def metric_sql(metric: Metric) -> str:
    """The statement that calculates a metric over its whole table: what shows that it works."""
    return f"SELECT ({metric.expression}) AS {quote(metric.name)} FROM {quote(metric.table)}"


def _read(expression: str) -> Any:
    """The syntax tree of one expression alone, without comment, query, window or alias."""
    import sqlglot
    from sqlglot import exp

    try:
        tokens = sqlglot.tokenize(expression, dialect="duckdb")
        trees = sqlglot.parse(f"SELECT {expression}", dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise AppError("sql.metrics.syntax", detail=str(error).split("\n")[0][:160]) from None
    tree = trees[0]
    alone = len(trees) == 1 and isinstance(tree, exp.Select) and len(tree.expressions) == 1
    if (
        not alone
        or any(token.comments for token in tokens)
        or any(value for key, value in tree.args.items() if key != "expressions")
    ):
        raise AppError("sql.metrics.one_expression")
    inside = tree.expressions[0]
    stars = [star for star in inside.find_all(exp.Star) if not isinstance(star.parent, (exp.Count, exp.Anonymous))]
    if stars or isinstance(inside, exp.Alias) or inside.find(exp.Select, exp.Window) is not None:
        raise AppError("sql.metrics.one_expression")
    return inside


def _check_columns(tree: Any, expression: str, table: Table) -> None:
    """Each column is one of the table's, unqualified (what the table is called in a query is the writer's to say) and
    inside an aggregate. A function that sqlglot does not know may be one of the engine's: the guard's list decides."""
    from sqlglot import exp

    known = {column.name.casefold(): column.name for column in table.columns}
    for column in tree.find_all(exp.Column):
        if column.name.casefold() not in known or column.table:
            near = difflib.get_close_matches(column.name.casefold(), known, n=1, cutoff=0.0)
            raise AppError("sql.metrics.unknown_column", column=column.sql(), nearest=known[near[0]])
        if column.find_ancestor(exp.AggFunc, exp.Filter, exp.Anonymous) is None:
            raise AppError("sql.metrics.bare_column", expression=expression)
