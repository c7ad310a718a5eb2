"""One text from two answers: what the rows show, what the passages say, and whether their figures agree.

It asks nothing: both sides have answered. Sentences come from each side as they are.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.both.cite import further_quotes, next_sentence, number_citations, says_something
from core.both.judge import beside_claim, restates
from core.both.match import Pages, find_matches
from core.i18n import plural, translate
from core.reconcile.tell import agreement, tell_comparisons, value_text
from core.records import Answer, Check, Citation, Comparison, DocumentsAnswer, SqlAnswer
from core.router.choose import LIKELY
from core.router.split import Parts

_QUOTES_SHOWN = 3
_TOLD_FROM = 100.0


@dataclass(frozen=True, slots=True)
class Woven:
    """The joint text (Markdown with [n] marks), its citations, and what was laid side by side."""

    text: str
    citations: tuple[Citation, ...]
    comparisons: tuple[Comparison, ...] = ()
    agreement: str | None = None


def weave(
    parts: Parts,
    written: DocumentsAnswer,
    data: SqlAnswer,
    lang: str,
    shelf: Pages,
) -> Woven:
    """Rows and passages in one text. Where a document states the figure of the rows, its line is cited first.

    The documents that the question names are read whole for a comparison."""
    matches = find_matches(parts, written, data, lang, shelf)
    cited = [found for found in written.citations if not matches or says_something(found.quote)]
    silent = written.status != "answered" and written.chance <= LIKELY and not parts.compares
    if not parts.compares and restates(written, data):
        cited += next_sentence(written)
    citations, comparisons = number_citations(
        matches, cited if matches or silent else [*cited, *further_quotes(written)]
    )
    kept = _shown(citations, comparisons, parts.compares)
    claimed = _claimed(parts, data, comparisons)
    if claimed:  # what documents state is told beside the verdict only where it is no small figure, equal by chance
        comparisons = [found for found in comparisons if abs(found.tabled) >= _TOLD_FROM]
    comparisons = (*claimed, *comparisons)
    sections = [_rows(data, parts.data, lang), _passages(kept, written, parts.documents, lang)]
    if comparisons and parts.compares:  # what was asked is whether they agree
        sections.insert(0, tell_comparisons(comparisons, lang))
    elif comparisons:
        sections.append(tell_comparisons(comparisons, lang))
    elif parts.compares:
        sections.append(translate("reconcile.not_compared", lang))
    return Woven("\n\n".join(filter(None, sections)), kept, comparisons, agreement(comparisons))


def _shown(citations: tuple[Citation, ...], comparisons: Sequence[Comparison], compares: bool) -> tuple[Citation, ...]:
    """Those that comparisons rest on and a few more; where a comparison was asked for, of these the ones alone that
    state a compared figure too."""
    compared = len({found.n for found in comparisons})
    others = citations[compared : compared + _QUOTES_SHOWN]
    if compared and compares:
        others = tuple(c for c in others if any(found.stated in c.quote for found in comparisons))
    return (*citations[:compared], *(dataclasses.replace(c, n=n) for n, c in enumerate(others, compared + 1)))


def _claimed(parts: Parts, data: SqlAnswer, comparisons: Sequence[Comparison]) -> list[Comparison]:
    """The amount that the question names beside the rows', where no document states the same amount."""
    found = beside_claim(parts.claimed, data)
    if found is None or found.reason == "bound":
        return [found] if found else []
    return [] if any(math.isclose(found.documented, other.documented) for other in comparisons) else [found]


def _rows(data: SqlAnswer, asked: str, lang: str) -> str:
    if data.result is None or data.result.error is not None:
        return translate("both.no_table", lang, asked=asked.strip(" ¿?."))
    rows = data.result.rows
    if not rows:
        told = translate("assistant.no_row", lang)
    else:
        told = " ".join(data.insight) or plural("assistant.rows", len(rows), lang)
    return translate("both.tables", lang, told=told)


def _passages(citations: Sequence[Citation], written: DocumentsAnswer, asked: str, lang: str) -> str:
    if not citations:
        return translate("both.no_passage", lang, asked=asked.strip(" ¿?."), why=written.message).strip()
    quotes = [f"“{' '.join(c.quote.split())}” [{c.n}]" for c in citations]
    if len(quotes) == 1:
        return translate("both.documents", lang, told=quotes[0])
    return translate("both.documents", lang, told="\n" + "\n".join(f"- {quote}" for quote in quotes))


def unconfirmed(written: DocumentsAnswer, lang: str) -> DocumentsAnswer:
    """What the documents say of a claim that no table could confirm, with that said."""
    return dataclasses.replace(written, text=f"{written.text}\n\n{translate('both.unconfirmed', lang)}")


def checks_of(answer: Answer) -> tuple[Check, ...]:
    """The answer's checks with one for each compared figure: a document that differs from the rows is told, not hidden.
    They stand in for the checks of the section that tells the comparison, where it stands as it was written here."""
    told = tell_comparisons(answer.comparisons, answer.lang)
    start = answer.text.find(told) if told else -1
    end = start + len(told)
    return tuple(check for check in answer.checks if start < 0 or not start <= check.start < end) + tuple(
        Check(
            f"{found.label + ': ' if found.label else ''}{found.stated} = {value_text(found.tabled, 'en')}",
            "supported" if found.verdict == "agree" else "partly",
            f"figures_{found.verdict}",
        )
        for found in answer.comparisons
    )
