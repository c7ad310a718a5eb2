"""How often search puts a right document first, beside dense search, BM25 and rank fusion over the same index.

Cases are JSON lines: {"id", "question", "lang", "file" or "files", "answers", "answerable"}, and "grades"
({file: grade}) where judgements are graded; "short", "items" and "differs" are read by `answers`. It writes
no answers; it only ranks files.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.chat.extract import order_found
from core.chat.gather import ReadPage
from core.errors import AppError
from core.index.search import SearchIndex
from core.metrics import mean, ndcg_at, percentile, recall_at, reciprocal_rank

_DEPTH = 10
Note = Callable[[str, Mapping[str, float]], None]
OURS = "ours"


@dataclass(frozen=True, slots=True)
class Case:
    """`files` are the right ones, by the name under which they were added; empty where nothing answers. `short` are the
    accepted short answers, `items` what a list must hold; empty where any will do. `differs` where documents give
    different figures for what is asked."""

    id: str
    question: str
    lang: str
    files: frozenset[str]
    answers: tuple[str, ...] = ()
    answerable: bool = True
    grades: Mapping[str, float] = field(default_factory=dict)
    short: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    differs: bool = False


@dataclass(frozen=True, slots=True)
class ModeScore:
    """Means over the cases of one way to rank. `ndcg10` is NaN-free: 0 where no case is graded."""

    mode: str
    cases: int
    recall1: float
    recall5: float
    mrr: float
    ndcg10: float


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """One row a mode, and the milliseconds that our own search took per question, embedding included and
    reading left out."""

    modes: tuple[ModeScore, ...]
    p50_ms: float
    p95_ms: float


def read_cases(path: Path) -> list[Case]:
    """The cases of a JSONL file; AppError `evaluation.case` names the line that cannot be read."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                cases.append(_to_case(json.loads(line), number))
            except (ValueError, KeyError, TypeError) as error:
                raise AppError("evaluation.case", path=str(path), line=number, detail=str(error)) from None
    return cases


def _to_case(row: dict, number: int) -> Case:
    files = row.get("files") or ([row["file"]] if row.get("file") else [])
    return Case(
        id=str(row.get("id", number)),
        question=row["question"],
        lang=row.get("lang", "en"),
        files=frozenset(files),
        answers=tuple(row.get("answers", ())),
        answerable=bool(row.get("answerable", True)),
        grades=row.get("grades", {}),
        short=tuple(row.get("short", ())),
        items=tuple(row.get("items", ())),
        differs=bool(row.get("differs", False)),
    )


def measure_retrieval(
    index: SearchIndex, cases: Sequence[Case], read_page: ReadPage, note: Note = lambda case, scores: None
) -> RetrievalReport:
    """Rank the answerable cases in every mode over one index in one run; ours in the order that answers show, which
    reads the first passages' sentences too. `note` is told each case's own scores."""
    ranked: dict[str, list[tuple[Case, list[str]]]] = {}
    spent = []
    for case in cases:
        if not case.answerable or not case.files:
            continue
        started = time.perf_counter()
        result = index.search(case.question, lang=case.lang, k=_DEPTH)
        spent.append((time.perf_counter() - started) * 1000)
        orders = index.rank_plainly(case.question, _DEPTH, lang=case.lang)
        orders[OURS] = list(dict.fromkeys(hit.file for hit in order_found(result, index, read_page)))
        for mode, files in orders.items():
            ranked.setdefault(mode, []).append((case, files))
        own = _score(OURS, [(case, orders[OURS])])
        graded = {"ndcg10": own.ndcg10} if case.grades else {}
        note(case.id, {"recall1": own.recall1, "recall5": own.recall5, "mrr": own.mrr, **graded})
    modes = tuple(_score(mode, pairs) for mode, pairs in ranked.items())
    return RetrievalReport(modes, percentile(spent, 0.5), percentile(spent, 0.95))


def _score(mode: str, pairs: Sequence[tuple[Case, list[str]]]) -> ModeScore:
    return ModeScore(
        mode,
        len(pairs),
        mean([recall_at(files, case.files, 1) for case, files in pairs]),
        mean([recall_at(files, case.files, 5) for case, files in pairs]),
        mean([reciprocal_rank(files, case.files) for case, files in pairs]),
        mean([ndcg_at(files, case.grades, _DEPTH) for case, files in pairs if case.grades]),
    )
