"""What a line is by its form: a heading, a running line, words that only announce, a message that a later one quotes.

It reads no question but to see whether a heading is it; `adjust` weighs a form beside all else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.chat.question import Understood
from core.chat.rank import Candidate
from core.chat.spans import find_spans
from core.chat.tables import Row
from core.chat.words import fold, is_stop
from core.records import HitSentence, Page

FRAGMENT_LOSS = 2.0
_ORDINAL = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2})*[.)]|[IVXLC]{1,5}[.)]|[a-z]\)|(?:(?:Art[íi]culo|Art\.|Cl[áa]usula|Section|Article|Clause)"
    r" [\dIVXLC]+[.:]?)|[A-ZÁÉÍÓÚ][a-záéíóú]+(?:er|nd|rt|int|xt|ptim|tav|en|im)[ao][.:])\s+"
)
_QUOTE_MARK = re.compile(r"[ \t]*((?:>[ \t]?)+)")
_EARLIER = re.compile(
    r"^(?:-{2,} ?(?:original message|mensaje original|forwarded message|mensaje reenviado)\b.*"
    r"|(?:on|el) [^\n]{6,90}(?:wrote|escribio): *"
    r"|(?:from|de): [^\n]+\n(?:(?:sent|date|enviado(?: el)?|fecha|to|para): ))",
    re.M,
)
_SUBJECT = re.compile(r"\s*(?:[^\n]*[^\s.!?,])?\s*")  # a line that is no sentence
_OLDEST = 3
_LABELLED = re.compile(r"[^\W\d_][^\s:.]*(?: [^\s:.]+){0,4}: \S")
_SOURCE = re.compile(r"(?:sources?|fuentes?|notas?|notes?) ?(?:\(\w+\) ?)?:", re.I)
_SMALL = re.compile(r"[a-zß-ÿ]")  # 'º' and 'ª' stand among capitals too
_FIGURE = re.compile(r"\d")
_PLAIN_WORD = re.compile(r"\w+")
_YEARS = re.compile(r"\b(?:19|20)\d{2}\b")


def find_earlier(text: str) -> list[int]:
    """Where the messages begin that a message's text quotes whole, newest first; its own head is none of them."""
    found = list(_EARLIER.finditer(fold(text)))
    if found and found[0].group().startswith(("from", "de")) and _SUBJECT.fullmatch(text[: found[0].start()]):
        del found[0]
    return [match.start() for match in found]


def replies_above(text: str, at: int, earlier: Sequence[int]) -> int:
    """How many messages stand over the one that a place of `text` is quoted from; 0 in the newest, at most 3."""
    mark = _QUOTE_MARK.match(text, text.rfind("\n", 0, at) + 1)
    return min(max(mark.group(1).count(">") if mark else 0, sum(start <= at for start in earlier)), _OLDEST)


def unlike_an_answer(sentence: HitSentence, row: Row | None) -> float:
    """What a line loses that states nothing: a heading, words that only announce.

    Set by hand: the encyclopedia articles that the ranker learned from have no such lines."""
    text = sentence.text.strip()
    if row is not None:
        return 0.0
    if _is_contents_line(text.split()) or _SOURCE.match(text) or text.count(" | ") > 1:
        return FRAGMENT_LOSS
    if not _SMALL.search(text) and not any(
        span.sort not in ("name", "code", "number") for span in find_spans(text, "")
    ):
        return FRAGMENT_LOSS
    text = text[_ORDINAL.match(text).end() :] if _ORDINAL.match(text) else text
    if text.endswith(":"):
        return FRAGMENT_LOSS / 2
    if text[:1].islower():  # its beginning is elsewhere
        return FRAGMENT_LOSS / 2
    if _LABELLED.match(text):  # 'Customer: Hotel Miramar'
        return 0.0
    ends = text.rstrip("\"'”»)]")[-1:] in (".", "!", "?", "…", ";")
    lines = text.split("\n")
    if not ends and len(lines) > 1 and all(len(line.split()) < 9 and ": " not in line for line in lines):
        return 2 * FRAGMENT_LOSS  # the lines of a document's head
    return 0.0 if ends or len(text.split()) > 8 or _FIGURE.search(_YEARS.sub("", text)) else FRAGMENT_LOSS


def stands_under(page: Page, sentence: HitSentence, understood: Understood) -> bool:
    """Whether it is what follows a heading that is the question: in its order, and all of its content words.

    A title that names only what is asked about ('Lease' for 'How long is the lease?') is none."""
    above = next((h for h in reversed(page.headings) if h.end <= sentence.start), None)
    if above is None or page.text[above.end : sentence.start].strip():
        return False
    heading, asked = (_PLAIN_WORD.findall(fold(text)) for text in (above.text, understood.text))
    said = {word for word in asked if not is_stop(word, understood.lang)} <= set(heading)
    return said and len(heading) > 2 and f" {' '.join(heading)} " in f" {' '.join(asked)} "


def is_furniture(page: Page, sentence: HitSentence) -> bool:
    """Whether it is a running header or footer."""
    return any(start <= sentence.start and sentence.end <= end for start, end in page.furniture)


def is_title(candidate: Candidate) -> bool:
    """Whether an open line says little but what its headings and its file's name say."""
    if candidate.text.rstrip()[-1:] in ".!?…;:":
        return False
    over = {key for word in candidate.context for key in word.keys}
    words = [word for word in candidate.words if word.weight > 0]
    return 0.6 * len(words) <= sum(bool(word.keys & over) for word in words)


def _is_contents_line(words: list[str]) -> bool:
    """'Risk Factors 37': capitalised words and a page number."""
    if not 2 <= len(words) <= 9 or not words[-1].isdigit() or len(words[-1]) > 3:
        return False
    return all(word[0].isupper() or not word[0].isalpha() or len(word) < 4 for word in words[:-1])
