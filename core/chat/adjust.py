"""What a candidate gains or loses beside the learned score, in the units of that score.

Set by hand: the encyclopedia articles that the ranker learned from have no headings, tables, running lines or periods
that tell one report from another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.chat.citations import find_defined
from core.chat.form import (
    FRAGMENT_LOSS,
    find_earlier,
    is_furniture,
    is_title,
    replies_above,
    stands_under,
    unlike_an_answer,
)
from core.chat.gather import Gathered, Pages, heading_over
from core.chat.qualify import asked_sorts, compare_sorts
from core.chat.question import Understood
from core.chat.rank import Candidate
from core.chat.scope import Bearing
from core.chat.spans import COUNT_WORDS, Span, asks_change, find_fitting, find_spans, is_change, spans_for
from core.chat.tables import Row, asks_several, choose_cell
from core.chat.words import Vocabulary, Word, fold
from core.records import Hit, Page

_ROW_LOSS = 0.8
_FURNITURE_LOSS = 10.0  # a running line says nothing that the page does not say better
_ACROSS_LOSS = 0.5  # words that meet by translation tell less than those that are the same
_ACROSS_COVERED = 2.5  # and much less where the question's own language holds its words
_LABEL_GAIN = 3.0
# Where a sort of thing is asked for that has an unmistakable form, and the candidate has none; less where the answer
# may also be told in words.
_NO_SPAN_LOSS = {
    "duration": 4.0,
    "time": 4.0,
    "percent": 2.5,
    "code": 3.0,
    "email": 2.5,
    "phone": 2.5,
    "link": 2.5,
    "money": 2.5,
    "number": 1.0,
    "year": 0.5,
    "date": 0.5,
}
_COUNT_GAIN = 1.5  # a figure before the very thing that is counted
_BARE_LOSS = 1.0  # a figure without a currency, where money is asked for
_END_GAIN = 2.5  # when it ends, where it says how long it lasts
_ENDS = re.compile(
    r"\b(?:end|ends|expires?|expiry|runs? out|terminates?|termina\w*|vence\w*|acaba\w*|finaliza\w*|caduca)\b"
)
_FIGURE_GAIN = 1.5  # a number that the question writes as a word: 'after ten years'
_SEVERAL = COUNT_WORDS - frozenset("one uno zero cero none ninguno third quarter half mitad tercio cuarto once".split())
_ROLE_GAIN = 2.0  # a name beside the role that is asked for: 'Ana Ruiz (treasurer)', 'the director, Ana Ruiz'
_PARTY_GAIN = 4.0  # where a contract says whom it calls what is asked for
_OTHER_SORT = 3.0  # where it tells of another sort than the question's: per week for per month
_REPLY_LOSS, _REPLIES_LOSS = 2.5, 1.0  # where a later message quotes it, and for each: what was said last holds
_ASKED_ABOVE = 12.0  # what the sentence gains whose heading is the question itself
_WHO_IS = re.compile(
    r"\bquien(?:es)? (?:es|son|era|eran|fue|fueron|sera)\b|\bwho (?:is|are|was|were)\b(?! \w+(?:ing|ed)\b)"
)
_WHO_ALL = re.compile(r"\bquienes\b|\bwho (?:all|are|were)\b")
_TITLE = r"(?:don|do[ñn]a|d\.|sr\.?|sra\.?|mr\.?|ms\.?|mrs\.?|dr\.?)"
_BESIDE = re.compile(
    rf"\s*[(,:–—\-]\s*(?:(?:the|our|its|el|la|su|{_TITLE})\s+)*(?:\w+\s+){{0,2}}|\s+(?:{_TITLE}\s+)?", re.I
)
_YEARS_ONLY = re.compile(r"(?:[^\W\d]+ )?((?:19|20)\d{2})")


class Adjustment:
    """What the candidates of one question gain and lose."""

    def __init__(
        self,
        understood: Understood,
        asked: dict[str, list[Word]],
        hits: Sequence[Hit],
        pages: Pages,
        vocabulary: Vocabulary,
    ) -> None:
        self._understood, self._asked, self._hits = understood, asked, hits
        self._pages, self._vocabulary = pages, vocabulary
        self._figures = {lang: [word for word in words if fold(word.text) in _SEVERAL] for lang, words in asked.items()}
        self._earlier: dict[tuple[int, int], list[int]] = {}
        self._asks_end = understood.want == "date" and bool(_ENDS.search(fold(understood.text)))
        self._sorts = asked_sorts(understood.text, understood.want)
        self._bearing = Bearing(understood, asked, hits, lambda document_id: pages(document_id, 1), vocabulary)

    @property
    def meant(self) -> frozenset[int]:
        """The documents that the question names."""
        return self._bearing.meant

    def off_name(self, unit: Gathered) -> float:
        """What a candidate loses for speaking of other documents' names than the question's."""
        candidate = unit[0]
        return self._bearing.name_loss(self._hits[candidate.hit], candidate.words, candidate.context)

    def sorts(self, unit: Gathered) -> tuple[float, bool]:
        """What a candidate loses for speaking of other sorts than the question's (per week for per month), and whether
        it names one of the question's."""
        candidate, sentence, row = unit
        hit = self._hits[candidate.hit]
        text = sentence.text if row is None else " | ".join((row.section, *row.headings, sentence.text))
        page = self._pages(hit.document_id, sentence.page)
        over = f"{heading_over(page, sentence.start, row is not None) or hit.heading} | {hit.file}"
        clashes, met = compare_sorts(self._sorts, text, over)
        return _OTHER_SORT * clashes, met > 0

    def off_period(self, unit: Gathered) -> float:
        """What a candidate loses for speaking of another period than the question's."""
        candidate, sentence, row = unit
        hit = self._hits[candidate.hit]
        page = self._pages(hit.document_id, sentence.page)
        heading = heading_over(page, sentence.start, row is not None) or hit.heading
        if row is not None:  # its columns' periods are its own
            columns = " | ".join((*row.headings, sentence.text))
            return self._bearing.period_loss(hit, f"{heading} | {row.title}", "", columns)
        opens = max(page.text.rfind("\n\n", 0, sentence.start), 0)
        return self._bearing.period_loss(hit, heading, page.text[opens : sentence.start], sentence.text)

    def of(self, unit: Gathered, lang: str, across: float) -> float:
        """Gains less losses for what a candidate is; `across` is what it loses where it is in another language."""
        candidate, sentence, row = unit
        page = self._pages(self._hits[candidate.hit].document_id, sentence.page)
        if row is not None:
            gained = _row_gain(row, self._understood, self._asked[lang], lang, self._vocabulary)
        else:
            gained = self._span_gain(candidate, sentence.text, lang)
        return (
            gained
            + _ASKED_ABOVE * stands_under(page, sentence, self._understood)
            - unlike_an_answer(sentence, row)
            - _FURNITURE_LOSS * is_furniture(page, sentence)
            - across * (lang != self._understood.lang and self._hits[candidate.hit].document_id not in self.meant)
            - FRAGMENT_LOSS * (row is None and is_title(candidate))
            - _reply_loss(replies_above(page.text, sentence.start, self._earlier_in(page, candidate)))
        )

    def _earlier_in(self, page: Page, candidate: Candidate) -> list[int]:
        place = self._hits[candidate.hit].document_id, page.number
        if place not in self._earlier:
            self._earlier[place] = find_earlier(page.text)
        return self._earlier[place]

    def _span_gain(self, candidate: Candidate, text: str, lang: str) -> float:
        """What a sentence gains or loses for the figures and names in it, by the sort of thing asked for."""
        want, spans = self._understood.want, find_spans(text, lang)
        fit = find_fitting(want, text, lang)
        if not fit and want in _NO_SPAN_LOSS:
            told = want == "duration" and any(span.sort in ("date", "year") for span in spans)  # 'from May to July'
            return -_NO_SPAN_LOSS[want] / (1 + told)
        if want == "person":
            asked = fold(self._understood.text)
            several = len(fit) > 2 and bool(_WHO_ALL.search(asked))
            role = bool(_WHO_IS.search(asked)) and _names_role(text, fit, candidate.words, self._asked[lang])
            defined = bool(_WHO_IS.search(asked)) and bool(find_defined(text, candidate.words, self._asked[lang]))
            return _ROLE_GAIN * (several or role) + _PARTY_GAIN * defined
        told = _FIGURE_GAIN * any(word.keys & own.keys for word in self._figures[lang] for own in candidate.words)
        told -= _BARE_LOSS * (want == "money" and not any(span.sort == "money" for span in spans))
        told += _END_GAIN * (self._asks_end and any(span.sort == "duration" for span in spans))
        counted = bool(self._understood.unit) and _counts(self._understood.unit, fit, candidate.words)
        return told + _COUNT_GAIN * counted - _ROW_LOSS * _only_changes(text, self._understood, lang)


def across_loss(lang: str, languages: Sequence[str], coverages: Sequence[float]) -> float:
    """What candidates in another language than the question's lose beside those in its own, by the best share of the
    question's words that one of these holds."""
    own = [share for share, other in zip(coverages, languages, strict=True) if other == lang]
    return max(_ACROSS_LOSS, _ACROSS_COVERED * max(own)) if own else 0.0


def _reply_loss(replies: int) -> float:
    return _REPLY_LOSS * bool(replies) + _REPLIES_LOSS * replies


def _names_role(text: str, names: Sequence[Span], words: Sequence[Word], asked: Sequence[Word]) -> bool:
    """Whether a name stands right beside a word of the question: in brackets, after a comma, a colon or an article."""
    keys = {key for word in asked if not word.named for key in word.keys}
    roles = [word for word in words if word.keys & keys and word.weight > 0 and word.end <= len(text)]
    for name in names:
        for role in roles:
            after, before = text[name.end : role.start], text[role.end : name.start]
            if role.start >= name.end and _BESIDE.fullmatch(after):
                return True
            if name.start >= role.end and _BESIDE.fullmatch(before):
                return True
    return False


def _counts(unit: str, figures: Sequence[Span], words: Sequence[Word]) -> bool:
    """Whether a figure stands before the thing that is counted, or holds it ('38 people', 'three working days')."""
    opening = fold(unit)[:4]
    return any(
        fold(word.text)[:4] == opening
        and (0 <= word.start - figure.end <= 12 or figure.start < word.start < figure.end)
        for word in words
        for figure in figures
    )


def _row_gain(row: Row, understood: Understood, asked: Sequence[Word], lang: str, vocabulary: Vocabulary) -> float:
    """What a row gains as the place of the figure asked for: its label says what is asked and one column when. A row
    loses that lacks the sort of thing wanted, or has several figures and no telling which."""
    if not understood.want or understood.kind in ("list", "compare"):
        return 0.0
    if not spans_for(understood.want, find_spans(" ".join(cell[0] for cell in row.cells), lang)):
        return -max(_ROW_LOSS, 0.0 if understood.want == "duration" else _NO_SPAN_LOSS.get(understood.want, 0.0))
    if understood.want in ("person", "place"):
        return 0.0
    column = choose_cell(row, asked, understood.text, lang, vocabulary, understood.want)
    if column is None and not asks_several(row, understood.text):
        return -_ROW_LOSS
    label = [word for word in vocabulary.words(f"{row.section} {row.label}", lang) if word.weight > 0]
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
