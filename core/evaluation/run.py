"""Measures quality on cases, over the very assistant that the app uses; prints one JSON object.

    python -m core.evaluation.run retrieval --cases FILE.jsonl --documents DIR [--workspace DIR] [--limit N]
    python -m core.evaluation.run sql --cases FILE.jsonl --databases DIR

`retrieval`: recall@1/5, MRR and nDCG of dense, BM25, rank fusion and ours in one run; then the answers themselves.
`sql`: execution accuracy, by kind of query. A workspace is made for the run, or kept where one is named.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core import settings as settings_table
from core.errors import AppError
from core.evaluation.answers import measure_answers
from core.evaluation.retrieval import measure_retrieval, read_cases
from core.evaluation.sql_cases import SqlCase, measure_cases, read_sql_cases, summarize
from core.i18n import detect_language, error_text
from core.records import QueryResult, SqlAnswer
from core.sql.sources import import_source
from core.sql.tables import Tables
from core.state import jobs
from core.workspace import Workspace, open_workspace


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.run")
    commands = parser.add_subparsers(dest="command", required=True)
    retrieval = commands.add_parser("retrieval", help="documents: what is found, quoted, declined")
    retrieval.add_argument("--cases", type=Path, required=True)
    retrieval.add_argument("--documents", type=Path, required=True)
    retrieval.add_argument("--workspace", type=Path, help="keep (and use again) the workspace that is built")
    retrieval.add_argument("--limit", type=int, help="only the first N cases")
    sql = commands.add_parser("sql", help="tables: execution accuracy without a language model")
    sql.add_argument("--cases", type=Path, required=True)
    sql.add_argument("--databases", type=Path, required=True, help="a folder or file a database, named as in the cases")
    sql.add_argument("--limit", type=int, help="only the first N cases")
    options = parser.parse_args(arguments)
    try:
        report = {"retrieval": run_retrieval, "sql": run_sql}[options.command](options)
    except AppError as error:
        sys.stderr.write(error_text(error, "en") + "\n")
        return 2
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    return 0


# ---------------------------------------------------------------- documents


def run_retrieval(options: argparse.Namespace) -> dict:
    cases = read_cases(options.cases)[: options.limit]
    with _workspace(options.workspace) as workspace:
        _index(workspace, options.documents)
        ranked = measure_retrieval(workspace.index, cases)
        answers = measure_answers(workspace.assistant, workspace.library, cases)
    return {"retrieval": dataclasses.asdict(ranked), "answers": dataclasses.asdict(answers)}


@contextmanager
def _workspace(kept: Path | None) -> Iterator[Workspace]:
    folder = kept or Path(tempfile.mkdtemp(prefix="cotejo-run-"))
    workspace = open_workspace(settings_table.load(folder))
    try:
        yield workspace
    finally:
        workspace.close()
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


def _index(workspace: Workspace, folder: Path) -> None:
    if not workspace.library.files():
        workspace.library.add_folder(folder)
    workspace.start_worker()
    while jobs.count_open(workspace.db) or not workspace.library.fully_embedded():
        if workspace.worker.poll() is not None:
            raise AppError("library.worker_died", code=workspace.worker.returncode)
        time.sleep(0.05)


# ---------------------------------------------------------------- tables


def run_sql(options: argparse.Namespace) -> dict:
    cases = read_sql_cases(options.cases)[: options.limit]
    with tempfile.TemporaryDirectory(prefix="cotejo-run-") as place:
        opened = {name: _open_database(options.databases, name, Path(place)) for name in {case.db for case in cases}}
        try:
            outcomes = measure_cases(cases, lambda case: _ask(opened, case), lambda db, sql: _rows(opened[db], sql))
        finally:
            for tables in opened.values():
                tables.close()
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


if __name__ == "__main__":
    sys.exit(main())
