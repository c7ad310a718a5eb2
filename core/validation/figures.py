"""Each figure, date and name of a statement, looked for in its sources: found, found with another unit, belonging to
something else, computable, elsewhere on the page, or nowhere.

Nothing here weighs words against each other; what a finding means for the verdict is decided in `support`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.validation.dates import DateSpan, Moment, read_dates
from core.validation.derive import follows
from core.validation.match import close, fit
from core.validation.names import Name
from core.validation.quantities import Quantity, fold, lexicon
from core.validation.rows import Rows
from core.validation.sources import (
    CLAUSE_BEFORE,
    OWN,
    SENTENCE,
    Passage,
    Place,
    Segment,
    cut_clauses,
    holds,
    holds_figure,
    way_of,
    weigh_dates,
)

MARGIN = 0.6
_PAGE_BEFORE = re.compile(r"(?:\bp|\bpp|\bpage|\bpages|\bpag|\bpagina|\bpaginas)\.?\s*$")
_RESPECTIVELY = re.compile(r"\brespectively\b|\brespectivamente\b", re.I)

WordContext = list[tuple[frozenset[str], float]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a part of a statement: a reason key, what it names, and whether it stands against the whole
    statement (`hard`) or only leaves it unproven."""

    reason: str
    params: dict[str, Any] = field(default_factory=dict)
    hard: bool = True


@dataclass(slots=True)
class Evidence:
    """What a statement is held against: the passages it cites, and the rows of the answer where it has any."""

    passages: Sequence[Passage]
    rows: Rows | None = None
    places: list[Place] = field(default_factory=list)

    def __post_init__(self) -> None:
        kept: dict[tuple, Place] = {}
        for passage in self.passages:
            for place in passage.places:
                key = (place.line, place.column, place.quantity.start, place.quantity.text)
                if key not in kept or place.quoted:
                    kept[key] = place
        self.places = list(kept.values())

    @property
    def scales(self) -> frozenset[float]:
        """What the sources declare bare figures to be in."""
        return frozenset({1.0}).union(*(passage.scales for passage in self.passages))

    def fit(self, claim: Quantity, place: Place) -> str:
        scales = self.scales
        currencies = frozenset().union(*(p.currencies for p in self.passages))
        how = fit(claim, place.quantity, scales=scales, currencies=currencies, percent=place.percent)
        if how == "unit" and not place.quantity.unit and place.quantity.kind == "number":
            forms = [form for form, unit in lexicon()["units"].items() if unit == claim.unit]
            return "same" if any(f"w:{form}" in place.context for form in forms) else how
        return how


@dataclass(slots=True)
class Found:
    """How the figures of a statement fared: `proven` of `total` parts, and what is wrong."""

    total: int = 0
    proven: int = 0
    computed: bool = False
    from_rows: bool = False
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A figure of a statement: the words and dates it belongs to there, its clause, and which way it is said to go."""

    quantity: Quantity
    context: WordContext
    clause: str
    way: int
    years: frozenset[str]
    all_years: frozenset[str] = frozenset()
    siblings: tuple[Quantity, ...] = ()


_COMPARED = re.compile(r"\b(?:than|de lo|que lo)\s+(?:\w+\s+)?$")


def contexts(claim: Segment) -> list[Spoken]:
    """Each figure of a statement with the words of its clause, those of the rest of the sentence less."""
    clauses = cut_clauses(claim)
    figures = [q for q in claim.quantities if q.kind != "code"]
    others = _lists_apart(claim, figures)
    all_years = frozenset(f"@year{m.year}" for d in claim.dates for m in d.readings if m.year is not None)
    found = []
    for n, quantity in enumerate(figures):
        own = next((i for i, (a, b) in enumerate(clauses) if a <= quantity.start < b), 0)
        foreign = others.get(n, ())
        context: WordContext = []
        for word in claim.words:
            if word.stop or any(a <= word.start < b for a, b in foreign):
                continue
            clause = next((i for i, (a, b) in enumerate(clauses) if a <= word.start < b), 0)
            weight = OWN if clause == own else CLAUSE_BEFORE if clause == own - 1 else SENTENCE
            compared = _COMPARED.search(fold(claim.text[max(0, word.start - 14) : word.start]))
            context.append((word.keys, SENTENCE if compared else weight))
        years: set[str] = set()
        for date, weight in weigh_dates(quantity, claim, clauses):
            if any(a <= date.start < b for a, b in foreign):
                continue
            for name in ("year", "quarter", "month"):
                keys = {f"@{name}{getattr(m, name)}" for m in date.readings if getattr(m, name) is not None}
                if keys:
                    context.append((frozenset(keys), weight))
                    years |= keys if weight >= OWN else set()
        start, end = clauses[own]
        if own and sum(not w.stop for w in claim.words if start <= w.start < end) < 2:
            start = clauses[own - 1][0]  # ', or 12 euros' goes on with the clause before
        siblings = tuple(q for q in figures if start <= q.start < end and q is not quantity)
        way = way_of(quantity, [w for w in claim.words if start <= w.start < end])
        found.append(Spoken(quantity, context, claim.text[start:end], way, frozenset(years), all_years, siblings))
    return found


def _lists_apart(claim: Segment, figures: Sequence[Quantity]) -> dict[int, list[tuple[int, int]]]:
    """'A and B had 1 and 2 respectively': for each figure, the spans that belong to the others."""
    if len(figures) < 2 or not _RESPECTIVELY.search(claim.text):
        return {}
    names = [word for word in claim.words if word.text[:1].isupper() and word.start > 0]
    for items in ([(d.start, d.end) for d in claim.dates], [(w.start, w.end) for w in names]):
        if len(items) == len(figures):
            return {n: [span for m, span in enumerate(items) if m != n] for n in range(len(figures))}
    return {}


def score(context: WordContext, place: Place) -> float:
    """How much of what a figure belongs to in the statement it belongs to in the source."""
    return sum(weight * _strength(keys, place) for keys, weight in context)


def check_figures(claim: Segment, evidence: Evidence, skip: Sequence[tuple[int, int]] = ()) -> Found:
    """Look for every figure of the statement; those inside `skip` are not the statement's own."""
    found = Found()
    named: list[tuple[Spoken, Place]] = []
    open_ones: list[tuple[Spoken, Finding | None]] = []
    for spoken in contexts(claim):
        if _says_nothing(claim, spoken.quantity, skip):
            continue
        found.total += 1
        matches = [place for place in evidence.places if evidence.fit(spoken.quantity, place) == "same"]
        finding = None
        if matches and _verbatim(claim, spoken.quantity, evidence):
            named.append((spoken, matches[0]))
        elif matches:
            finding, best = _weigh(spoken, matches, evidence.places)
            if finding is not None and not any(place.quoted for place in matches):
                open_ones.append((spoken, finding))  # it may be computed from what is quoted
                continue
            if finding is None:
                finding = _not_earlier(spoken, best, named)
                named.append((spoken, best))
        elif not _in_rows(spoken, evidence, found, named) and not _literal(spoken.quantity, evidence):
            open_ones.append((spoken, None))
            continue
        if finding is None:
            found.proven += 1
        else:
            found.findings.append(finding)
    for spoken, known in open_ones:
        values = [_value(place) for _, place in named]
        base = bool(named) and named[0][0].quantity.start > spoken.quantity.start  # '3 less than the 12 of ...'
        if follows(spoken, values, list(_together(spoken, evidence)), evidence.scales, base):
            found.proven += 1
            found.computed = True
        else:
            finding = known or _missing(spoken, evidence)
            found.findings += [finding] if finding is not None else []
    found.findings += _against_order(claim)
    return found


def _verbatim(claim: Segment, quantity: Quantity, evidence: Evidence) -> bool:
    """Whether a figure stands among the source's own words: those on both sides, or the word before it ('ASC 606')."""
    around = " ".join(claim.text[max(0, quantity.start - 24) : quantity.end + 24].split())
    quoted = [" ".join(s.text.split()) for passage in evidence.passages for s in passage.quoted]
    if len(around) >= len(quantity.text) + 24 and any(around in text for text in quoted):
        return True
    before = [word for word in claim.words if word.end <= quantity.start]
    if not before or before[-1].stop or quantity.start - before[-1].end > 2:
        return False
    said = fold(claim.text[before[-1].start : quantity.end])
    return any(holds(passage.near_folded, said) for passage in evidence.passages)


def _weigh(spoken: Spoken, matches: Sequence[Place], places: Sequence[Place]) -> tuple[Finding | None, Place]:
    """What is wrong with a figure that the source has, and the place that fits best."""
    best = max(matches, key=lambda place: score(spoken.context, place) + 0.5 * place.quoted)
    finding = _belongs_elsewhere(spoken, best, matches, places) or _other_time(spoken, matches)
    if finding is None and not best.quoted and not any(place.quoted for place in matches):
        finding = Finding("figure_elsewhere", {"what": spoken.quantity.text}, hard=False)
    against = spoken.way and best.way and spoken.way != best.way
    if finding is None and against and all(place.way == best.way for place in matches):
        finding = Finding("way_differs", {"what": spoken.quantity.text})
    return finding, best


def _other_time(spoken: Spoken, matches: Sequence[Place]) -> Finding | None:
    """A figure of another year, quarter or month than the statement says, wherever the source has it."""
    if spoken.quantity.kind == "percent" and matches[0].column is None:
        return None  # 'up 5 % on 2024': the year is what it is compared with
    for name in ("@year", "@quarter", "@month"):
        said = {key for key in spoken.years if key.startswith(name)}
        if not said:
            continue
        held = [{k for k, w in place.context.items() if k.startswith(name) and w >= OWN} for place in matches]
        if all(times and not times & said for times in held):
            return Finding("other_time", {"what": spoken.quantity.text})
    return None


def _not_earlier(spoken: Spoken, place: Place, named: Sequence[tuple[Spoken, Place]]) -> Finding | None:
    """'12, against 10 a year earlier': the figure of the year earlier must be of an earlier year."""
    if not _EARLIER.search(fold(spoken.clause)):
        return None
    own = _years(place)
    for other, found in named:
        if _years(found) and own and not _EARLIER.search(fold(other.clause)) and min(own) >= max(_years(found)):
            return Finding("other_time", {"what": spoken.quantity.text})
    return None


def _years(place: Place) -> list[int]:
    return [int(k[5:]) for k, weight in place.context.items() if k.startswith("@year") and weight >= OWN]


_EARLIER = re.compile(
    r"\b(?:un ano antes|ano anterior|ano pasado|year (?:earlier|before|ago)|"
    r"(?:previous|prior|last) year|ejercicio anterior)\b"
)
_BETWEEN = re.compile(r"\b(?:between|entre)\s+(?:el\s+|los\s+|the\s+)?$")
_TO_BEFORE = re.compile(r"\b(?:to|a|hasta)\s+(?:the\s+|los\s+|las\s+|el\s+)?$")
_FROM_TO = re.compile(r"\b(?:from|de|desde)\s+(?:the\s+|los\s+|las\s+)?$")
_TO = re.compile(r"^\s*(?:(?:in|en)\s+(?:\w+\s+)?\d{4}\s*)?(?:to|a|hasta)\s+(?:the\s+|los\s+|las\s+|un\s+)?$")


def _against_order(claim: Segment) -> list[Finding]:
    """'rose from 12 to 10' contradicts itself."""
    figures = [q for q in claim.quantities if q.kind != "code"]
    for n, (first, second) in enumerate(itertools.pairwise(figures)):
        folded = fold(claim.text)
        between = fold(claim.text[first.end : second.start]).split()
        joined = _BETWEEN.search(folded[: first.start]) and between[-1:] in (["and"], ["y"], ["e"]) and len(between) < 3
        if joined and first.readings[0][0] > second.readings[0][0]:
            return [Finding("way_differs", {"what": second.text})]
        if _TO_BEFORE.search(folded[: first.start]) and between[-1:] in (["from"], ["desde"]):
            ways = {-w.way if w.negated else w.way for w in claim.words if w.way and w.start < first.start}
            change = first.readings[0][0] - second.readings[0][0]
            if len(ways) == 1 and first.kind == second.kind and change * ways.pop() < 0:
                return [Finding("way_differs", {"what": first.text})]
        if not _FROM_TO.search(folded[: first.start]) or not _TO.match(folded[first.end : second.start]):
            continue
        start = figures[n - 1].end if n else 0
        ways = {-w.way if w.negated else w.way for w in claim.words if w.way and start <= w.start < first.start}
        if len(ways) != 1 or first.kind != second.kind:
            continue
        change = second.readings[0][0] - first.readings[0][0]
        if change * ways.pop() < 0 and not first.negative and not second.negative:
            return [Finding("way_differs", {"what": second.text})]
    return []


def _says_nothing(claim: Segment, quantity: Quantity, skip: Sequence[tuple[int, int]]) -> bool:
    if any(a <= quantity.start < b for a, b in skip):
        return True
    before = fold(claim.text[max(0, quantity.start - 10) : quantity.start])
    if _PAGE_BEFORE.search(before):
        return True
    if not quantity.spelled or quantity.kind != "number" or quantity.unit:
        return False
    return _enumerated(claim, quantity)


def _enumerated(claim: Segment, quantity: Quantity) -> bool:
    """'three types: A, B and C' counts what it lists."""
    _, _, listed = claim.text[quantity.end :].partition(":")
    items = [item for item in re.split(r",|;|\s(?:and|or|y|e|o)\s", listed) if item.strip()]
    return len(items) == int(quantity.readings[0][0])


def _belongs_elsewhere(
    spoken: Spoken, best: Place, matches: Sequence[Place], places: Sequence[Place]
) -> Finding | None:
    """A figure that the source gives for something else, where it gives another figure for what is spoken of. Prose
    that is quoted is compared with what is quoted beside it, a table's cell with its table."""
    reached = score(spoken.context, best)
    same = (best.quantity.kind, best.quantity.unit)
    rivals = [p for p in places if (p.quantity.kind, p.quantity.unit) == same and p not in matches]
    if best.column is None:
        rivals = [p for p in rivals if p.column is None and (p.quoted or not best.quoted)]
    else:
        rivals = [p for p in rivals if p.line[:3] == best.line[:3] and (p.column or not best.column)]
    rivals = [
        p for p in rivals if not any(close(q, value) for q in spoken.siblings for value, _ in p.quantity.readings)
    ]
    for rival in sorted(rivals, key=lambda place: -score(spoken.context, place))[:1]:
        if score(spoken.context, rival) - reached >= MARGIN and _owns_more(spoken.context, rival, best):
            params = {"what": spoken.quantity.text, "instead": rival.quantity.text}
            return Finding("figure_swapped", params)
    return None


def _owns_more(context: WordContext, rival: Place, match: Place) -> bool:
    """Whether a word of the figure's own clause belongs to the rival and not at all to the match."""
    return any(
        _strength(keys, rival) >= 0.9 and _strength(keys, match) <= CLAUSE_BEFORE for keys, w in context if w >= OWN
    )


def _strength(keys: frozenset[str], place: Place) -> float:
    return max((place.context.get(key, 0.0) for key in keys), default=0.0)


def _in_rows(spoken: Spoken, evidence: Evidence, found: Found, named: list[tuple[Spoken, Place]]) -> bool:
    """Whether a cell of the rows, or a figure computed from a column, says it; a cell of another row than the one
    spoken of is a finding."""
    rows, quantity, context = evidence.rows, spoken.quantity, spoken.context
    if rows is None or quantity.kind == "points":
        return False
    matches, rivals = [], []
    for r, c, value in rows.cells():
        whole = 100 * value if quantity.kind == "percent" and abs(value) <= 1.5 else value
        (matches if close(quantity, value) or close(quantity, whole) else rivals).append((r, c))
    if matches:
        found.from_rows = True
        places = [rows.places(r, c) for r, c in matches[:50]]
        best = max(places, key=lambda place: score(context, place))
        others = (rows.places(r, c) for r, c in rivals[:1500])
        top = max(others, key=lambda place: score(context, place), default=None)
        finding = _other_time(spoken, places)
        if top is not None and score(context, top) - score(context, best) >= MARGIN and _owns_more(context, top, best):
            params = {"what": quantity.text, "instead": top.quantity.text.removesuffix(".0")}
            finding = Finding("figure_swapped", params)
        if finding is not None:
            found.findings.append(finding)
            found.proven -= 1
        else:
            named.append((spoken, best))
        return True
    if any(close(quantity, value) for _, value in rows.computed):
        found.computed = True
        return True
    return False


def _literal(quantity: Quantity, evidence: Evidence) -> bool:
    """Whether the very digits stand in the source as part of something that is not read as a figure."""
    if any(holds(passage.near_folded, fold(quantity.text)) for passage in evidence.passages if quantity.unit):
        return True
    digits = re.sub(r"[^\d.,]", "", quantity.text).strip(".,")
    if len(digits) < 1 or quantity.unit or quantity.kind != "number" or quantity.scale != 1.0:
        return False
    if any(evidence.fit(quantity, place) for place in evidence.places):
        return False
    return any(holds_figure(text, digits) for p in evidence.passages for text in (p.near_text, p.identity))


def _together(spoken: Spoken, evidence: Evidence) -> Iterable[list[float]]:
    """Groups of source figures that a computed one may come from: those of the lines that fit best, and of one column
    those of the rows that the statement names."""
    usable = [place for place in evidence.places if _same_money(spoken.quantity, place, evidence)]
    lines: dict[tuple, list[Place]] = {}
    for place in usable:
        lines.setdefault((place.line, place.quantity.kind), []).append(place)
    ranked = sorted(lines.values(), key=lambda line: -max(score(spoken.context, place) for place in line))
    ranked = [line for line in ranked if any(place.quoted for place in line)][:4] + ranked[:1]
    for line in ranked:
        if max(score(spoken.context, place) for place in line) > 0:
            yield from _orders(line, spoken)
    columns: dict[tuple[int, ...], list[Place]] = {}
    for line in ranked[:-1]:
        for place in line:
            if place.column is not None:
                columns.setdefault((*place.line[:3], place.column), []).append(place)
    yield from ([_value(place) for place in column] for column in columns.values())
    if evidence.rows is not None:
        yield from _row_groups(spoken.context, evidence.rows)


def _orders(line: Sequence[Place], spoken: Spoken) -> Iterable[list[float]]:
    """A line's figures by year where each has one, those of the years that are named first; else in both orders."""
    timed = sorted((place for place in line if _years(place)), key=_years)
    if len(spoken.all_years) > 1 and len(timed) > 1:
        yield [_value(place) for place in timed if place.context.keys() & spoken.all_years][:8]
        if len(spoken.all_years) == 2 and not spoken.way:
            yield [_value(place) for place in timed][:8]  # 'the average from 2017 to 2019'
        return
    if len(timed) == len(line):
        yield [_value(place) for place in timed][:8]
        return
    values = [_value(place) for place in line][:8]
    yield values
    yield values[::-1]


def _same_money(quantity: Quantity, place: Place, evidence: Evidence) -> bool:
    """Whether an amount of money may come from a figure: not from another currency, nor where none is named."""
    if quantity.unit not in lexicon()["currencies"].values():
        return True
    if place.quantity.unit:
        return place.quantity.unit == quantity.unit
    return any(quantity.unit in passage.currencies for passage in evidence.passages)


def _row_groups(context: WordContext, rows: Rows) -> Iterable[list[float]]:
    """Of each column, the figures of the rows that the statement names; of each such row, its figures."""
    named = [r for r, label in enumerate(rows.labels) if any(keys & label.keys() for keys, _ in context)]
    if not named:
        named = list(range(min(len(rows.labels), 12)))
    named = named[:12]
    for values in rows.numbers.values():
        told = [values[r] for r in named if values[r] is not None]
        yield told
        yield told[::-1]
        ends = [value for value in (values[0], values[-1]) if value is not None]
        yield ends
        present = [value for value in values if value is not None]
        if len(present) > len(named) and len(named) <= 4:
            yield from ([values[r], sum(present)] for r in named if values[r] is not None)
    for r in named:
        yield [values[r] for values in rows.numbers.values() if values[r] is not None]


def _value(place: Place) -> float:
    value = place.quantity.readings[0][0]
    return -value if place.quantity.negative else value


def _missing(spoken: Spoken, evidence: Evidence) -> Finding | None:
    """Why a figure is not proven: another unit, another sign, elsewhere on the page, or nowhere."""
    quantity = spoken.quantity
    for place in evidence.places:
        how = evidence.fit(quantity, place)
        if how in ("unit", "sign"):
            return Finding(f"{how}_differs", {"what": quantity.text, "instead": place.quantity.text})
    digits = re.sub(r"[^\d.,]", "", quantity.text).strip(".,")
    if quantity.spelled or len(digits) > 1:
        for passage in evidence.passages:
            page = passage.page_text
            if holds(fold(page), fold(quantity.text)) if quantity.spelled else holds_figure(page, digits):
                if quantity.spelled and quantity.kind == "number" and not quantity.unit:
                    return None
                return Finding("figure_elsewhere", {"what": quantity.text}, hard=False)
    near = [place for place in evidence.places if place.quantity.kind == quantity.kind]
    near = [place for place in near if place.quoted] or near
    best = max(near, key=lambda place: score(spoken.context, place), default=None)
    if best is not None and score(spoken.context, best) >= 1.0 and best.quantity.text:
        return Finding("figure_instead", {"what": quantity.text, "instead": best.quantity.text})
    return Finding("figure_missing", {"what": quantity.text})


# ---------------------------------------------------------------- dates, names, codes


def check_dates(claim: Segment, evidence: Evidence, skip: Sequence[tuple[int, int]] = ()) -> Found:
    """Look for every date: all that it says must be said by one date of the source, a year may stand elsewhere."""
    found = Found()
    known = [date for passage in evidence.passages for date in passage.dates]
    known += evidence.rows.dates if evidence.rows is not None else []
    for date in claim.dates:
        if any(a <= date.start < b for a, b in skip):
            continue
        found.total += 1
        if any(_said(moment, known) for moment in date.readings):
            found.proven += 1
            continue
        far = [p for p in evidence.passages if holds(fold(p.page_text), fold(date.text))]
        undated = not any(s.dates for passage in evidence.passages for s in passage.quoted)
        if far and undated and all(m.day is None and m.month is None for m in date.readings):
            found.proven += 1
            continue
        if far and all(moment.day is None for moment in date.readings):
            found.findings.append(Finding("date_elsewhere", {"what": date.text}, hard=False))
            continue
        instead = next((d.text for d in known if _same_shape(date, d) and d.text != date.text), "")
        reason = "date_instead" if instead else "date_missing"
        found.findings.append(Finding(reason, {"what": date.text, **({"instead": instead} if instead else {})}))
    if not found.findings and not skip:
        found.findings += _other_years(claim, evidence)
    return found


def _other_years(claim: Segment, evidence: Evidence) -> list[Finding]:
    """A statement whose years are none of those that its quoted sentences name."""
    said = [date for date in claim.dates if any(m.year for m in date.readings)]
    own = {m.year for date in said for m in date.readings}
    quoted = {m.year for p in evidence.passages for s in p.quoted for d in s.dates for m in d.readings if m.year}
    rows = {y for place in evidence.places if place.quoted for y in _years(place)}
    named = {m.year for p in evidence.passages for d in read_dates(p.identity) for m in d.readings}
    if not own or not quoted or own & (quoted | rows | named) or evidence.rows is not None:
        return []
    return [Finding("date_instead", {"what": said[0].text, "instead": str(min(quoted))})]


def _said(moment: Moment, known: Sequence[DateSpan]) -> bool:
    if any(moment.agrees(other) for date in known for other in date.readings):
        return True
    if moment.year is None or (moment.month is None and moment.quarter is None):
        return False
    rest = Moment(None, moment.quarter, moment.month, moment.day)
    undated = any(rest.agrees(other) and other.year is None for date in known for other in date.readings)
    return undated and any(other.year == moment.year for date in known for other in date.readings)


def _same_shape(date: DateSpan, other: DateSpan) -> bool:
    first, second = date.readings[0], other.readings[0]
    return all((getattr(first, n) is None) == (getattr(second, n) is None) for n in ("year", "quarter", "month", "day"))


def check_names(claim: Segment, names: Sequence[Name], evidence: Evidence, pool: str) -> Found:
    """Look for every name and code; `pool` is other text of the same sources, where a sentence's first word may be
    known as a name."""
    found = Found()
    words = {word.start: word for word in claim.words}
    for name in names:
        word = words.get(name.start)
        keys = word.keys if word else frozenset()
        folded = fold(name.text)
        if _known_name(folded, keys, evidence):
            found.total += name.sure
            found.proven += name.sure
            continue
        far = any(holds(fold(passage.page_text), folded) for passage in evidence.passages)
        if not name.sure and not re.search(rf"(?<=[^\W\d_,;)] ){re.escape(name.text)}(?![^\W_])", pool):
            continue
        found.total += 1
        reason = "name_elsewhere" if far else "name_missing"
        found.findings.append(Finding(reason, {"what": name.text}, hard=not far))
    for quantity in claim.quantities:
        if quantity.kind == "code":
            found.total += 1
            if _known_code(quantity.text, evidence):
                found.proven += 1
            else:
                found.findings.append(Finding("name_missing", {"what": quantity.text}))
    return found


def _known_name(folded: str, keys: frozenset[str], evidence: Evidence) -> bool:
    for passage in evidence.passages:
        if keys & passage.keys.keys() or holds(passage.near_folded, folded) or holds(passage.identity, folded):
            return True
    rows = evidence.rows
    if rows is None:
        return False
    return holds(rows.text, folded) or any(keys & part.keys() for part in (*rows.columns, *rows.labels[:200]))


def _known_code(code: str, evidence: Evidence) -> bool:
    wanted = _squeeze(code)
    texts = [f"{passage.near_text} {passage.identity}" for passage in evidence.passages]
    texts += [evidence.rows.text] if evidence.rows is not None else []
    return any(wanted in _squeeze(text) for text in texts)


def _squeeze(text: str) -> str:
    return re.sub(r"[\s\-./_]", "", fold(text))
