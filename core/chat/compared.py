"""Comparisons: each of the things compared is asked for by itself, and the best quote on each is shown; where both give
one figure of one unit, which is more and by how much.

It reads no figures: `Amounts`, which the caller hands in, does, and without it no difference is told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from core.chat.decline import judge
from core.chat.differ import Amounts, short_of
from core.chat.extract import Evidence, Ranked, rank_sentences
from core.chat.gather import Pages
from core.chat.question import Understood, one_side
from core.chat.wording import SHORT_FROM, cite, compose, hidden_message
from core.chat.words import Vocabulary, Word
from core.i18n import translate
from core.records import DocumentsAnswer, SearchResult

_SAYS_MORE = 3.0  # on a side that is compared, so much may a sentence lack that says what is asked of both


class Search(Protocol):
    def __call__(self, text: str) -> SearchResult: ...


@dataclass(frozen=True, slots=True)
class Compared:
    """One side of a comparison: what was asked of it and found, all its candidates, the best of them, and the chance
    that this is its answer."""

    name: str
    understood: Understood
    result: SearchResult
    ranked: Ranked
    item: Evidence
    chance: float


def compare_sides(
    understood: Understood,
    result: SearchResult,
    vocabulary: Vocabulary,
    pages: Pages,
    search: Search | None,
    amounts: Amounts | None = None,
) -> DocumentsAnswer | None:
    """The best quote on each thing that is compared; None where less than two of them are answered."""
    sides = _sides(understood, result, vocabulary, pages, search)
    if len(sides) < 2:
        return None
    cited = [cite(n, s.item, s.understood, s.ranked, s.result, vocabulary, pages) for n, s in enumerate(sides, 1)]
    confidence = min(side.chance for side in sides)
    cited = cited if confidence >= SHORT_FROM else [(citation, "") for citation, _ in cited]
    citations = tuple(citation for citation, _ in cited)
    text, message = compose(cited, [side.name for side in sides]), hidden_message(citations, understood.lang)
    lead = _lead(sides, vocabulary, amounts) if amounts is not None and cited[0][1] and cited[1][1] else ""
    text = f"{text}\n\n{lead}" if lead else text
    hits = tuple({hit.piece_id: hit for side in sides for hit in side.result.hits}.values())
    return DocumentsAnswer("answered", text, message, round(confidence, 4), citations, hits, {}, confidence)


def _lead(sides: Sequence[Compared], vocabulary: Vocabulary, amounts: Amounts) -> str:
    """Which of two sides is more, and by how much; '' where their figures are not of one unit."""
    one, other = sides[:2]
    told = [short_of(side.item, side.understood, side.ranked, vocabulary) for side in (one, other)]
    lead = amounts.lead(told[0], told[1], one.ranked.lang_of(one.item), one.understood.lang)
    if lead is None:
        return ""
    more, gap = lead
    first, second = (one, other) if more else (other, one)
    return translate("chat.answer.more", one.understood.lang, side=first.name, other=second.name, gap=gap)


def _sides(
    understood: Understood, result: SearchResult, vocabulary: Vocabulary, pages: Pages, search: Search | None
) -> list[Compared]:
    """The best sentence on each thing that is compared, each asked for by itself, where it answers."""
    found: list[Compared] = []
    shared = vocabulary.question_words(understood.shared, understood.lang)
    for side in understood.sides:
        alone = one_side(understood, side)
        own = search(alone.text) if search is not None else result
        ranked = rank_sentences(alone, own, vocabulary, pages)
        words = vocabulary.question_words(side, understood.lang)
        given = {(c.item.place, short_of(c.item, c.understood, c.ranked, vocabulary)) for c in found}
        fit = [e for e in ranked.evidence if _holds_all(words, e) and _is_new(e, alone, ranked, vocabulary, given)]
        near = [e for e in fit if e.score > fit[0].score - _SAYS_MORE]
        telling = [e for e in near if alone.want and short_of(e, alone, ranked, vocabulary)]
        fit = telling or [e for e in near if _meets(shared, e)] or fit
        if not fit:
            continue
        ranked = replace(ranked, evidence=(fit[0], *(e for e in ranked.evidence if e is not fit[0])))
        verdict = judge(alone, ranked, own, vocabulary)
        if verdict.answers:
            share = fit[0].chance / (sum(e.chance for e in fit) or 1.0)
            found.append(Compared(side, alone, own, ranked, fit[0], verdict.chance * share))
    return found


def _is_new(
    item: Evidence, alone: Understood, ranked: Ranked, vocabulary: Vocabulary, given: Collection[tuple]
) -> bool:
    """Whether a sentence is not the other side's already, or gives this side another figure than that one."""
    if all(item.place != place for place, _ in given):
        return True
    short = short_of(item, alone, ranked, vocabulary)
    return (item.place, short) not in given if short else item.row is not None


def _meets(words: Sequence[Word], item: Evidence) -> bool:
    """Whether a sentence itself, not what stands over it, holds one of the words."""
    held = {key for word in item.words for key in word.keys}
    return any(word.weight > 0 and word.keys & held for word in words)


def _holds_all(words: Sequence[Word], item: Evidence) -> bool:
    """Whether a sentence speaks of a thing: its words, its headings or its file's name hold half of the thing's own,
    and where it is a noun with a name ('the boiler of Canal House') that noun too."""
    held = {key for word in (*item.words, *item.context) for key in word.keys}
    noun = words[0] if words and words[0].text.islower() and any(not word.text.islower() for word in words) else None
    if noun is not None and not noun.keys & held:
        return False
    return 2 * sum(bool(word.keys & held) for word in words) >= len(words)
