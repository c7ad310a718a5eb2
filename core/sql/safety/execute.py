"""From admitted statements to results: which data sets they name, one sandboxed process for all of a question.

`run_queries` takes nothing but `CheckedSql`. Does not parse, rank or explain: `guard.py` admits, `sandbox.py` runs.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from core.errors import AppError
from core.records import Catalog, CheckedSql, QueryResult
from core.sql.safety.frames import Limits
from core.sql.safety.guard import check_sql
from core.sql.safety.pivot import VALUES_MAX, expand_pivot
from core.sql.safety.sandbox import Job, Sandbox, aliases


def run_queries(
    queries: Sequence[CheckedSql],
    catalog: Catalog,
    sandbox: Sandbox,
    *,
    limit: int | None = None,
    time_limit_ms: int | None = None,
    cancel: threading.Event | None = None,
) -> list[QueryResult]:
    """One `QueryResult` a query, in order, all run in one child process.

    `limit` (rows) and `time_limit_ms` (each query) can only lower the workspace's settings. Setting `cancel` from
    another thread ends the running query within a few milliseconds. Nothing is raised for a query that fails: its
    `error` is (message key, params), `sql.limits.*` where a limit was hit, `sql.run.failed` else."""
    for query in queries:
        if not isinstance(query, CheckedSql):
            raise TypeError(f"run_queries takes CheckedSql, not {type(query).__name__}")
    if not queries:
        return []
    return sandbox.run(make_job(queries, catalog), Limits.of(sandbox.settings, limit, time_limit_ms), cancel)


def admit_sql(text: str, catalog: Catalog, sandbox: Sandbox, *, cancel: threading.Event | None = None) -> CheckedSql:
    """`check_sql` for a statement that a user wrote: a PIVOT without its values is given them first.

    Raises AppError `sql.guard.*` as `check_sql` does, or the limit that the question for the values hit."""
    try:
        return check_sql(text, catalog)
    except AppError as error:
        if error.key != "sql.guard.pivot_without_in":
            raise

    def values_of(query: CheckedSql) -> QueryResult:
        return run_queries([query], catalog, sandbox, limit=VALUES_MAX + 1, cancel=cancel)[0]

    return check_sql(expand_pivot(text, catalog, values_of), catalog)


def make_job(queries: Sequence[CheckedSql], catalog: Catalog) -> Job:
    """Only the data sets that the queries name are attached, with a view for each of their named tables."""
    named = {name for query in queries for name in query.tables}
    tables = [table for table in catalog.tables if table.name in named]
    alias = aliases([table.dataset for table in tables])
    return Job(
        datasets=tuple((name, path) for path, name in alias.items()),
        views=tuple((table.name, alias[table.dataset], table.name) for table in tables),
        statements=tuple(query.text for query in queries),
    )
