"""Conversations turn by turn: does each follow-up go where it should, and do its rows and quotes answer what was meant?

It asks the very assistant that the chat uses, each turn with the answers before it, and decides nothing that the cases
do not say. A turn's figures are the test of how it was completed: the same wording may be completed in many ways.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.assistant import Assistant, last_answer
from core.errors import AppError
from core.evaluation.both_cases import holds_rows, holds_text
from core.metrics import mean
from core.records import Answer


@dataclass(frozen=True, slots=True)
class TurnCase:
    """`route` is where the answer is to come from, `rows` the gold rows, `count` how many rows there are to be,
    `answers` texts one of which a verified quote holds, `chart` its kind; what is None is not judged."""

    question: str
    route: str
    rows: tuple[tuple[Any, ...], ...] | None = None
    count: int | None = None
    answers: tuple[str, ...] | None = None
    chart: str | None = None


@dataclass(frozen=True, slots=True)
class ConversationCase:
    id: str
    workspace: str
    lang: str
    turns: tuple[TurnCase, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A turn with its answer, and whether its route, rows, quote and chart are right."""

    case: TurnCase
    answer: Answer
    verdicts: dict[str, bool]

    @property
    def right(self) -> bool:
        return all(self.verdicts.values())


def read_conversations(path: Path) -> list[ConversationCase]:
    """Cases of a JSONL file with `id`, `workspace`, `lang` and `turns`, each with `question` and `route`."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            turns = tuple(_read_turn(turn) for turn in row["turns"])
            cases.append(ConversationCase(row["id"], row["workspace"], row["lang"], turns))
        except (ValueError, KeyError, TypeError):
            wanted = "id, workspace, lang, turns (question, route)"
            raise AppError("evaluation.case", path=str(path), line=number, detail=wanted) from None
    return cases


def _read_turn(row: dict[str, Any]) -> TurnCase:
    rows = tuple(tuple(cells) for cells in row["rows"]) if row.get("rows") is not None else None
    answers = tuple(row["answers"]) if row.get("answers") else None
    return TurnCase(row["question"], row["route"], rows, row.get("count"), answers, row.get("chart"))


def tell_conversation(assistant: Assistant, case: ConversationCase) -> list[Told]:
    """Every turn asked after the answers that the assistant itself gave to those before it."""
    history: list[Answer] = []
    told = []
    for turn in case.turns:
        answer = last_answer(assistant.ask(turn.question, history))
        history.append(answer)
        told.append(Told(turn, answer, judge_turn(turn, answer)))
    return told


def judge_turn(turn: TurnCase, answer: Answer) -> dict[str, bool]:
    """What of a turn is judged, and whether it is right."""
    verdicts = {"route": answer.route.kind == turn.route}
    if turn.rows is not None:
        verdicts["rows"] = holds_rows(turn.rows, answer)
    if turn.count is not None:
        shown = answer.data.result.rows if answer.data is not None and answer.data.result is not None else ()
        verdicts["count"] = len(shown) == turn.count
    if turn.answers is not None:
        verdicts["quote"] = holds_text(turn.answers, answer)
    if turn.chart is not None:
        chart = answer.data.chart if answer.data is not None else None
        verdicts["chart"] = chart is not None and chart.kind == turn.chart
    return verdicts


def summarize_conversations(told: Iterable[tuple[ConversationCase, list[Told]]]) -> dict:
    """Shares of right turns: all, follow-ups alone, by language and workspace; and what was wrong with the others."""
    told = list(told)
    turns = [(case, number, turn) for case, turns in told for number, turn in enumerate(turns)]

    def share(chosen: Iterable[tuple[ConversationCase, int, Told]]) -> float:
        right = [float(turn.right) for _, _, turn in chosen]
        return round(mean(right), 4) if right else 0.0

    return {
        "conversations": len(told),
        "turns": len(turns),
        "right": share(turns),
        "follow_ups": share(found for found in turns if found[1] > 0),
        "whole": sum(all(turn.right for turn in turns) for _, turns in told),
        **{
            f"by_{name}": {
                key: share(found for found in turns if getattr(found[0], name) == key)
                for key in sorted({getattr(case, name) for case, _ in told})
            }
            for name in ("lang", "workspace")
        },
        "wrong": [
            {"id": f"{case.id}.{number + 1}", "question": turn.case.question,
             "completed": turn.answer.completed_question, "route": turn.answer.route.kind, **turn.verdicts}
            for case, number, turn in turns if not turn.right
        ],
    }  # fmt: skip
