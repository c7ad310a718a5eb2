"""What a candidate gains or loses beside the learned score, in the units of that score.

Set by hand: the encyclopedia articles that the ranker learned from have no headings, tables, running lines or periods
that tell one report from another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.chat.gather import Gathered, Pages, heading_over
from core.chat.question import Understood
from core.chat.rank import Candidate
from core.chat.scope import Bearing
from core.chat.spans import asks_change, find_spans, is_change, spans_for
from core.chat.tables import Row, asks_several, choose_cell
from core.chat.words import Vocabulary, Word, fold
from core.records import Hit, HitSentence, Page

_FRAGMENT_LOSS = 2.0
_ROW_LOSS = 0.8
_FURNITURE_LOSS = 10.0  # a running line says nothing that the page does not say better
_ACROSS_LOSS = 0.5  # words that meet by translation tell less than those that are the same
_LABEL_GAIN = 3.0
_ASKED_ABOVE = 12.0  # what the sentence gains whose heading is the question itself
_SOURCE = re.compile(r"(?:sources?|fuentes?|notas?|notes?) ?(?:\(\w+\) ?)?:", re.I)
_FIGURE = re.compile(r"\d")
_PLAIN_WORD = re.compile(r"\w+")
_YEARS = re.compile(r"\b(?:19|20)\d{2}\b")
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
        self._bearing = Bearing(understood, asked, hits, lambda document_id: pages(document_id, 1), vocabulary)

    @property
    def meant(self) -> frozenset[int]:
        """The documents that the question names."""
        return self._bearing.meant

    def off_name(self, unit: Gathered) -> float:
        """What a candidate loses for speaking of other documents' names than the question's."""
        candidate = unit[0]
        return self._bearing.name_loss(self._hits[candidate.hit], candidate.words, candidate.context)

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

    def of(self, unit: Gathered, lang: str, mixed: bool) -> float:
        """Gains less losses for what a candidate is; `mixed` where others are in the question's language."""
        candidate, sentence, row = unit
        page = self._pages(self._hits[candidate.hit].document_id, sentence.page)
        if row is not None:
            gained = _row_gain(row, self._understood, self._asked[lang], lang, self._vocabulary)
        else:
            gained = -_ROW_LOSS * _only_changes(sentence.text, self._understood, lang)
        return (
            gained
            + _ASKED_ABOVE * _stands_under(page, sentence, self._understood.text)
            - _unlike_an_answer(sentence, row)
            - _FURNITURE_LOSS * _is_furniture(page, sentence)
            - _ACROSS_LOSS * (mixed and lang != self._understood.lang)
            - _FRAGMENT_LOSS * (row is None and _is_title(candidate))
        )


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
