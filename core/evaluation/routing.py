"""How often a question goes where it should: over mixed workspaces, the very assistant that the chat uses.

It can also gather what the router reads and fit its weights anew; workspaces that are held out are never fitted on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.assistant import Assistant, last_answer
from core.errors import AppError
from core.metrics import mean
from core.records import Answer
from core.router import model
from core.router.fit import fit

_RIDGE = 0.1
_RIDGE_EARLY = 0.03  # its chances are compared with a high threshold: shrunk ones would hardly reach it


@dataclass(frozen=True, slots=True)
class RoutingCase:
    id: str
    workspace: str
    question: str
    lang: str
    route: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the router read of a question, its right class, and its workspace."""

    workspace: str
    cheap: list[float]
    early: list[float]
    whole: list[float]
    label: str


def read_routing_cases(path: Path) -> list[RoutingCase]:
    """Cases of a JSONL file with `workspace`, `question`, `lang` and `route`."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            cases.append(RoutingCase(**{name: row[name] for name in ("id", "workspace", "question", "lang", "route")}))
        except (ValueError, KeyError, TypeError):
            raise AppError(
                "evaluation.case", path=str(path), line=number, detail="workspace, question, lang, route"
            ) from None
    return cases


def summarize_routing(answered: Iterable[tuple[RoutingCase, Answer]], held_out: Collection[str]) -> dict:
    """Shares of right routes: in all, held out, by workspace, route and language; what was taken for what."""
    told = [(case, found.route.kind) for case, found in answered]
    right = {case.id: float(case.route == kind) for case, kind in told}

    def share(rows: list[RoutingCase]) -> float:
        return round(mean([right[case.id] for case in rows]), 4) if rows else 0.0

    cases = [case for case, _ in told]
    return {
        "cases": len(cases),
        "right": share(cases),
        "held_out": share([case for case in cases if case.workspace in held_out]),
        "others": share([case for case in cases if case.workspace not in held_out]),
        **{
            f"by_{name}": {key: share([c for c in cases if getattr(c, name) == key]) for key in keys}
            for name in ("workspace", "route", "lang")
            for keys in [sorted({getattr(case, name) for case in cases})]
        },
        "taken_for": dict(Counter(f"{case.route} -> {kind}" for case, kind in told if case.route != kind)),
        "wrong": [f"{case.id}: {kind}: {case.question}" for case, kind in told if case.route != kind],
    }


def gather(assistant: Assistant, case: RoutingCase) -> Gathered | None:
    """What the router reads of a case that is one side's or nobody's; None for the other routes."""
    if case.route not in model.CLASSES:
        return None
    signals = assistant.signals_of(case.question, case.lang)
    return Gathered(
        case.workspace,
        model.cheap_values(signals.said, signals.sounding),
        model.early_values(signals.said, signals.sounding, signals.written),
        model.whole_values(signals.said, signals.sounding, signals.written, signals.data),
        case.route,
    )


def fit_router(gathered: Sequence[Gathered]) -> dict:
    """The weights of the three models, as `core/router/weights.json` holds them."""
    labels = [row.label for row in gathered]
    return {
        name: {"names": list(names), **fit([getattr(row, name) for row in gathered], labels, model.CLASSES, ridge)}
        for name, names, ridge in (
            ("cheap", model.CHEAP, _RIDGE),
            ("early", model.EARLY, _RIDGE_EARLY),
            ("whole", model.WHOLE, _RIDGE),
        )
    }


def ask_case(assistant: Assistant, case: Any) -> Answer:
    """The answer to a case with `question` and `lang`."""
    return last_answer(assistant.ask(case.question, lang=case.lang))
