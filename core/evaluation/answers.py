"""How good the documents' answers are: found in the first quote, quotes verbatim, declined when nothing answers.

It asks the very assistant that the chat uses, and reads pages again to see whether a quote stands where it is said to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.assistant import Assistant, last_answer
from core.evaluation.retrieval import Case, Note
from core.i18n import fold_space
from core.library import Library
from core.metrics import balanced_accuracy, mean, percentile
from core.records import Answer

_SHORT = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """Shares over the cases they apply to (0..1), counts, milliseconds a question.

    `in_first_quote` and `in_any_quote` count a declined answerable case as missed; `declined_balanced` is the mean of
    answered among the answerable and declined among the unanswerable, 0 where one of both kinds is absent. `items` is
    the share of the things that lists must hold and do; `wrong_short` counts short answers in bold that are wrong,
    `differing` those of the cases whose documents give different figures in which that is said, `differing_wrongly` the
    others in which it is."""

    cases: int
    answerable: int
    in_first_quote: float
    in_any_quote: float
    answered: float
    declined: float
    declined_balanced: float
    items: float
    wrong_short: int
    differing: float
    differing_wrongly: int
    quotes: int
    quotes_not_verbatim: int
    p50_ms: float
    p95_ms: float


def measure_answers(
    assistant: Assistant, library: Library, cases: Sequence[Case], note: Note = lambda case, scores: None
) -> AnswerReport:
    """Ask every case, documents only. `note` is told each case's own scores."""
    asked = [(case, last_answer(assistant.ask(case.question, lang=case.lang, route="documents"))) for case in cases]
    for case, answer in asked:
        note(case.id, _scores(case, answer, library))
    told = [(case, answer) for case, answer in asked if case.answerable and case.answers]
    flags = [case.answerable for case, _ in asked]
    given = [answer.status == "answered" for _, answer in asked]
    said = [(case.differs, any(quote.against for quote in answer.citations)) for case, answer in asked]
    quotes = [quote for _, answer in asked for quote in answer.citations]
    times = [answer.timings_ms["total"] for _, answer in asked]
    return AnswerReport(
        cases=len(asked),
        answerable=sum(flags),
        in_first_quote=mean([float(holds_answer(case, answer, 1)) for case, answer in told]),
        in_any_quote=mean([float(holds_answer(case, answer, None)) for case, answer in told]),
        answered=mean([float(said) for flag, said in zip(flags, given, strict=True) if flag]),
        declined=mean([float(not said) for flag, said in zip(flags, given, strict=True) if not flag]),
        declined_balanced=balanced_accuracy(flags, given) if len(set(flags)) == 2 else 0.0,
        items=mean([float(_is_held(item, answer)) for case, answer in asked for item in case.items]),
        wrong_short=sum(is_wrong_short(case, answer) for case, answer in asked),
        differing=mean([float(told) for differs, told in said if differs]),
        differing_wrongly=sum(told and not differs for differs, told in said),
        quotes=len(quotes),
        quotes_not_verbatim=sum(not _is_verbatim(library, quote) for quote in quotes),
        p50_ms=round(percentile(times, 0.5), 1),
        p95_ms=round(percentile(times, 0.95), 1),
    )


def _scores(case: Case, answer: Answer, library: Library) -> dict[str, float]:
    """Those that apply: one that does not is left out."""
    right = {"short_not_wrong": float(not is_wrong_short(case, answer))}
    if not case.answerable:
        return right | {"declined": float(answer.status != "answered")}
    found = right | {"answered": float(answer.status == "answered")}
    if case.answers:
        found["in_first_quote"] = float(holds_answer(case, answer, 1))
        found["in_any_quote"] = float(holds_answer(case, answer, None))
    if answer.citations:
        found["verbatim"] = float(all(_is_verbatim(library, quote) for quote in answer.citations))
    return found


def holds_answer(case: Case, answer: Answer, quotes: int | None) -> bool:
    """Whether one of the accepted answers stands in the first `quotes` quotes (all where None), white space folded."""
    texts = [fold_space(quote.quote) for quote in answer.citations[:quotes]]
    return any(fold_space(accepted) in text for accepted in case.answers for text in texts)


def is_wrong_short(case: Case, answer: Answer) -> bool:
    """Whether a short answer stands before the quotes where nothing answers, where the first quote does not, or where
    it is none of those accepted."""
    match = _SHORT.match(answer.text)
    if match is None:
        return False
    accepted = [short for short in case.short if fold_space(short) in fold_space(match.group(1))]
    return not holds_answer(case, answer, 1) or (bool(case.short) and not accepted)


def _is_held(item: str, answer: Answer) -> bool:
    return any(fold_space(item) in fold_space(quote.quote) for quote in answer.citations)


def _is_verbatim(library: Library, quote) -> bool:
    page = library.page(quote.document_id, quote.page)
    return page is not None and page.text[quote.start : quote.end] == quote.quote and len(quote.quote) <= 350
