"""Proposes cases from what the workspace holds: questions the assistant can answer, with the answer it gives.

Each waits for a person: what is proposed is what the product says today, and only a person knows whether it is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.assistant import Assistant, last_answer
from core.records import Answer


def propose_cases(
    assistant: Assistant, questions: Iterable[str], lang: str, report: Callable[[int], bool] = lambda _: True
) -> list[dict]:
    """A case for each question that is answered with evidence: its file, page and key words, or its statement."""
    found = []
    for question in questions:
        if not report(len(found)):
            break
        case = _case(last_answer(assistant.ask(question, lang=lang)), lang)
        if case is not None:
            found.append(case)
    return found


def _case(answer: Answer, lang: str) -> dict | None:
    if answer.status != "answered" or (not answer.citations and answer.data is None):
        return None
    case: dict = {"question": answer.question, "lang": lang, "kind": "documents"}
    if answer.data is not None and answer.data.sql is not None:
        case |= {"gold_sql": answer.data.sql.text, "kind": "both" if answer.citations else "data"}
    if answer.citations:
        best = answer.citations[0]
        start, end = best.key or (best.start, best.end)
        words = best.quote[start - best.start : end - best.start] or best.quote
        case |= {"files": [best.file], "page": best.page, "answers": [" ".join(words.split())]}
    return case
