"""From the passages found to ranked sentences: each with its place on its page, its score and its chance of being
right.

It decides no answer: `answer` chooses among what comes back, `decline` whether any of it answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.chat import rank
from core.chat.nets import Nets
from core.chat.question import Understood
from core.chat.rank import Candidate
from core.chat.scope import Bearing
from core.chat.spans import asks_change, find_spans, is_change, spans_for
from core.chat.summary import LEADERS
from core.chat.tables import Row, asks_several, choose_cell, rows_of
from core.chat.words import Vocabulary, Word, fold
from core.records import Heading, Hit, HitSentence, Page, SearchResult

ReadPage = Callable[[int, int], Page]
HITS_READ = 5
_FRAGMENT_LOSS = 2.0
_ROW_LOSS = 0.8
_FURNITURE_LOSS = 10.0  # a running line says nothing that the page does not say better
_ACROSS_LOSS = 0.5  # words that meet by translation tell less than those that are the same
_LABEL_GAIN = 3.0
_CONTENTS = re.compile(r"pages?|p[áa]ginas?|p[áa]g\.", re.I)
# What adds something to the question's own words though no word is new: 'Floor B does not.', 'The papers are:'.
_SAYS_ON = re.compile(r":\s*$|\b(?:not?|never|yes|nunca|tampoco|s[ií])\b[^.]*\.\s*$", re.I)
_SOURCE = re.compile(r"(?:sources?|fuentes?|notas?|notes?) ?(?:\(\w+\) ?)?:", re.I)
_STEM = re.compile(r"\.\w+$|[_\-/]+")
MOST_CANDIDATES = 60
_HEADED = 0.6  # what its headings' share of the question is worth to a sentence
_FIGURE = re.compile(r"\d")
_PLAIN_WORD = re.compile(r"\w+")
_YEARS = re.compile(r"\b(?:19|20)\d{2}\b")
_YEARS_ONLY = re.compile(r"(?:[^\W\d]+ )?((?:19|20)\d{2})")
_ASKED_ABOVE = 12.0  # what the sentence gains whose heading is the question itself
_CAPTION = 6  # the heading level of a caption


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence or table row that may answer. `order` counts within its passage; `chance` (0..1) is its share
    among all candidates; `row` is set for a table's row; `off_period` and `off_name` are what it lost for speaking of
    another period, or of others, than the question."""

    hit: Hit
    page: int
    start: int
    end: int
    text: str
    order: int
    words: tuple[Word, ...]
    context: tuple[Word, ...]
    score: float
    chance: float
    cosine: float
    features: np.ndarray
    row: Row | None = None
    off_period: float = 0.0
    off_name: float = 0.0

    @property
    def place(self) -> tuple[int, int, int, int]:
        return self.hit.document_id, self.page, self.start, self.end


@dataclass(frozen=True, slots=True)
class Ranked:
    """All candidates, best first, with the question's words as read in each document language; `meant` are the
    documents that the question names."""

    evidence: tuple[Evidence, ...]
    asked: dict[str, list[Word]]
    lang: str
    meant: frozenset[int] = frozenset()

    def lang_of(self, item: Evidence) -> str:
        return item.hit.lang or self.lang

    def asked_of(self, item: Evidence) -> list[Word]:
        """The question's words as read in the language of `item`."""
        return self.asked[self.lang_of(item)]


class Pages:
    """Pages read once for one answer."""

    def __init__(self, read_page: ReadPage) -> None:
        self._read = read_page
        self._pages: dict[tuple[int, int], Page] = {}
        self._rows: dict[tuple[int, int], list[Row]] = {}

    def rows(self, document_id: int, number: int) -> list[Row]:
        """The rows of the page's tables."""
        key = document_id, number
        if key not in self._rows:
            self._rows[key] = rows_of(self(document_id, number))
        return self._rows[key]

    def __call__(self, document_id: int, number: int) -> Page:
        key = document_id, number
        if key not in self._pages:
            self._pages[key] = self._read(document_id, number)
        return self._pages[key]


def rank_sentences(
    understood: Understood,
    result: SearchResult,
    vocabulary: Vocabulary,
    pages: Pages,
    *,
    ranker: Nets | None = None,
    most: int = MOST_CANDIDATES,
) -> Ranked:
    """The sentences of the best passages, best first, `most` of them read closely; by `ranker` where another than the
    learned one is meant."""
    hits = result.hits[:HITS_READ]
    langs = {hit.lang or result.lang for hit in hits}
    asked = {lang: rank.question_words(understood, vocabulary, lang) for lang in langs}
    gathered = _gather(hits, _Contexts(asked, result.lang, vocabulary, pages), most)
    gathered = _worth_reading(gathered, asked)
    if not gathered:
        return Ranked((), asked, result.lang)
    candidates = [candidate for candidate, _, _ in gathered]
    languages = [hits[candidate.hit].lang or result.lang for candidate in candidates]
    rows = rank.measure(understood, asked, candidates, languages, result.trust)
    bearing = Bearing(understood, asked, hits, lambda document_id: pages(document_id, 1), vocabulary)
    off_period = [_off_period(bearing, hits, unit, pages) for unit in gathered]
    off_name = [bearing.name_loss(hits[c.hit], c.words, c.context) for c, _, _ in gathered]
    mixed = understood.lang in languages
    lost = [
        _unlike_an_answer(sentence, row)
        + _FURNITURE_LOSS * _is_furniture(pages(hits[candidate.hit].document_id, sentence.page), sentence)
        + _ACROSS_LOSS * (mixed and lang != understood.lang)
        + _FRAGMENT_LOSS * (row is None and _is_title(candidate))
        for (candidate, sentence, row), lang in zip(gathered, languages, strict=True)
    ]
    gained = [
        _row_gain(row, understood, asked[lang], lang, vocabulary)
        if row is not None
        else -_ROW_LOSS * _only_changes(sentence.text, understood, lang)
        for (_, sentence, row), lang in zip(gathered, languages, strict=True)
    ]
    asked_above = [
        _ASKED_ABOVE * _stands_under(pages(hits[c.hit].document_id, s.page), s, understood.text) for c, s, _ in gathered
    ]
    scores = rank.score(rows, ranker) + gained + asked_above - lost - off_period - off_name
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    evidence = [
        Evidence(
            hit=hits[candidate.hit],
            page=sentence.page,
            start=sentence.start,
            end=sentence.end,
            text=sentence.text,
            order=candidate.order,
            words=candidate.words,
            context=candidate.context,
            score=float(score),
            chance=float(chance),
            cosine=candidate.cosine,
            features=values,
            row=row,
            off_period=period,
            off_name=name,
        )
        for (candidate, sentence, row), score, chance, values, period, name in zip(
            gathered, scores, chances, rows, off_period, off_name, strict=True
        )
    ]
    return Ranked(tuple(sorted(evidence, key=lambda e: -e.score)), asked, result.lang, bearing.meant)


Gathered = tuple[Candidate, HitSentence, Row | None]
Units = list[tuple[HitSentence, Row | None]]


class _Contexts:
    """What stands over a sentence (its headings, its file's name), as words read once, and how much of the question
    they hold."""

    def __init__(self, asked: dict[str, list[Word]], lang: str, vocabulary: Vocabulary, pages: Pages) -> None:
        self.pages, self.vocabulary = pages, vocabulary
        self._asked, self._lang = asked, lang
        self._known: dict[tuple[int, str], tuple[tuple[Word, ...], float]] = {}

    def lang_of(self, hit: Hit) -> str:
        return hit.lang or self._lang

    def over(self, hit: Hit, sentence: HitSentence, row: Row | None) -> tuple[tuple[Word, ...], float]:
        page = self.pages(hit.document_id, sentence.page)
        heading = heading_over(page, sentence.start, row is not None) or hit.heading
        key = hit.document_id, heading
        if key not in self._known:
            lang = self.lang_of(hit)
            words = tuple(self.vocabulary.words(f"{heading} {_STEM.sub(' ', hit.file)}", lang))
            self._known[key] = words, rank.coverage(self._asked[lang], rank.matches(self._asked[lang], words))
        return self._known[key]


def _gather(hits: tuple[Hit, ...], contexts: _Contexts, most: int) -> list[Gathered]:
    """Each sentence once, under the best passage that holds it; tables by their rows."""
    seen: set[tuple[int, int, int]] = set()
    found: list[Gathered] = []
    best = hits[0].score if hits else 0.0
    units_of = [list(passage_units(hit, contexts.pages)) for hit in hits]
    likely = _likely(hits, units_of, contexts, most)
    for number, hit in enumerate(hits):
        units = units_of[number]
        distances = _distances(hit, units)
        for order, (sentence, row) in enumerate(units):
            if (sentence.page, sentence.start) not in likely[number]:
                continue
            place = hit.document_id, sentence.page, sentence.start
            if place in seen:
                continue
            seen.add(place)
            text = sentence.text if row is None else " ".join((sentence.text, row.title, *row.headings, row.periods))
            candidate = Candidate(
                hit=number,
                order=order,
                text=sentence.text,
                words=tuple(contexts.vocabulary.words(text, contexts.lang_of(hit))),
                context=contexts.over(hit, sentence, row)[0],
                gap=best - hit.score,
                cosine=sentence.cosine,
                opens=order == 0 or _breaks(hit, units[order - 1][0], sentence, contexts.pages),
                distance=distances[order],
            )
            found.append((candidate, sentence, row))
    return found


def heading_over(page: Page, at: int, in_table: bool = False) -> str:
    """The path of the headings that stand over a place of a page, outermost first; '' where the page has none above.

    A caption heads its table alone."""
    path: list[Heading] = []
    for heading in page.headings:
        if heading.end > at:
            break
        while path and path[-1].level >= heading.level:
            path.pop()
        path.append(heading)
    return " > ".join(h.text for h in path if in_table or h.level < _CAPTION)


def _distances(hit: Hit, units: Units) -> list[int]:
    """For each sentence, how many lie between it and the piece that matched (0 inside it)."""
    inside = [n for n, (s, _) in enumerate(units) if s.page == hit.page and s.start < hit.end and hit.start < s.end]
    if not inside:
        return [0] * len(units)
    low, high = inside[0], inside[-1]
    return [max(low - n, n - high, 0) for n in range(len(units))]


def _breaks(hit: Hit, before: HitSentence, after: HitSentence, pages: Pages) -> bool:
    """Whether a paragraph ends between two sentences."""
    if before.page != after.page:
        return True
    return "\n\n" in pages(hit.document_id, after.page).text[before.end : after.start]


def passage_units(hit: Hit, pages: Pages) -> Iterator[tuple[HitSentence, Row | None]]:
    """The passage's sentences; what overlaps a table is given row by row instead."""
    given: set[tuple[int, int]] = set()
    for sentence in hit.sentences:
        page = pages(hit.document_id, sentence.page)
        inside = any(table.start < sentence.end and sentence.start < table.end for table in page.tables)
        if not inside:
            yield sentence, None
            continue
        for row in pages.rows(hit.document_id, sentence.page):
            if row.start < sentence.end and sentence.start < row.end and (sentence.page, row.start) not in given:
                given.add((sentence.page, row.start))
                text = page.text[row.start : row.end]
                yield HitSentence(sentence.page, row.start, row.end, text, sentence.cosine, sentence.lexical), row


def _off_period(bearing: Bearing, hits: Sequence[Hit], unit: Gathered, pages: Pages) -> float:
    candidate, sentence, row = unit
    hit = hits[candidate.hit]
    page = pages(hit.document_id, sentence.page)
    heading = heading_over(page, sentence.start, row is not None) or hit.heading
    if row is not None:  # its columns' periods are its own
        return bearing.period_loss(hit, f"{heading} | {row.title}", "", " | ".join((*row.headings, sentence.text)))
    opens = max(page.text.rfind("\n\n", 0, sentence.start), 0)
    return bearing.period_loss(hit, heading, page.text[opens : sentence.start], sentence.text)


def _unlike_an_answer(sentence: HitSentence, row: Row | None) -> float:
    """What a line loses that states nothing: a heading, words that only announce.

    Set by hand: the encyclopedia articles that the ranker learned from have no such lines."""
    text = sentence.text.strip()
    if row is not None:
        return 0.0
    if _is_contents_line(text.split()) or _SOURCE.match(text) or text.count(" | ") > 1 or text.isupper():
        return _FRAGMENT_LOSS
    if text.endswith(":"):
        return _FRAGMENT_LOSS / 2
    if text[:1].islower():  # its beginning is elsewhere
        return _FRAGMENT_LOSS / 2
    ends = text.rstrip("\"'”»)]")[-1:] in (".", "!", "?", "…", ";")
    return 0.0 if ends or len(text.split()) > 8 or _FIGURE.search(_YEARS.sub("", text)) else _FRAGMENT_LOSS


def _stands_under(page: Page, sentence: HitSentence, question: str) -> bool:
    """Whether it is what follows a heading that is the question: all of its words but a few, in its order."""
    above = next((h for h in reversed(page.headings) if h.end <= sentence.start), None)
    if above is None or page.text[above.end : sentence.start].strip():
        return False
    heading, asked = (" ".join(_PLAIN_WORD.findall(fold(text))) for text in (above.text, question))
    return len(heading.split()) > 2 and f" {heading} " in f" {asked} " and 2 * len(heading) > len(asked)


def _is_furniture(page: Page, sentence: HitSentence) -> bool:
    """Whether it is a running header or footer."""
    return any(start <= sentence.start and sentence.end <= end for start, end in page.furniture)


def _is_title(candidate: Candidate) -> bool:
    """Whether an open line says little but what its headings and its file's name say."""
    if candidate.text.rstrip()[-1:] in ".!?…;:":
        return False
    over = {key for word in candidate.context for key in word.keys}
    words = [word for word in candidate.words if word.weight > 0]
    return 0.6 * len(words) <= sum(bool(word.keys & over) for word in words)


def _row_gain(row: Row, understood: Understood, asked: Sequence[Word], lang: str, vocabulary: Vocabulary) -> float:
    """What a row gains as the place of the figure asked for: its label says what is asked and one column when. A row
    loses that lacks the sort of thing wanted, or has several figures and no telling which."""
    if not understood.want or understood.kind in ("list", "compare"):
        return 0.0
    if not spans_for(understood.want, find_spans(" ".join(cell[0] for cell in row.cells), lang)):
        return -_ROW_LOSS
    if understood.want not in ("number", "money", "percent"):
        return 0.0
    column = choose_cell(row, asked, understood.text, lang, vocabulary, understood.want)
    if column is None and not asks_several(row, understood.text):
        return -_ROW_LOSS
    label = [word for word in vocabulary.words(row.label, lang) if word.weight > 0]
    dated = _YEARS_ONLY.fullmatch(row.label.strip())
    if dated and dated.group(1) in understood.text and column is not None:  # what the row counts is in the heading
        label += [word for word in vocabulary.words(row.headings[column], lang) if word.weight > 0]
    own = {key for word in label for key in word.keys}
    asked = [w for w in asked if w.keys & own or not (w.named or len(w.text) == 1 or w.text[0].isdigit())]
    met = [word for word in label if any(word.keys & other.keys for other in asked)]
    share = sum(w.weight for w in asked if any(w.keys & other.keys for other in met)) / (
        sum(w.weight for w in asked) or 1
    )
    return _LABEL_GAIN * share * len(met) / len(label) if label else 0.0


def _only_changes(text: str, understood: Understood, lang: str) -> bool:
    """Whether all amounts of a sentence are changes, where the amount itself is asked for."""
    if understood.want not in ("money", "number") or asks_change(understood.text):
        return False
    spans = spans_for(understood.want, find_spans(text, lang))
    return bool(spans) and all(is_change(text, span) for span in spans)


def _is_contents_line(words: list[str]) -> bool:
    """'Risk Factors 37': capitalised words and a page number."""
    if not 2 <= len(words) <= 9 or not words[-1].isdigit() or len(words[-1]) > 3:
        return False
    return all(word[0].isupper() or not word[0].isalpha() or len(word) < 4 for word in words[:-1])


def _likely(
    hits: tuple[Hit, ...], units_of: Sequence[Units], contexts: _Contexts, most: int
) -> list[set[tuple[int, int]]]:
    """Where the sentences stand that are worth reading closely, for each passage: all where there are few."""
    if sum(map(len, units_of)) <= most:
        return [{(s.page, s.start) for s, _ in units} for units in units_of]
    worth = [
        (
            -(s.cosine + s.lexical + 0.2 * (row is not None) - 0.1 * n - 0.02 * far)
            - _HEADED * contexts.over(hit, s, row)[1],
            n,
            s.page,
            s.start,
        )
        for n, (hit, units) in enumerate(zip(hits, units_of, strict=True))
        for (s, row), far in zip(units, _distances(hit, units), strict=True)
    ]
    kept: list[set[tuple[int, int]]] = [set() for _ in hits]
    for _, number, page, start in sorted(worth)[:most]:
        kept[number].add((page, start))
    return kept


def _worth_reading(gathered: list[Gathered], asked: dict[str, list[Word]]) -> list[Gathered]:
    """Leave out lists of contents, bare figures, and what only repeats the question's words, unless it announces what
    follows or says yes or no."""
    own = {key for words in asked.values() for word in words for key in word.keys}
    return [
        (candidate, sentence, row)
        for candidate, sentence, row in gathered
        if not _in_contents(sentence.text, row)
        and any(len(word.text) > 2 and word.text.isalpha() for word in candidate.words)
        and (_SAYS_ON.search(sentence.text) or any(w.weight > 0 and not w.keys & own for w in candidate.words))
    ]


def _in_contents(text: str, row: Row | None) -> bool:
    """Whether it is an entry of a list of contents, which points at an answer and is none."""
    headed = row is not None and any(_CONTENTS.fullmatch(heading.strip()) for heading in row.headings)
    return headed or bool(LEADERS.search(text))
