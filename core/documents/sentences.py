"""Sentences of a text in Spanish or English, as offsets: rules only, linear time, nothing changed or dropped but
outer white space.

A line of a table, a list item and a heading are sentences of their own (the caller cuts the text into such blocks);
a sentence longer than `LONGEST` characters is cut at its best clause boundary, because a quote may be no longer.
"""

from __future__ import annotations

import re
from itertools import pairwise

LONGEST = 350

_END = re.compile(r"[.!?…]+[)\]\"'”’»]*(?=\s)|[。！？]+")
_MARKER = re.compile(r"[ \t]*(?:[•·▪▫◦●○■□➢‣⁃*+\-–—]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)])[ \t]+")
_LABEL = re.compile(r"[ \t]*[A-ZÁÉÍÓÚÑ][^\s:.;,]*(?: [^\s:.;,]+){0,4}:[ \t]+\S")  # 'Due date: 3 July'
_WORD_BEFORE = re.compile(r"[^\s(\[\"'“‘«¿¡—–/]+$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_OPENERS = "\"'“‘«(¿¡[—–-*_•"
# a name, a number or a unit follows: never the end of a sentence
_OPEN_ABBREVIATIONS = frozenset(
    """
    sr sra srta sres sras d dª dña dr dra dres prof profa ing lic arq abg mtro mtra gral cnel sgto tte excmo excma
    ilmo ilma fr sta sto st mr mrs ms messrs rev hon gen lt sgt capt cmdr gov sen rep pres supt mt ft
    p pp pg pág págs pag pags fig figs tab núm núms num nums nos nº art arts apdo apdos cap caps vol vols ed eds párr
    v vs cf cfr approx aprox ca c ej p.ej e.g i.e viz sec secs chs eq eqs ref refs tel teléf tfno ext av avda avd blvd
    ctra pza plza pl rd dept dpto máx mín jan feb apr jun jul aug sep sept oct nov ene abr ago dic a.e bros s.s
    """.split()
)
# words too: abbreviations only before a figure
_AMBIGUOUS = frozenset("no al col ex est ch ave max min mar may dec dic".split())
# may end a sentence: they do if what follows starts one
_CLOSED_ABBREVIATIONS = frozenset(
    """
    inc corp co ltd llc plc lp l.p n.a s.a s.l s.l.u s.a.u s.a.s s.r.l s.c c.v uu u.s u.k u.s.a u.n ee ee.uu e.u u.e
    etc jr a.m p.m a.c d.c b.c a.d ph.d m.a m.b.a b.a ss cía hnos dptos cent kg km cm mm hrs hr seg sq
    """.split()
)
_STARTERS = frozenset(
    """
    the a an in on at as for from to it its this that these those we our they their he she there however if when while
    although because since after before during under with by total see no all any each such both net other
    el la los las un una unos unas en de del por para con sin según este esta estos estas ese esa esos esas su sus se
    lo al como cuando aunque si desde hasta durante tras es son fue fueron hay también además así
    """.split()
)
_LINKS = "and|but|or|which|who|where|while|because|although|y|e|o|pero|que|mientras|aunque|porque|donde|así"
_CLAUSE = (
    (3, re.compile(r"[;:](?=\s)")),
    (2, re.compile(rf",(?=\s+(?:{_LINKS})\s)")),
    (2, re.compile(r"\s(?=[—–(]|•)")),
    (1, re.compile(r",(?=\s)|\t|\n|\|")),
    (0, re.compile(r"(?<=\S)(?=\s)")),
)


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """(start, end) of the sentences in text[start:end], none longer than LONGEST; they cover all but white space."""
    end = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    at = start
    for match in _END.finditer(text, start, end):
        if match.end() < end and _is_end(text, at, match, end):
            spans += _cut_long(text, at, match.end())
            at = match.end()
    return spans + _cut_long(text, at, end)


def _is_end(text: str, at: int, match: re.Match[str], end: int) -> bool:
    """Whether the punctuation ends a sentence that began at `at`."""
    following = match.end()
    while following < end and text[following].isspace():
        following += 1
    if following >= end:
        return True
    first = text[following]
    mark = match.group()
    if mark[0] in "。！？":
        return True
    if first.islower() or (not first.isalnum() and first not in _OPENERS):
        return False
    if mark[0] != "." or len(mark.rstrip(")]\"'”’»")) > 1:
        return True
    before = text[max(at, match.start() - 30) : match.start()]
    return _full_stop_ends(before, text[following : following + 30], text[at : match.start()])


def _full_stop_ends(before: str, after: str, sentence: str) -> bool:
    """Whether one full stop between `before` and `after` ends the sentence so far."""
    found = _WORD_BEFORE.search(before)
    word = found.group() if found else ""
    folded = word.lower()
    if _is_number_mark(word, sentence) or folded in _OPEN_ABBREVIATIONS:
        return False
    if folded in _AMBIGUOUS:
        return not after[:1].isdigit()
    is_initial = len(word) == 1 and word.isupper()
    if is_initial or folded in _CLOSED_ABBREVIATIONS or _INITIALS.fullmatch(word):
        return _starts_sentence(after)
    return True


def _is_number_mark(word: str, sentence: str) -> bool:
    """'1' of '1. Introduction' at the start of a sentence: a list's number, not a sentence."""
    return len(sentence.strip()) <= 4 and (word.isdigit() or len(word) == 1)


def _starts_sentence(after: str) -> bool:
    word = re.match(r"[\"'“«¿¡(]*([^\W\d_]+)", after)
    return bool(word) and word.group(1).lower() in _STARTERS and word.group(1)[0].isupper()


def _cut_long(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span without outer white space, cut into parts of at most LONGEST characters."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    spans: list[tuple[int, int]] = []
    while end - start > LONGEST:
        cut = _best_cut(text, start, end)
        stop = cut
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        spans.append((start, stop))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        spans.append((start, end))
    return spans


def _best_cut(text: str, start: int, end: int) -> int:
    """The clause boundary for the first part of an overlong span: the strongest near an even share."""
    parts = -(-(end - start) // LONGEST)
    goal = start + (end - start) // parts
    low, high = start + LONGEST // 3, start + LONGEST
    best, best_score = high, float("-inf")
    for strength, pattern in _CLAUSE:
        for match in pattern.finditer(text, low, high):
            cut = match.end()
            score = strength - 2.5 * abs(cut - goal) / LONGEST
            if score > best_score and cut <= high:
                best, best_score = cut, score
        if strength <= 1 and best_score > float("-inf"):
            break
    return best


def split_lines(text: str, start: int, end: int, hard: frozenset[int] = frozenset()) -> list[tuple[int, int]]:
    """The runs of lines in text[start:end] that are sentences' outer bounds: list items and lines that stand alone are
    parted, lines that were only wrapped are not. `hard` are places where a line surely begins."""
    if text.find("\n", start, end) < 0:
        return [(start, end)]
    lines: list[tuple[int, int]] = []
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        lines.append((at, stop))
        at = stop + 1
    width = max(stop - first for first, stop in lines)
    runs = [lines[0]]
    for above, line in pairwise(lines):
        if line[0] in hard or _parts_lines(text, above, line, width):
            runs.append(line)
        else:
            runs[-1] = (runs[-1][0], line[1])
    return runs


def _parts_lines(text: str, above: tuple[int, int], line: tuple[int, int], width: int) -> bool:
    """Whether a line break means something: a list item or a label follows, or the line above had room for the next
    word."""
    if not 40 <= width <= 140 or _MARKER.match(text, line[0], line[1]):
        return True
    if not text[above[0] : above[1]].strip() or _LABEL.match(text, line[0], line[1]):
        return True
    first_word = re.match(r"\s*\S+", text[line[0] : line[1]])
    needed = len(first_word.group().strip()) if first_word else 0
    return above[1] - above[0] + 1 + needed < width - 8
