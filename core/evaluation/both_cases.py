"""Questions for both sides: is the figure in the rows, the words in a verified quote, and the agreement told rightly?

It asks the very assistant that the chat uses and decides nothing that the cases do not say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.i18n import fold_space
from core.metrics import mean
from core.records import Answer

_NEAR = 5e-4  # rows are the same figure within this share of it, or half a hundredth


@dataclass(frozen=True, slots=True)
class BothCase:
    """`answers` are texts one of which a verified quote holds, `rows` the gold rows, `agreement` what is to be told."""

    id: str
    workspace: str
    question: str
    lang: str
    answers: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    agreement: str | None = None


def read_both_cases(path: Path) -> list[BothCase]:
    """Cases of a JSONL file with `workspace`, `question`, `lang`, `answers`, `rows` and perhaps `agreement`."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            named = {name: row[name] for name in ("id", "workspace", "question", "lang")}
            rows = tuple(tuple(cells) for cells in row["rows"])
            cases.append(BothCase(**named, answers=tuple(row["answers"]), rows=rows, agreement=row.get("agreement")))
        except (ValueError, KeyError, TypeError):
            wanted = "workspace, question, lang, answers, rows"
            raise AppError("evaluation.case", path=str(path), line=number, detail=wanted) from None
    return cases


def judge_both(case: BothCase, answer: Answer) -> tuple[bool, bool, bool]:
    """(rows right, quote right, agreement right)."""
    return (
        holds_rows(case.rows, answer),
        holds_text(case.answers, answer),
        answer.agreement == case.agreement or not case.agreement,
    )


def holds_rows(rows: Iterable[Sequence[Any]], answer: Answer) -> bool:
    """Whether every gold row's figures stand together in one row that was found, and its texts in that row."""
    if answer.data is None or answer.data.result is None:
        return False
    return all(any(_holds(found, row) for found in answer.data.result.rows) for row in rows)


def _holds(found: Sequence[Any], row: Sequence[Any]) -> bool:
    return all(any(_same(cell, other) for other in found) for cell in row)


def _same(gold: Any, cell: Any) -> bool:
    if isinstance(gold, str) or isinstance(cell, str) or cell is None:
        return str(gold) == str(cell)
    try:
        return abs(float(gold) - float(cell)) <= max(_NEAR * abs(float(gold)), 0.005)
    except (TypeError, ValueError):
        return False


def holds_text(accepted: Iterable[str], answer: Answer) -> bool:
    """Whether one of the accepted texts stands in a verified quote."""
    texts = [fold_space(citation.quote) for citation in answer.citations if citation.verified]
    return any(fold_space(text) in quote for text in accepted for quote in texts)


def summarize_both(answered: Iterable[tuple[BothCase, Answer]]) -> dict:
    """Shares by workspace, and what was wrong with each case that is not right."""
    told = [(case, answer, judge_both(case, answer)) for case, answer in answered]
    report: dict[str, Any] = {"cases": len(told)}
    for name in dict.fromkeys(case.workspace for case, _, _ in told):
        own = [verdict for case, _, verdict in told if case.workspace == name]
        report[name] = {
            "cases": len(own),
            "right": sum(all(verdict) for verdict in own),
            "rows": mean([float(rows) for rows, _, _ in own]),
            "quotes": mean([float(quotes) for _, quotes, _ in own]),
            "agreement": mean([float(agrees) for _, _, agrees in own]),
        }
    report["wrong"] = [
        {"id": case.id, "question": case.question, "route": answer.route.kind,
         **dict(zip(("rows", "quote", "agreement"), verdict, strict=True))}
        for case, answer, verdict in told if not all(verdict)
    ]  # fmt: skip
    return report
