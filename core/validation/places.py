"""A sentence of a source, read: its words, dates and figures, its clauses, and each figure there with the words that it
belongs to: those of its clause, less those of the sentence. It reads no tables (see table_places).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.lexicon.bounds import bound_of
from core.validation.dates import DateSpan, read_dates
from core.validation.measures import Quantity, fold, lexicon
from core.validation.quantities import read_quantities
from core.validation.vocabulary import Vocabulary, Word

_CLAUSE = re.compile(
    r"[;:]\s|,\s|\s[—–-]\s|\s\(|\)\s|\s(?:and|but|while|whereas|versus|vs\.?|compared (?:to|with)|up from|"
    r"down from|from|against|before(?= \w+ing\b)|antes de(?= \w+[aei]r\b)|y|e|pero|mientras|"
    r"aunque|frente al?|desde(?: los?)?|respecto al?|comparado con)\s",
    re.I,
)
_GOES_ON = re.compile(r"\s*(?:from|desde|\(|to|for|para|por|compared|versus|against|frente|respecto)\b", re.I)
_JOINED = re.compile(r"\s*(?:and|y|e|to|a|[-–/])\s*", re.I)
_AND = re.compile(r"\b(?:and|y|e|but|pero|while|mientras)\b", re.I)
_FIGURE_BETWEEN = re.compile(r"\d[\d.,]*")
_HEAD_ENDS = re.compile(
    r"[,;:().\[\]]|\s(?:and|y|e|but|pero|of|de|del|in|en|at|to|a|for|para|than|que|was|were|is|are|if|si|when|cuando|"
    r"unless|salvo)\s",
    re.I,
)
_AND_ALONE = re.compile(r"\s*(?:and|y|e|to|a|-|–)\s*(?:[€$£]\s?)?", re.I)
_COPULA = re.compile(r"\s+(?:are|is|were|was|son|eran|fueron)(?=\s)", re.I)
_PERIODS = {
    "year": ("year", "annu", "ano", "anual"),
    "quarter": ("quarter", "trimestr"),
    "month": ("month", "mes", "mensual"),
    "week": ("week", "seman"),
    "night": ("night", "noche"),
    "day": ("day", "dai", "dia", "diari"),
}
_PERIOD_BEHIND = re.compile(
    r"\s*(?:(?:a|an|per|each|every|al|por|cada|/)\s?)?(year\w*|annual\w*|quarterly|month\w*|weekly|week|daily|day|night|anual\w*|"
    r"mes|mensual\w*|trimestr\w*|semana\w*|ano|dia|noche|diari\w*)\b"
)
_EACH_BEHIND = re.compile(r"\s*(?:(?:per|por|each|every|an?|el|la|al|cada)(?: cada)?\s|/\s?)([a-z²³]+)")
_PER_BEHIND = re.compile(r"\s*(?:(?:per|for (?:each|every)|each|every|por(?: cada)?|cada)\s|/\s?)")
_PERIOD_WORD = re.compile(
    r"\b(?:yearly|annual|monthly|quarterly|weekly|daily|anual|mensual|trimestral|semanal|diari[oa])\b"
)
OWN, CLAUSE_BEFORE, SENTENCE, SECTION = 1.0, 0.5, 0.3, 0.4
Context = dict[str, float]


@dataclass(frozen=True, slots=True)
class Place:
    """A figure and the words it belongs to: key -> weight. `line` names what it shares with its neighbours (document,
    page, and a table's row or a sentence), `column` its column in a table; `percent` says that its label speaks of a
    share; `way` is +1 or -1 where its sign or its clause says that it goes up or down; `quoted` whether the citation's
    own words hold it. `header` is what its column's header says and `scale` what its table is in. In prose `before` and
    `after` are the words around it, `head` the thing that it counts ('90 sites'), `period` the time that it is for
    ('a month'), `per` the keys of what it is given for each of, `bound` the limit that it is (see bounds) and `clause`
    the number of its clause."""

    quantity: Quantity
    context: Context
    line: tuple[int, int, int, int]
    column: int | None = None
    percent: bool = False
    way: int = 0
    quoted: bool = True
    header: Context = field(default_factory=dict)
    scale: float = 1.0
    before: str = ""
    after: str = ""
    head: frozenset[str] = frozenset()
    period: str = ""
    bound: str = ""
    clause: int = -1
    per: frozenset[str] = frozenset()


@dataclass(slots=True)
class Segment:
    """A sentence of a page, read."""

    start: int
    end: int
    text: str
    words: list[Word]
    dates: list[DateSpan]
    quantities: list[Quantity]


def read_segment(text: str, start: int, end: int, lang: str, vocabulary: Vocabulary, mark: str = "") -> Segment:
    """A sentence of a text; `mark` is the decimal mark of its figures, if known."""
    said = text[start:end]
    dates = read_dates(said)
    quantities = read_quantities(said, [(d.start, d.end) for d in dates], mark, lang)
    return Segment(start, end, said, vocabulary.read(said, lang), dates, quantities)


def merge_keys(words: Iterable[Word], weight: float, into: Context | None = None) -> Context:
    """Keys of the words that say something, at their best weight."""
    table = {} if into is None else into
    for word in words:
        if not word.stop:
            for key in word.keys:
                if table.get(key, 0.0) < weight:
                    table[key] = weight
    return table


def merge_dates(dates: Iterable[DateSpan], weight: float, into: Context) -> Context:
    """Years, months and quarters as words of a context."""
    for date in dates:
        for moment in date.readings:
            for name, value in (("year", moment.year), ("quarter", moment.in_quarter), ("month", moment.month)):
                if value is not None and into.get(f"@{name}{value}", 0.0) < weight:
                    into[f"@{name}{value}"] = weight
    return into


def prose_places(segment: Segment, quoted: bool = True, where: tuple[int, int] = (0, 0)) -> list[Place]:
    """The figures of a sentence with the words of their clause, of the clause before, and of the sentence."""
    clauses = cut_clauses(segment)
    places = []
    for quantity in segment.quantities:
        if quantity.kind == "code":
            continue
        context: Context = merge_keys(segment.words, SENTENCE)
        own = next((n for n, (a, b) in enumerate(clauses) if a <= quantity.start < b), 0)
        listed = own and any(_is_alike(q, quantity) for q in segment.quantities if _lies(q, clauses[own - 1]))
        for n, weight in ((own - 1, SENTENCE if listed else CLAUSE_BEFORE), (own, OWN)):
            if 0 <= n < len(clauses):
                a, b = clauses[n]
                merge_keys((w for w in segment.words if a <= w.start < b), weight, context)
        for date, weight in weigh_dates(quantity, segment, clauses):
            merge_dates([date], weight, context)
        way = way_of(quantity, [w for w in segment.words if clauses[own][0] <= w.start < clauses[own][1]])
        around = (
            segment.text[max(0, quantity.start - 32) : quantity.start],
            segment.text[quantity.end : quantity.end + 48],
        )
        line = (*where, segment.start, -1)
        head, period = head_of(quantity, segment), period_of(quantity, segment)
        bound = bound_of(segment.text[max(0, quantity.start - 64) : quantity.start], around[1])
        told = {"before": around[0], "after": around[1], "head": head, "period": period, "bound": bound, "clause": own}
        told["per"] = per_of(quantity, segment)
        places.append(Place(quantity, context, line, way=way, quoted=quoted, **told))
    return places


def _is_alike(one: Quantity, other: Quantity) -> bool:
    """Whether two figures are items of one list: 'so much in cars, so much in homes'."""
    return (one.kind, one.unit, one.scale) == (other.kind, other.unit, other.scale)


def _lies(quantity: Quantity, clause: tuple[int, int]) -> bool:
    return clause[0] <= quantity.start < clause[1]


def head_of(quantity: Quantity, segment: Segment) -> frozenset[str]:
    """The keys of the noun right behind a figure, of the two words behind it that say something."""
    stop = next((q.start for q in segment.quantities if q.start >= quantity.end), len(segment.text))
    copula = _COPULA.match(segment.text, quantity.end)
    first = copula.end() if copula else quantity.end
    behind = segment.text[first:stop]
    end = _HEAD_ENDS.search(behind)
    stop = first + (end.start() if end else len(behind))
    words = [w for w in segment.words if quantity.end <= w.start < stop and not w.stop][:2]
    return frozenset().union(*(word.keys for word in words))


def period_of(quantity: Quantity, segment: Segment) -> str:
    """What an amount is for: a year, quarter, month, week or day, a unit of measure ('per mile'), or nothing."""
    behind = _PERIOD_BEHIND.match(fold(segment.text[quantity.end : quantity.end + 24]))
    if behind:
        return next(name for name, forms in _PERIODS.items() if behind[1].startswith(forms))
    each = _EACH_BEHIND.match(fold(segment.text[quantity.end : quantity.end + 24]))
    if each and each[1] in lexicon()["units"]:
        return lexicon()["units"][each[1]]
    before = fold(segment.text[max(0, quantity.start - 40) : quantity.start])
    told = [(before.rfind(form), name) for name, forms in _PERIODS.items() for form in forms if form in before]
    return max(told)[1] if told and _PERIOD_WORD.search(before) else ""


def per_of(quantity: Quantity, segment: Segment) -> frozenset[str]:
    """The keys of what an amount is given for each of: 'a day', 'per seat', 'por hectárea'."""
    behind = fold(segment.text[quantity.end : quantity.end + 40])
    each, per = _EACH_BEHIND.match(behind), _PER_BEHIND.match(behind)
    if each and each[1] in lexicon()["units"]:
        return frozenset((f"unit:{lexicon()['units'][each[1]]}",))
    start = quantity.end + per.end() if per else -1
    return next((word.keys for word in segment.words if word.start == start), frozenset())


def weigh_dates(
    quantity: Quantity, segment: Segment, clauses: Sequence[tuple[int, int]]
) -> list[tuple[DateSpan, float]]:
    """The dates of a sentence for one of its figures: the nearest one is its own where there are several."""
    if len(segment.dates) < 2:
        own = next((c for c in clauses if c[0] <= quantity.start < c[1]), (0, len(segment.text)))
        return [
            (
                date,
                OWN if own[0] <= date.start < own[1] and not _is_anothers(date, quantity, segment) else CLAUSE_BEFORE,
            )
            for date in segment.dates
        ]

    def distance(date: DateSpan) -> float:
        if date.start >= quantity.end:
            between = segment.text[quantity.end : date.start]
            return len(between) + 40 * len(_FIGURE_BETWEEN.findall(between)) + 20 * len(_AND.findall(between))
        between = segment.text[date.end : quantity.start]
        return len(between) + 8 + 40 * len(_FIGURE_BETWEEN.findall(between))

    nearest = min(segment.dates, key=distance)
    pairs = zip(segment.dates, segment.dates[1:], strict=False)
    if any(nearest in pair and _JOINED.fullmatch(segment.text[pair[0].end : pair[1].start]) for pair in pairs):
        return [(date, CLAUSE_BEFORE) for date in segment.dates]  # 'between June and September': of both figures
    return [(date, OWN if date.start == nearest.start else SENTENCE) for date in segment.dates]


def _is_anothers(date: DateSpan, quantity: Quantity, segment: Segment) -> bool:
    """Whether a date stands right behind another figure and before this one: '12 at the end of 2024 to 10'."""
    if date.start > quantity.start:
        return False
    before = [q.end for q in segment.quantities if q.end <= date.start and q.kind != "code"]
    return bool(before) and len(segment.text[max(before) : date.start].split()) <= 5


def way_of(quantity: Quantity, words: Sequence[Word]) -> int:
    """Which way a figure goes: by its sign, else by the words of its clause where these agree."""
    if quantity.signed:
        return -1 if quantity.negative else 1
    ways = {-word.way if word.negated else word.way for word in words if word.way}
    return ways.pop() if len(ways) == 1 else 0


def cut_clauses(segment: Segment) -> list[tuple[int, int]]:
    """Clauses of a sentence, one without a figure joined to the next one that has one, a last one to the one before."""
    figures = [q.start for q in segment.quantities if q.kind != "code"]
    cuts = [m.start() + 1 for m in _CLAUSE.finditer(segment.text)]
    cuts = [c for c in cuts if not any(q.start < c < q.end for q in segment.quantities)]
    cuts = [c for c in cuts if not any(d.start < c < d.end for d in segment.dates)]
    cuts = [c for c in cuts if not _in_range(segment, c)]
    edges = [0, *cuts, len(segment.text)]
    clauses: list[tuple[int, int]] = []
    start = 0
    for end in edges[1:]:
        if (
            clauses
            and start == clauses[-1][1]
            and _GOES_ON.match(segment.text, start)
            and not _has(figures, start, end)
        ):
            clauses[-1] = (clauses[-1][0], end)  # 'fifteen days from receipt': no clause of its own
            start = end
            continue
        if any(start <= at < end for at in figures):
            clauses.append((start, end))
            start = end
    if start < len(segment.text):
        if clauses:
            clauses[-1] = (clauses[-1][0], len(segment.text))
        else:
            clauses.append((start, len(segment.text)))
    return clauses


def _in_range(segment: Segment, cut: int) -> bool:
    """Whether a cut lies in 'between 18 and 21'."""
    pairs = itertools.pairwise(q for q in segment.quantities if q.kind != "code")
    inside = next(((a, b) for a, b in pairs if a.end <= cut <= b.start), None)
    return inside is not None and _AND_ALONE.fullmatch(segment.text[inside[0].end : inside[1].start]) is not None


def _has(figures: Sequence[int], start: int, end: int) -> bool:
    return any(start <= at < end for at in figures)


def holds(text: str, name: str) -> bool:
    """Whether a folded text holds a folded name as whole words."""
    return re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", text) is not None


def holds_figure(text: str, digits: str) -> bool:
    """Whether a text holds these digits as a figure of its own, not inside a longer one."""
    return re.search(rf"(?<![\w.,]){re.escape(digits)}(?!\w|[.,]\d)", text) is not None
