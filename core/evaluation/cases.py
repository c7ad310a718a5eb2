"""Cases: a question and what is right for it. Read from files (JSONL, CSV, SQuAD, Spider), written as JSONL.

A case expects any of: files and a page, accepted answers, a gold statement, a reference text, a chart kind, or nothing
at all ('not answerable'). It is scored in `score.py`, kept in `state/case_sets.py`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.i18n import detect_language

KINDS = ("documents", "data", "both", "none")


@dataclass(frozen=True, slots=True)
class EvalCase:
    """`answers` are accepted wordings, one of which must stand in the answer or its quotes; `file` restricts nothing,
    it is where the evidence is; `db` names the tables' source where the gold statement needs one."""

    id: str
    question: str
    lang: str
    kind: str
    files: tuple[str, ...] = ()
    page: int = 0
    answers: tuple[str, ...] = ()
    gold_sql: str = ""
    db: str = ""
    reference: str = ""
    chart: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def answerable(self) -> bool:
        return self.kind != "none"


def read_case_file(path: Path) -> list[EvalCase]:
    """The cases of a file, by its ending: .jsonl, .csv (columns named like the fields), .json (SQuAD or Spider).

    AppError `evaluation.case` names the line that cannot be read, `evaluation.case_format` a file that is none of
    these."""
    rows = list(_rows(path))
    if not rows:
        raise AppError("evaluation.case_format", path=path.name)
    found = []
    for number, row in rows:
        try:
            found.append(to_case(row, number))
        except (ValueError, KeyError, TypeError) as error:
            raise AppError("evaluation.case", path=path.name, line=number, detail=str(error)) from None
    return found


def to_case(row: dict[str, Any], number: int = 1) -> EvalCase:
    """A case from a row of any of the formats; KeyError where it has no question."""
    question = str(row["question"]).strip()
    if not question:
        raise ValueError("question: ''")
    gold = row.get("gold_sql") or row.get("gold_duckdb") or row.get("sql") or row.get("query") or ""
    answers = tuple(str(text) for text in _many(row.get("answers") or row.get("answer")))
    files = tuple(str(name) for name in _many(row.get("files") or row.get("file")))
    answerable = str(row.get("answerable", "true")).lower() not in ("false", "0", "no")
    kind = row.get("kind") or _kind(answerable, gold, answers, files)
    kind = {"unanswerable": "none", "tables": "data"}.get(kind, kind)
    if kind not in KINDS:
        raise ValueError(f"kind: {kind!r} ({', '.join(KINDS)})")
    return EvalCase(
        id=str(row.get("id") or number),
        question=question,
        lang=row.get("lang") or detect_language(question),
        kind=kind,
        files=files,
        page=int(row.get("page") or 0),
        answers=answers,
        gold_sql=gold,
        db=str(row.get("db") or row.get("db_id") or ""),
        reference=str(row.get("reference") or ""),
        chart=str(row.get("chart") or ""),
    )


def _kind(answerable: bool, gold: str, answers: tuple, files: tuple) -> str:
    if not answerable:
        return "none"
    return "both" if gold and (answers or files) else "data" if gold else "documents"


def _many(value: Any) -> list[Any]:
    """A list, whatever it is written as: a list, one value, or '|' between several."""
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split("|") if part.strip()]
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line or entry number, row) of a case file."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix.lower() == ".csv":
        yield from enumerate(csv.DictReader(io.StringIO(text)), 2)
        return
    if path.suffix.lower() == ".json":
        yield from enumerate(_from_json(json.loads(text)), 1)
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError as error:
                raise AppError("evaluation.case", path=path.name, line=number, detail=str(error)) from None


def _from_json(held: Any) -> Iterator[dict[str, Any]]:
    """Rows of a SQuAD file (data > paragraphs > qas) or a list of rows as Spider's."""
    if isinstance(held, list):
        yield from held
        return
    for article in held.get("data", []):
        for paragraph in article.get("paragraphs", []):
            for qa in paragraph.get("qas", []):
                answers = list(dict.fromkeys(answer["text"] for answer in qa.get("answers", [])))
                impossible = bool(qa.get("is_impossible")) or not answers
                yield {"id": qa.get("id"), "question": qa["question"], "answers": answers, "answerable": not impossible}


def to_jsonl(cases: list[EvalCase]) -> str:
    """The cases as JSON lines that `read_case_file` reads back."""
    lines = [{key: value for key, value in asdict(case).items() if value not in ("", (), 0, {})} for case in cases]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
