"""A conversation in as few words as a language model has room for: the last turns nearly as they were, older ones as
one line each (question, route, key figures with their sources), the oldest as their questions, then as a count.

Extracts alone: no word in it is new, and the same conversation in the same room gives the same text. It calls no model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from core.i18n import format_number, plural, translate
from core.models.fence import fence_code, neutral
from core.records import Answer

CountTokens = Callable[[str], int]
_WHOLE_TURNS = 4
_WHOLE_SHARE = 0.6  # of the room, what the last turns may take
_ANSWER_MAX, _FIGURES_MAX, _QUESTION_MAX = 500, 140, 200
_ROWS_SHOWN, _CELLS_SHOWN = 3, 3
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
_FIGURE = re.compile(r"\d")
_MARK = re.compile(r"\s*\[\d+\]|\*\*")  # they would be taken for numbers of this question's passages
_SHARE_MAX = 1200


def fence_conversation(history: Sequence[Answer], lang: str, count: CountTokens, room_tokens: int) -> str:
    """The conversation before as the opening of a question, '' where there is none: its digest, in what a prompt of
    `room_tokens` can spare, fenced as data. It says what the question means; its figures are no evidence."""
    told = neutral(digest(history, lang, count, min(room_tokens // 4, _SHARE_MAX)))
    return translate("prompt.conversation", lang, code=fence_code([told]), conversation=told) + "\n\n" if told else ""


def digest(history: Sequence[Answer], lang: str, count: CountTokens, room_tokens: int) -> str:
    """The turns before, oldest first, in at most `room_tokens`; '' where there are none or there is no room.

    What does not fit is shortened from the oldest end: an answer becomes its key figures, then nothing, then the turn
    is only counted."""
    if not history or room_tokens <= 0:
        return ""
    lines: list[str] = []
    shorten = 0  # the first form that the next older turn may take
    for age, answer in enumerate(reversed(history)):
        forms = _forms(answer, lang)
        first = max(shorten, 0 if age < _WHOLE_TURNS else 1)
        for form in range(first, len(forms)):
            room = room_tokens * _WHOLE_SHARE if form == 0 else room_tokens
            left = len(history) - age - 1
            if count("\n".join([_left_out(left, lang), forms[form], *lines])) <= room:
                lines.insert(0, forms[form])
                shorten = form
                break
        else:
            break
    if not lines:
        return ""
    return "\n".join(filter(None, [_left_out(len(history) - len(lines), lang), *lines]))


def _forms(answer: Answer, lang: str) -> tuple[str, ...]:
    """One turn at length, as one line with its key figures, as its question."""
    question = f"- {_cut(answer.completed_question, _QUESTION_MAX)} ({answer.route.kind})"
    figures = key_figures(answer, lang)
    told = _cut(_MARK.sub("", answer.text or answer.message), _ANSWER_MAX)
    statement = f"\n  SQL: {_cut(answer.data.sql.text, _ANSWER_MAX)}" if answer.data and answer.data.sql else ""
    return (
        f"{question}: {told}{statement}" if told else question,
        f"{question}: {figures}" if figures else question,
        question,
    )


def key_figures(answer: Answer, lang: str) -> str:
    """The first rows with their tables, the first cited sentence that holds a figure (else the first) with its page."""
    told = []
    if answer.data is not None and answer.data.result is not None and answer.data.sql is not None:
        rows = [_row(row, lang) for row in answer.data.result.rows[:_ROWS_SHOWN]]
        if rows:
            told.append(f"{_cut('; '.join(rows), _FIGURES_MAX)} [{', '.join(answer.data.sql.tables)}]")
    cited = sorted(answer.citations, key=lambda citation: (not _FIGURE.search(citation.quote), citation.n))
    if cited:
        sentences = _SENTENCE.split(" ".join(cited[0].quote.split()))
        said = next((sentence for sentence in sentences if _FIGURE.search(sentence)), sentences[0])
        told.append(f"“{_cut(said, _FIGURES_MAX)}” [{cited[0].file}, {cited[0].page}]")
    return " ".join(told)


def _row(row: Sequence[object], lang: str) -> str:
    """The first cells of a row, figures as the language writes them."""
    shown = []
    for cell in row[:_CELLS_SHOWN]:
        is_figure = isinstance(cell, (int, float)) and not isinstance(cell, bool)
        shown.append(format_number(cell, lang) if is_figure else str(cell))
    return " ".join(shown)


def _left_out(turns: int, lang: str) -> str:
    return f"({plural('prompt.left_out', turns, lang)})" if turns else ""


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + "…"
