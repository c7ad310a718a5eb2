"""The headless way in: the same assistant without a browser, for scripts, tests and batch work.

    python -m core.ask --workspace DIR [--add PATH ...] (--question TEXT | --questions FILE.jsonl) [--json]

Answers go to standard output, everything else to standard error. It leaves no process behind.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core import settings as settings_table
from core.assistant import last_answer
from core.errors import AppError
from core.i18n import LANGUAGES, detect_language, error_text
from core.library import INGEST
from core.records import Answer, Route
from core.state import files, jobs
from core.turns import record
from core.validation.check import explain
from core.workspace import Workspace, open_workspace

_POLL_S = 0.05
log = logging.getLogger("cotejo.ask")


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s %(message)s")
    try:
        return _run(options)
    except AppError as error:
        return _complain(error)
    except OSError as error:  # a file of questions that is not there, a full disk
        return _complain(
            AppError("ask.file_failed", path=str(error.filename or ""), detail=error.strerror or str(error))
        )
    except KeyboardInterrupt:
        return 130


def _run(options: argparse.Namespace) -> int:
    settings = settings_table.load(options.workspace)
    if options.engine is not None:
        settings = settings.replace(engine=options.engine)
    if options.max_rows is not None:
        settings = settings.replace(sql_rows_max=options.max_rows)
    cases = list(_cases(options))
    workspace = open_workspace(settings)
    try:
        if options.add:
            _add(workspace, options.add, options.report)
        _answer_all(workspace, cases, options)
    finally:
        workspace.close()
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.ask", description="Ask a workspace without a browser.")
    parser.add_argument("--workspace", type=Path, required=True, help="folder of the workspace; made where it is new")
    parser.add_argument("--add", type=Path, action="append", metavar="PATH", help="a file or folder; may be repeated")
    parser.add_argument("--report", type=Path, metavar="FILE", help="one JSON line for every file met by --add")
    parser.add_argument("--engine", help="the engine that answers (setting `engine`)")
    parser.add_argument("--route", choices=("auto", "documents", "data"), default="auto")
    parser.add_argument("--max-rows", type=int, metavar="N", help="rows of a result at most (setting `sql_rows_max`)")
    parser.add_argument("--json", action="store_true", help="one JSON line an answer")
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument("--question", metavar="TEXT")
    asked.add_argument("--sql", metavar="TEXT", help="a statement of your own, run as safely as any other")
    asked.add_argument("--questions", type=Path, metavar="FILE.jsonl", help="a question or statement a line")
    return parser.parse_args(arguments)


def _complain(error: AppError) -> int:
    sys.stderr.write(error_text(error, "en") + "\n")
    return 2


# ---------------------------------------------------------------- adding


def _add(workspace: Workspace, paths: list[Path], report: Path | None) -> None:
    """Queue everything, have it indexed in full, then write the report: one line for every file met."""
    added: list[int] = []
    for path in paths:
        if path.is_dir():
            added += workspace.library.add_folder(path)
        else:
            added.append(workspace.library.add_path(path))
    workspace.start_worker()
    _wait_until_indexed(workspace)
    if report is not None:
        with report.open("w", encoding="utf-8") as out:
            for file_id in added:
                out.write(json.dumps(dataclasses.asdict(workspace.library.report(file_id))) + "\n")


def _wait_until_indexed(workspace: Workspace) -> None:
    """Return when no job is open and everything is embedded; a worker that died is started again, then reported."""
    restarts = 0
    while not _indexed(workspace):
        if workspace.worker.poll() is not None:
            restarts += 1
            if restarts > 3:
                raise AppError("library.worker_died", code=workspace.worker.returncode)
            workspace.start_worker()
        time.sleep(_POLL_S)


def _indexed(workspace: Workspace) -> bool:
    if jobs.count_open(workspace.db, INGEST):
        return False
    return workspace.library.fully_embedded()


# ---------------------------------------------------------------- asking


def _answer_all(workspace: Workspace, cases: list[dict[str, Any]], options: argparse.Namespace) -> None:
    histories: dict[Any, list[Answer]] = {}
    for case in cases:
        answer = _answer(workspace, case, options, histories)
        if options.json:
            sys.stdout.write(json.dumps(to_json(answer, case.get("id"))) + "\n")
        else:
            sys.stdout.write(to_text(answer) + "\n")
        sys.stdout.flush()
        record(workspace.db, workspace.settings, answer)


def _cases(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    if options.question is not None:
        yield {"question": options.question}
    elif options.sql is not None:
        yield {"sql": options.sql}
    elif options.questions is not None:
        lines = options.questions.read_text(encoding="utf-8-sig", errors="replace").split("\n")
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _read_case(line, number, options.questions)


def _read_case(line: str, number: int, path: Path) -> dict[str, Any]:
    """The line's object; one without a question carries its `error`, so that the others are still answered."""
    try:
        case = json.loads(line)
    except ValueError:
        case = None
    if not isinstance(case, dict):
        raise AppError("ask.not_json", path=str(path), line=number)
    if not _text(case, "question").strip() and not _text(case, "sql").strip():
        case["error"] = AppError("ask.no_question", path=str(path), line=number)
    return case


def _text(case: dict[str, Any], key: str) -> str:
    """A text of the line without lone surrogates, which are no characters and no store takes; '' for anything else."""
    value = case.get(key)
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def _answer(workspace: Workspace, case: dict[str, Any], options, histories: dict[str, list[Answer]]) -> Answer:
    question, sql = _text(case, "question"), _text(case, "sql")
    lang = case.get("lang") if case.get("lang") in LANGUAGES else None
    named = json.dumps(case.get("conversation"))
    history = histories.setdefault(named, []) if case.get("conversation") is not None else []
    try:
        if "error" in case:
            raise case["error"]
        if sql.strip():
            answer = workspace.assistant.run_sql(sql, question, lang)
        else:
            scope = _scope(workspace, case.get("file"))
            answer = last_answer(workspace.assistant.ask(question, history, route=options.route, lang=lang, **scope))
    except AppError as error:
        answer = _failed(question or sql, lang or detect_language(question), error)
    except Exception:  # the top boundary: one question that breaks something leaves the others their answers
        log.exception("question failed")
        answer = _failed(question or sql, lang or detect_language(question), AppError("assistant.internal"))
    history.append(answer)
    return answer


def _scope(workspace: Workspace, name: str | None) -> dict[str, Any]:
    """What restricts a question to the file of that name: its document, its tables."""
    if name is None:
        return {}
    found = {document.id for document in workspace.library.documents() if document.name == name}
    found |= {row.document_id for row in files.list_files(workspace.db) if row.name == name and row.document_id}
    has_tables = any(table.source == name for table in workspace.tables.catalog().tables)
    if not found and not has_tables:
        raise AppError("ask.unknown_file", name=name)
    return {"document_ids": found, "sources": {name}}


def _failed(question: str, lang: str, error: AppError) -> Answer:
    return Answer(question, question, lang, Route("none", error.key), "error", "", message=error_text(error, lang))


# ---------------------------------------------------------------- writing


def to_json(answer: Answer, case_id: Any = None) -> dict[str, Any]:
    """The answer as the documented JSON object: every key present whatever the status."""
    data = answer.data
    result = data.result if data else None
    return _finite(
        {
            "id": case_id,
            "question": answer.question,
            "completed_question": answer.completed_question,
            "lang": answer.lang,
            "route": answer.route.kind,
            "reason": answer.route.reason,
            "status": answer.status,
            "message": answer.message,
            "answer": answer.text,
            "confidence": answer.confidence,
            "alternatives": [dataclasses.asdict(reading) for reading in data.alternatives] if data else [],
            "citations": [_citation(found) for found in answer.citations],
            "hits": [{"file": h.file, "page": h.page, "text": h.text, "score": h.score} for h in answer.hits],
            "sql": data.sql.text if data and data.sql else None,
            "columns": list(result.columns) if result else [],
            "rows": [list(row) for row in result.rows] if result else [],
            "truncated": result.truncated if result else False,
            "chart": _chart(data.chart) if data and data.chart else None,
            "agreement": answer.agreement,
            "checks": [{**dataclasses.asdict(c), "message": explain(c, answer.lang)} for c in answer.checks],
            "engine": answer.engine,
            "adapter": answer.adapter,
            "timings_ms": {name: answer.timings_ms.get(name, 0.0) for name in _STAGES},
        }
    )


_STAGES = ("route", "embed", "search", "answer", "link", "compose", "execute", "total")


def _citation(found) -> dict[str, Any]:
    names = ("n", "file", "page", "quote", "start", "end", "score", "verified", "against")
    return {name: getattr(found, name) for name in names}


def _chart(spec) -> dict[str, Any]:
    return {"kind": spec.kind, "x": spec.x, "y": list(spec.y), "color": spec.color, "title": spec.title}


def _finite(value: Any) -> Any:
    """`value` with NaN and infinities as None, which JSON has no word for, and other kinds as text."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def to_text(answer: Answer) -> str:
    """The answer for a terminal: text, its sources, and what to know of it."""
    lines = [answer.text or answer.message]
    for found in answer.citations:
        lines.append(f"  [{found.n}] {found.file}, p. {found.page}: “{found.quote}”")
    if answer.text and answer.message:
        lines.append(f"  ({answer.message})")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
