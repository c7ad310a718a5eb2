"""A summary of one topic: the sentences of the passages found that speak of it, over the document that is named or over
all. Summaries of a whole document are `summary`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.chat import rank
from core.chat.citations import QUOTE_MAX, same_fact
from core.chat.extract import Evidence, Ranked
from core.chat.scope import Identity
from core.chat.words import Word

_LEAST = 0.35  # the share of the topic's words that the best sentence, with its headings, must hold
_CLOSE = 0.5  # a sentence half as close as the best one still belongs to the summary
_SECTION = 0.7  # what its section's share of the topic counts beside a sentence's own
_HEADED = 0.8  # and what it counts that a heading itself is the topic
_ROW = 0.2  # rows of figures come after prose
_FIGURE = 0.01
_COSINE = 0.5  # what nearness in meaning counts beside the share of words


def documents_named(words: Sequence[Word], identities: Mapping[int, Identity]) -> set[int]:
    """The documents that bear most of the words by weight; empty where no document bears any.

    A figure, such as a year, only tells documents apart that bear a word, or where nothing but figures is asked."""
    plain = [word for word in words if not word.text[0].isdigit()]
    borne = {number: _borne(plain, identity) for number, identity in identities.items()}
    if plain and not any(borne.values()):
        return set()
    borne = {number: weight + _FIGURE * _borne(words, identities[number]) for number, weight in borne.items()}
    most = max(borne.values(), default=0.0)
    return {number for number, weight in borne.items() if weight == most} if most else set()


def _borne(words: Sequence[Word], identity: Identity) -> float:
    return sum(word.weight for word in words if word.keys & identity.keys)


def speak_of(topic: Sequence[Word], ranked: Ranked, documents: set[int], count: int) -> list[Evidence]:
    """Up to `count` sentences on the topic in reading order, among `documents` where any are given; empty where none
    holds enough of it. `topic` is matched by the keys that its words have in the first document's language."""
    open_to = [e for e in ranked.evidence if not documents or e.hit.document_id in documents]
    topic = [word for word in topic if not word.text[0].isdigit()] or topic  # periods have had their say in the ranking
    close = _closeness(topic, open_to)
    spoken = {(e.hit.document_id, e.page, e.order) for e in open_to if _covered(topic, e)}
    open_to = [e for e in open_to if {(e.hit.document_id, e.page, e.order - n) for n in (0, 1)} & spoken]
    ordered = sorted(
        (e for e in open_to if len(e.text) <= QUOTE_MAX and not e.text.isupper()), key=lambda e: -close[e.place]
    )
    if not ordered or max(_covered(topic, e) for e in ordered) < _LEAST:
        return []
    chosen: list[Evidence] = []
    for item in ordered:
        if len(chosen) == count or close[item.place] < _CLOSE * close[ordered[0].place]:
            break
        if not any(same_fact(item.words, other.words) for other in chosen):
            chosen.append(item)
    places = {number: place for place, number in enumerate(dict.fromkeys(e.hit.document_id for e in ranked.evidence))}
    return sorted(chosen, key=lambda e: (places[e.hit.document_id], e.page, e.start))


def _covered(topic: Sequence[Word], item: Evidence) -> float:
    context = {key for word in item.context for key in word.keys}
    return rank.coverage(topic, rank.matches(topic, item.words), context)


def _closeness(topic: Sequence[Word], evidence: Sequence[Evidence]) -> dict[tuple[int, int, int, int], float]:
    """By place: how much of the topic each sentence holds, and how much of it its section holds together."""
    sections: dict[tuple, set[str]] = {}
    for item in evidence:
        held = sections.setdefault(_section(item), {key for word in item.context for key in word.keys})
        held.update(key for word in item.words for key in word.keys)
    total = sum(word.weight for word in topic) or 1.0
    shared = {key: sum(w.weight for w in topic if w.keys & held) / total for key, held in sections.items()}
    return {
        item.place: _covered(topic, item)
        + _SECTION * shared[_section(item)]
        + _HEADED * rank.coverage(topic, rank.matches(topic, item.context))
        + _COSINE * max(item.cosine, 0.0)
        - item.off_period / 3
        - _ROW * (item.row is not None)
        for item in evidence
    }


def _section(item: Evidence) -> tuple:
    """Sentences of one document under the same heading share it."""
    return item.hit.document_id, tuple(word.text for word in item.context)
