"""`sql`: execution accuracy of the parser without a language model, by kind of query."""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
from pathlib import Path

from core import settings as settings_table
from core.errors import AppError
from core.evaluation.baseline import Notes
from core.evaluation.sql_cases import SqlCase, measure_cases, read_sql_cases, summarize
from core.i18n import detect_language
from core.records import QueryResult, SqlAnswer
from core.sql.data.sources import import_source
from core.sql.tables import Tables


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--cases", type=Path, required=True)
    command.add_argument(
        "--databases", type=Path, required=True, help="a folder or file a database, named as in the cases"
    )
    command.add_argument("--limit", type=int, help="only the first N cases")


def run(options: argparse.Namespace, note: Notes) -> dict:
    cases = read_sql_cases(options.cases)[: options.limit]
    with tempfile.TemporaryDirectory(prefix="cotejo-run-") as place:
        opened = {name: _open_database(options.databases, name, Path(place)) for name in {case.db for case in cases}}
        try:
            outcomes = measure_cases(cases, lambda case: _ask(opened, case), lambda db, sql: _rows(opened[db], sql))
        finally:
            for tables in opened.values():
                tables.close()
    for outcome in outcomes:
        note(outcome.case.id, {"right": outcome.right, "among": outcome.among})
    return dataclasses.asdict(summarize(outcomes))


def _open_database(root: Path, name: str, place: Path) -> Tables:
    """The tables of one database: a folder of files, or the file of that name (with any ending)."""
    found = [path for path in root.iterdir() if path.name == name or path.stem == name]
    if not found:
        raise AppError("evaluation.no_database", name=name, folder=str(root))
    tables = Tables(settings_table.load(place / name))
    members = sorted(found[0].rglob("*")) if found[0].is_dir() else found
    for path in members:
        if path.is_file() and path.suffix.lower() in (".csv", ".sqlite", ".db", ".duckdb", ".parquet", ".xlsx"):
            import_source(path, path.name, tables.folder)
    return tables


def _ask(opened: dict[str, Tables], case: SqlCase) -> SqlAnswer:
    return opened[case.db].ask(case.question, case.lang or detect_language(case.question))


def _rows(tables: Tables, sql: str) -> QueryResult:
    try:
        return tables.run(sql).result
    except AppError as error:
        return QueryResult(error=(error.key, error.params))
