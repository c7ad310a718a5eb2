"""Extractive summaries: the central sentences of one document, spread over its sections, each quoted as it stands.

Centrality is the mean similarity of a sentence's weighted words to all others of its document (LexRank without its
iteration, Erkan & Radev 2004); redundancy is held down by maximal marginal relevance (Carbonell & Goldstein 1998).
"""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from core.chat.citations import QUOTE_MAX
from core.chat.words import Vocabulary, fold
from core.records import Page

LEADERS = re.compile(r"[.·]{4}|(?:[.·] ){4}|…{2}|(?:… ){2}")  # what leads the eye to the page number of a contents list
_SENTENCE = re.compile(r"[.!?…][\"”»')\]]*(?=\s+[\"“«(\[¿¡]*[A-ZÁÉÍÓÚÜÑ0-9¿¡])|\n\s*\n|\n(?=\s*[•\-–*] )")
_ABBREVIATION = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|st|sr|sra|no|art|inc|ltd|co|corp|etc|núm|pág|vol|e\.g|i\.e|p\.ej)|\b\w)\.$", re.I
)
_MARKS = re.compile(
    r"\b(?:in summary|overall|in total|the (?:main|key|purpose|aim|goal)|this (?:report|policy|document"
    r"|agreement)|we (?:expect|recommend)|"
    r"en resumen|en conjunto|en total|el (?:objetivo|objeto|proposito)|est[ae] (?:informe|politica|documento"
    r"|contrato)|se (?:recomienda|espera))\b"
)
_MOST_SENTENCES = 1500
_BALANCE = 0.7


@dataclass(frozen=True, slots=True)
class Central:
    """A sentence worth a summary, and how central it is."""

    page: Page
    start: int
    end: int
    score: float
    section: int


def split_page(page: Page) -> list[tuple[int, int]]:
    """Ranges of the prose sentences of a page: no headings, no table rows, nothing hidden."""
    closed = [(h.start, h.end) for h in page.headings] + [(t.start, t.end) for t in page.tables] + list(page.hidden)
    edges = sorted({0, len(page.text), *(edge for span in closed for edge in span)})
    found = []
    for low, high in itertools.pairwise(edges):
        if not any(a <= low and high <= b for a, b in closed):
            found += _split(page.text, low, high)
    return found


def _split(text: str, low: int, high: int) -> list[tuple[int, int]]:
    found, start = [], low
    for match in _SENTENCE.finditer(text, low, high):
        if text[match.start()] == "." and _ABBREVIATION.search(text, max(low, match.start() - 8), match.start() + 1):
            continue
        found.append((start, match.end()))
        start = match.end()
    found.append((start, high))
    trimmed = []
    for a, b in found:
        while a < b and text[a].isspace():
            a += 1
        while b > a and text[b - 1].isspace():
            b -= 1
        if b > a:
            trimmed.append((a, b))
    return trimmed


def summarise(pages: Sequence[Page], lang: str, vocabulary: Vocabulary, count: int) -> list[Central]:
    """The `count` sentences that say most of a document, in reading order."""
    ranges = [(page, a, b) for page in pages for a, b in split_page(page)]
    ranges = [r for r in ranges if 40 <= r[2] - r[1] <= QUOTE_MAX and r[0].text[r[2] - 1] in '.!?…”»")']
    ranges = [r for r in ranges if not LEADERS.search(r[0].text, r[1], r[2])]
    if len(ranges) > _MOST_SENTENCES:
        step = len(ranges) / _MOST_SENTENCES
        ranges = [ranges[int(i * step)] for i in range(_MOST_SENTENCES)]
    bags = [_bag(vocabulary, page.text[a:b], lang) for page, a, b in ranges]
    scores = _centrality(bags)
    sections = _sections(ranges)
    central = [
        Central(page, a, b, score * _weight(page.text[a:b], i, len(ranges)), section)
        for i, ((page, a, b), score, section) in enumerate(zip(ranges, scores, sections, strict=True))
    ]
    chosen = _spread(central, bags, count)
    return [central[i] for i in sorted(chosen)]


def _bag(vocabulary: Vocabulary, text: str, lang: str) -> dict[str, float]:
    bag: dict[str, float] = defaultdict(float)
    for word in vocabulary.words(text, lang):
        if word.weight > 0:
            bag[min(word.keys)] += vocabulary.weight(word.keys)
    norm = math.sqrt(sum(v * v for v in bag.values())) or 1.0
    return {key: value / norm for key, value in bag.items()}


def _centrality(bags: Sequence[dict[str, float]]) -> list[float]:
    """Cosine of each bag to the sum of all: the mean similarity to every sentence, in one pass."""
    total: dict[str, float] = defaultdict(float)
    for bag in bags:
        for key, value in bag.items():
            total[key] += value
    norm = math.sqrt(sum(v * v for v in total.values())) or 1.0
    return [sum(value * total[key] for key, value in bag.items()) / norm for bag in bags]


def _weight(text: str, place: int, of: int) -> float:
    """Openings and sentences that announce the gist count more; those that lean on what came before count less."""
    weight = 1.25 if _MARKS.search(fold(text)) else 1.0
    weight *= 1.0 + 0.3 / (1 + place)
    if re.match(
        r"(?:it|they|this|these|such|however|but|also|ello|esto|estos|sin embargo|pero|tambien|ademas)\b", fold(text)
    ):
        weight *= 0.8
    return weight * (1.05 if place >= of - 2 else 1.0)


def _sections(ranges: Sequence[tuple[Page, int, int]]) -> list[int]:
    """A number for each sentence's section: headings read so far."""
    found, seen, last = [], 0, None
    for page, start, _ in ranges:
        here = (page.number, sum(h.start <= start for h in page.headings))
        if here != last and (page.headings or last is None):
            seen += here[1] > 0 and (last is None or here != last)
            last = here
        found.append(seen)
    return found


def _spread(central: Sequence[Central], bags: Sequence[dict[str, float]], count: int) -> list[int]:
    chosen: list[int] = []
    used: dict[int, int] = defaultdict(int)
    top = max((c.score for c in central), default=1.0) or 1.0
    left = set(range(len(central)))
    while left and len(chosen) < count:

        def gain(i: int) -> float:
            overlap = max((_cosine(bags[i], bags[j]) for j in chosen), default=0.0)
            return _BALANCE * central[i].score / top - (1 - _BALANCE) * overlap - 0.15 * used[central[i].section]

        best = max(left, key=lambda i: (gain(i), -i))
        left.discard(best)
        if max((_cosine(bags[best], bags[j]) for j in chosen), default=0.0) < 0.7:
            chosen.append(best)
            used[central[best].section] += 1
    return chosen


def _cosine(a: dict[str, float], b: dict[str, float]) -> float:
    return sum(value * b.get(key, 0.0) for key, value in a.items())
