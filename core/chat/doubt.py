"""What lowers the learned chance that the documents answer: signs of office documents that encyclopedia articles, from
which the judge learned, have not. A question of another period, sort or party, a name of another file, a figure of a
form that nothing has.

Every sign leaves a share (0..1) of the chance, set by hand. It measures no topic; `decline` does.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence, Set

from core.chat.citations import same_fact
from core.chat.contrast import around, keys_of
from core.chat.extract import Evidence, Ranked
from core.chat.qualify import asked_sorts, find_marks
from core.chat.question import Understood
from core.chat.spans import find_fitting, find_spans
from core.chat.words import Vocabulary, Word, fold
from core.records import SearchResult

_OFF_PERIOD = ((3.0, 0.3), (1.5, 0.35))  # left where the best evidence missed the period that is asked for by so much
_OFF_NAME = 0.35  # where it speaks of other documents' company, product or person
_OFF_SORT = 0.3  # and of another sort: per week for per month, of employees for interns
_SILENT_RATE = 0.4  # where so much a month is asked for and it says none
_OTHER_ROW = 0.3  # where it is a row of a table that the question does not name, and lacks a word of the question
_ONE_OF_MANY = 0.3  # where others hold as much of the question, and a noun of it is near none
_RIVALS = 8
_HEAD = 400  # characters at the top of a document, which say whose all the rest is
_LED = re.compile(  # what stands before a noun
    r"\b(?:of|for|by|in|on|at|with|the|an?|per|del?|por|para|con|en|el|la|los|las|una?)\s+$"
)
_WHAT_IS = re.compile(r"(?:what|¿?cual) (?:is|was|es|fue|era)\b")
_UNKNOWN_NAME = 0.35  # where the question has a name that no document holds: 97 of 100 such have no answer there
_MISSPELT = 0.5  # the same beside another name that is known: it may be written otherwise
_NAME_ELSEWHERE = 0.4  # and one that few others hold, and the document of the best evidence does not
_FEW = 2  # a name of more documents may go unsaid: they are about it
_PART_OF_NAME = 0.35  # where it has one part of a name without the other
_STRANGE = 0.5  # left where text in the question's language is here, and no passage holds anything of the question
_HELD = 0.1
_UNKNOWN_UNIT = 0.3  # and where no document holds the very thing that is to be counted
_AMOUNTS = ("money", "number", "percent", "duration")
_FIGURES = ("money", "percent", "time")
_NO_FIGURE = 0.5  # left where the best evidence has no figure of that form
_ADDRESSES = ("code", "email", "phone", "link")
_NO_ADDRESS = 0.4  # left where an address or number of that form is asked for and no candidate has one


def what_is_left(understood: Understood, ranked: Ranked, result: SearchResult, vocabulary: Vocabulary) -> float:
    """The share (0..1) of the chance that all signs together leave. `ranked` must hold evidence."""
    best, want = ranked.evidence[0], understood.want
    left = next((share for loss, share in _OFF_PERIOD if best.off_period >= loss), 1.0)
    left *= _OFF_NAME if best.off_name else 1.0
    left *= _OFF_SORT if _is_off_sort(ranked) else 1.0
    left *= _SILENT_RATE if _is_silent_on_rate(understood, ranked) else 1.0
    left *= _ONE_OF_MANY if _is_one_of_many(understood, ranked, vocabulary) else 1.0
    left *= _OTHER_ROW if _is_other_row(best, ranked, vocabulary) else 1.0
    left *= _name_share(ranked, understood, vocabulary)
    left *= _UNKNOWN_UNIT if _unknown_unit(ranked, understood, vocabulary) else 1.0
    left *= _NO_FIGURE if want in _FIGURES and not _holds(want, ranked, 1) else 1.0
    left *= _NO_ADDRESS if want in _ADDRESSES and not _holds(want, ranked, 12) else 1.0
    left *= _STRANGE if _is_strange(understood, result) or _only_names(ranked) else 1.0
    return left


def _is_off_sort(ranked: Ranked) -> bool:
    """Whether the best evidence tells of another sort than the question, or would if its rivals were not silent."""
    best = ranked.evidence[0]
    if best.off_sort:
        return True
    unhindered = max(ranked.evidence, key=lambda e: e.score + e.off_sort)
    held, own = keys_of([unhindered]), keys_of([best])
    lacks = any(word.keys & held and not word.keys & own for word in ranked.asked_of(best))
    return bool(unhindered.off_sort) and (lacks or not best.on_sort)


def _name_share(ranked: Ranked, understood: Understood, vocabulary: Vocabulary) -> float:
    """What names leave that are not where the best evidence is, in documents of the question's language."""
    best = ranked.evidence[0]
    if ranked.lang_of(best) != understood.lang:
        return 1.0
    names = [word for word in ranked.asked_of(best) if word.named and len(word.text) > 3]
    openings = {word.opening for item in ranked.evidence for word in item.words} - {""}
    if any(not vocabulary.seen(word) and word.opening not in openings for word in names):
        return _MISSPELT if any(vocabulary.seen(word) for word in names) else _UNKNOWN_NAME
    here = keys_of(e for e in ranked.evidence if e.hit.document_id == best.hit.document_id)
    strange = [word for word in names if not word.keys & here]
    if any(0 < len(held := vocabulary.holders(word)) <= _FEW and best.hit.document_id not in held for word in strange):
        return _NAME_ELSEWHERE
    told = [word for word in names if best.hit.document_id in vocabulary.holders(word)]
    return _PART_OF_NAME if _lacks_part(told, keys_of(around(best, ranked, 1)), understood.text) else 1.0


def _lacks_part(names: Sequence[Word], near: Set[str], text: str) -> bool:
    """Whether the best evidence and its heading hold the first part of a name without the second: what is said of
    Kestrel is not said of Kestrel Medical. A person goes by the second."""
    pairs = [(a, b) for a, b in itertools.pairwise(names) if text[a.end : b.start] == " "]
    return any(a.keys & near and not b.keys & near for a, b in pairs)


def _is_silent_on_rate(understood: Understood, ranked: Ranked) -> bool:
    """Whether an amount by the hour, month or year is asked for, and the best evidence is silent on it."""
    sorts = asked_sorts(understood.text, understood.want).get("rate")
    best = ranked.evidence[0]
    headings = best.row.headings if best.row else ()
    said = " ".join((best.text, *(word.text for word in best.context), *headings))
    return bool(sorts) and not any(mark.respect == "rate" for mark in find_marks(said))


def _is_one_of_many(understood: Understood, ranked: Ranked, vocabulary: Vocabulary) -> bool:
    """Whether others with figures hold all that the best one holds of the question, and a noun that would tell which is
    meant is near none of them, though the library has it: 'the excess for theft' where two other excesses are told."""
    best = ranked.evidence[0]
    asks = understood.want in _AMOUNTS or bool(_WHAT_IS.match(fold(understood.text)))
    of_figures = asks and _holds_amount(best)
    if understood.kind not in ("fact", "define") or ranked.lang_of(best) != understood.lang or not of_figures:
        return False
    asked = ranked.asked_of(best)
    opening = [e for e in ranked.evidence if e.hit.document_id == best.hit.document_id and e.page == 1]
    here = keys_of((*around(best, ranked, 1), *(e for e in opening if e.start < _HEAD)))
    missing = [word for word in asked if not word.named and not word.keys & here]
    if not any(vocabulary.seen(word) and _LED.search(fold(understood.text[: word.start])) for word in missing):
        return False
    held = [word for word in asked if word.keys & keys_of([best])]
    rivals = [e for e in ranked.evidence[1:_RIVALS] if not same_fact(e.words, best.words)]
    return any(_holds_amount(e) and all(word.keys & keys_of([e]) for word in held) for e in rivals)


def _holds_amount(item: Evidence) -> bool:
    return any(span.sort in _AMOUNTS for span in find_spans(item.text, item.hit.lang))


def _is_other_row(best: Evidence, ranked: Ranked, vocabulary: Vocabulary) -> bool:
    """Whether the best evidence is a row whose label the question does not say, and the question has words that neither
    the row nor what stands over it has."""
    if best.row is None:
        return False
    asked = ranked.asked_of(best)
    label = vocabulary.words(f"{best.row.section} {best.row.label}", ranked.lang_of(best))
    keys = {key for word in asked for key in word.keys}
    here = keys_of([best])
    return not any(word.weight > 0 and word.keys & keys for word in label) and any(not w.keys & here for w in asked)


def _is_strange(understood: Understood, result: SearchResult) -> bool:
    """Whether the library speaks the question's language, and yet no passage holds any of it, translated or not."""
    speaks = any(hit.lang == understood.lang for hit in result.hits)
    return speaks and max((hit.coverage for hit in result.hits), default=0.0) < _HELD


def _only_names(ranked: Ranked) -> bool:
    """Whether of a question with more words than names no candidate holds any but the names: 'the boiling point of
    tungsten in Northwind' is not answered by what is said of Northwind."""
    others = [word for word in ranked.asked_of(ranked.evidence[0]) if not word.named and word.weight > 0]
    return len(others) > 1 and not any(word.keys & keys_of(ranked.evidence) for word in others)


def _holds(want: str, ranked: Ranked, first: int) -> bool:
    """Whether any of the first candidates has a span of the sort asked for."""
    return any(find_fitting(want, e.text, ranked.lang_of(e)) for e in ranked.evidence[:first])


def _unknown_unit(ranked: Ranked, understood: Understood, vocabulary: Vocabulary) -> bool:
    """Whether the thing that is counted ('how many cars') is in no document of the question's language."""
    if not understood.unit or understood.want != "number" or ranked.lang_of(ranked.evidence[0]) != understood.lang:
        return False
    asked = ranked.asked_of(ranked.evidence[0])
    counted = [word for word in asked if fold(word.text) == understood.unit and word.start > 1]
    openings = {word.opening for item in ranked.evidence for word in item.words} - {""}
    return bool(counted) and not any(vocabulary.seen(word) or word.opening in openings for word in counted)
