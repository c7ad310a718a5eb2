"""Each figure of a statement, looked for in its sources: found, found with another unit, belonging to something else,
computable, elsewhere on the page, or nowhere.

Nothing here weighs words against each other; what a finding means for the verdict is decided in `support`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.lexicon.bounds import turned
from core.validation.crossed import check_crossed
from core.validation.cues import says_half
from core.validation.derive import follows
from core.validation.elapsed import has_elapsed
from core.validation.evidence import Evidence, Finding, Found
from core.validation.examples import said_again, worked_examples
from core.validation.extremes import check_extremes
from core.validation.match import close
from core.validation.measures import Quantity, fold, lexicon
from core.validation.missing import why_missing
from core.validation.operands import gather_operands
from core.validation.order import check_order, other_time, years_of
from core.validation.places import Place, Segment, head_of, holds, holds_figure
from core.validation.ratios import TIMES
from core.validation.reckoning import is_reckoned
from core.validation.row_figures import MARGIN, find_in_rows, owns_more
from core.validation.spoken import Spoken, contexts, score

_THAN = re.compile(r"\b(?:than|que|below|above|under|over|por encima|por debajo|against|frente)\b")
_STEP = re.compile(r"\s*(?:more|fewer|less|mas|menos|further|additional)\b")  # '412 people, 37 more than before'
_FURTHER = re.compile(
    r"\b(?:further|additional|another|extra|otr[oa]s|adicional(?:es)?)\s+\S*\d|\b(?:a further|otr[oa]s) \w+ |"
    r"\b(?:exten[ds]\w*|prolong\w*|renew\w*|renov\w*|prorrog\w+|ampli\w+) .{0,40}\b(?:by|for|por|en|hasta|durante)\b|"
    r"\b(?:se suman?|added to|on top of|in addition|plus|further|additional|adicional(?:es)?)\b"
)
_UNLESS = re.compile(r"\b(?:unless|salvo|a menos|a no ser)\b")
_VAGUE = 6.0  # points: 'a little over a third' beside 38 %
_PAGE_BEFORE = re.compile(r"(?:\bp|\bpp|\bpage|\bpages|\bpag|\bpagina|\bpaginas)\.?\s*$")


def check_figures(claim: Segment, evidence: Evidence, skip: Sequence[tuple[int, int]] = ()) -> Found:
    """Look for every figure of the statement; those inside `skip` are not the statement's own."""
    found = Found()
    named: list[tuple[Spoken, Place]] = []
    open_ones: list[tuple[Spoken, Finding | None]] = []
    for spoken in contexts(claim):
        if _says_nothing(claim, spoken.quantity, skip, evidence):
            continue
        found.total += 1
        finding = None
        matches = [place for place in evidence.places if evidence.fit(spoken.quantity, place) == "same"]
        if matches and _verbatim(claim, spoken.quantity, evidence):
            named.append((spoken, matches[0]))
        elif matches:
            finding, best = _weigh(spoken, matches, evidence.places)
            if finding is not None and not any(place.quoted for place in matches):
                open_ones.append((spoken, finding))  # it may be computed from what is quoted
                continue
            if finding is None:
                named.append((spoken, best))
        elif evidence.rows is not None:
            seen = find_in_rows(spoken, evidence.rows)
            settled = seen.finding is not None and spoken.quantity.kind != "percent"  # a share may be computed
            if not settled and (seen.finding is not None or not (seen.place or seen.computed)):
                open_ones.append((spoken, seen.finding))
                continue
            finding = seen.finding
            found.from_rows |= seen.place is not None and not seen.computed
            found.computed |= seen.computed
            named += [(spoken, seen.place)] if seen.place is not None else []
        elif not _literal(spoken.quantity, evidence):
            open_ones.append((spoken, None))
            continue
        if finding is None:
            found.proven += 1
        else:
            found.findings.append(finding)
    examples = worked_examples([spoken.quantity for spoken, _ in open_ones], evidence)
    for spoken, known in open_ones:
        worked = spoken.quantity.start in examples or has_elapsed(spoken.quantity, evidence)
        if worked or _follows(spoken, claim, evidence, named):
            found.proven += 1
            found.computed = True
        else:
            finding = known or why_missing(spoken, evidence)
            found.findings += [finding] if finding is not None else []
    found.findings += check_order(claim, named) or check_crossed(claim, named)
    found.findings += check_extremes(claim, named, evidence.rows)
    return found


def _follows(spoken: Spoken, claim: Segment, evidence: Evidence, named: Sequence[tuple[Spoken, Place]]) -> bool:
    """Whether the figure can be computed from those of its sources."""
    behind = claim.text[spoken.quantity.end : named[0][0].quantity.start] if named else ""
    base = bool(_THAN.search(fold(behind)))  # '3 less than the 12 of ...'
    halves = any(says_half(segment.text) for passage in evidence.passages for segment in passage.quoted)
    operands = gather_operands(spoken, evidence, [place for _, place in named])
    scales = frozenset({1.0}).union(*(passage.scales for passage in evidence.passages))
    adds = any(_FURTHER.search(fold(segment.text)) for passage in evidence.passages for segment in passage.quoted)
    return follows(spoken, claim.text, operands, scales, base, halves, adds) or is_reckoned(spoken, operands)


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
    finding = _counts_another(spoken, matches, places) or _belongs_elsewhere(spoken, best, matches, places)
    finding = finding or other_time(spoken, matches) or _other_period(spoken, matches) or _other_bound(spoken, matches)
    if finding is None and not best.quoted and not any(place.quoted for place in matches):
        finding = Finding("figure_elsewhere", {"what": spoken.quantity.text}, hard=False)
    against = spoken.way and best.way and spoken.way != best.way
    if _UNLESS.search(fold(best.before)) and not _UNLESS.search(fold(spoken.clause)):
        against = 0  # 'if it does not fall', 'unless it falls'
    if finding is None and against and all(place.way == best.way for place in matches):
        finding = Finding("way_differs", {"what": spoken.quantity.text})
    return finding, best


def _says_nothing(claim: Segment, quantity: Quantity, skip: Sequence[tuple[int, int]], evidence: Evidence) -> bool:
    if any(a <= quantity.start < b for a, b in skip) or TIMES.match(fold(claim.text), quantity.start):
        return True  # 'three times as much' is a ratio (see ratios)
    if quantity.start in said_again(claim):
        return True
    before = fold(claim.text[max(0, quantity.start - 10) : quantity.start])
    if _PAGE_BEFORE.search(before):
        return True
    if quantity.spelled and quantity.kind == "percent" and quantity.approximate:
        said = quantity.readings[0][0]
        others = [q for q in claim.quantities if q.kind == "percent" and not q.spelled]
        return any(abs(other.readings[0][0] - said) <= _VAGUE for other in others)
    if quantity.unit in ("year", "quarter", "month") and _spans(claim, quantity, evidence):
        return True
    if quantity.spelled and quantity.unit and quantity.readings[0][0] <= 1 and not _rivals(claim, quantity, evidence):
        return True  # 'in one year': the source gives no other time for the same thing
    if quantity.kind != "number" or quantity.unit or quantity.readings[0][0] > 20:
        return False
    return _counts_names(claim, quantity, evidence) or (quantity.spelled and _enumerated(claim, quantity))


def _rivals(claim: Segment, quantity: Quantity, evidence: Evidence) -> bool:
    """Whether the sources give a time for what a time of the statement is of."""
    times = [p for p in evidence.places if p.quoted and p.quantity.unit in lexicon()["worth"]]
    head = head_of(quantity, claim)
    return any(evidence.fit(quantity, place) == "same" or head & place.head for place in times)


def _spans(claim: Segment, quantity: Quantity, evidence: Evidence) -> bool:
    """'over the three years': what lies between the years that are named, or as many as the table or the rows have."""
    count = quantity.readings[0][0]
    years = sorted({m.year for d in claim.dates for m in d.readings if m.year})
    if quantity.unit == "year" and len(years) > 1 and count in (years[-1] - years[0], years[-1] - years[0] + 1):
        return True
    lines: dict[tuple, set[int]] = {}
    for place in evidence.places:
        if place.quoted and place.column is not None:
            lines.setdefault(place.line, set()).update(years_of(place))
    if quantity.unit == "year" and any(len(held) == count for held in lines.values()):
        return True
    told = (s.dates for passage in evidence.passages for s in passage.quoted)
    if quantity.unit == "year" and any(len({m.year for d in dates for m in d.readings}) == count > 1 for dates in told):
        return True  # 'shared between 2025 and 2026'
    name = f"@{quantity.unit}"
    rows = evidence.rows.labels if evidence.rows is not None else []
    return len({key for label in rows for key in label if key.startswith(name)}) == count


def _counts_names(claim: Segment, quantity: Quantity, evidence: Evidence) -> bool:
    """'two stores, Larios and Sierpes': as many rows as the statement names, or cites of a table."""
    if evidence.rows is None:
        lines = {
            place.line for place in evidence.places if place.quoted and place.column is not None and place.line[3] > 0
        }
        return 1 < len(lines) == quantity.readings[0][0]
    words = [w.keys for w in claim.words if w.text[:1].isupper() and not w.stop]
    named = [label for label in evidence.rows.labels if any(keys & label.keys() for keys in words)]
    return 1 < len(named) == quantity.readings[0][0]


def _enumerated(claim: Segment, quantity: Quantity) -> bool:
    """'three types: A, B and C' counts what it lists; 'two groups of 540 and 546' the figures."""
    _, _, listed = claim.text[quantity.end :].partition(":")
    items = [item for item in re.split(r",|;|\s(?:and|or|y|e|o)\s", listed) if item.strip()]
    beside = [q for q in claim.quantities if q.kind != "code" and not q.spelled and (q.kind, q.unit) == ("number", "")]
    return int(quantity.readings[0][0]) in (len(items), len(beside))


def _counts_another(spoken: Spoken, matches: Sequence[Place], places: Sequence[Place]) -> Finding | None:
    """'90 countries' where the source has 14 countries and 90 sites."""
    if not spoken.head or any(_may_count(spoken, place) or _STEP.match(fold(place.after)) for place in matches):
        return None
    lines = {place.line for place in matches}
    for rival in places:
        if rival.line in lines and rival not in matches and rival.column is None and rival.head & spoken.head:
            return Finding("figure_swapped", {"what": spoken.quantity.text, "instead": rival.quantity.text})
    return None


def _may_count(spoken: Spoken, place: Place) -> bool:
    unit = bool(place.quantity.unit) and not spoken.quantity.unit and not _is_money(place.quantity)
    return bool(place.head & spoken.head) or not (place.head or unit)


def _is_money(quantity: Quantity) -> bool:
    return quantity.unit in lexicon()["currencies"].values()


def _other_period(spoken: Spoken, matches: Sequence[Place]) -> Finding | None:
    """An amount a month that the source gives for a year."""
    rate = _is_money(spoken.quantity) or spoken.quantity.kind == "percent"
    periods = {place.period for place in matches}
    if rate and spoken.period and "" not in periods and spoken.period not in periods:
        return Finding("other_time", {"what": spoken.quantity.text})
    return None


def _other_bound(spoken: Spoken, matches: Sequence[Place]) -> Finding | None:
    """'at least 60' where the source says 'no more than 60', 'under 60' where it says 'over 60'."""
    own = _side(spoken.quantity, spoken.bound)
    sides = [{own, _side(place.quantity, place.bound)} for place in matches]
    if all(turned(spoken.bound, p.bound) or side == {"over", "under"} for p, side in zip(matches, sides, strict=True)):
        return Finding("way_differs", {"what": spoken.quantity.text})
    return None


def _side(quantity: Quantity, bound: str) -> str:
    """'over' or 'under' where the words right before a figure say so and nothing denies them."""
    return bound if bound == quantity.approximate else ""


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
        p
        for p in rivals
        if not any(close(q, value * p.scale) for q in spoken.siblings for value, _ in p.quantity.readings)
    ]
    if spoken.older or _has_company(spoken, best, places) or _STEP.match(fold(best.after)):
        return None
    top = max((score(spoken.context, place) for place in rivals), default=0.0)
    for rival in rivals if top - reached >= MARGIN else ():
        if score(spoken.context, rival) == top and _takes(spoken, rival, best):
            params = {"what": spoken.quantity.text, "instead": rival.quantity.text}
            return Finding("figure_swapped", params)
    return None


def _takes(spoken: Spoken, rival: Place, best: Place) -> bool:
    """Whether words of the figure's own clause are the rival's alone, and none of them those of the place alone."""
    return owns_more(spoken.context, rival, best) and not owns_more(spoken.context, best, rival)


def _has_company(spoken: Spoken, best: Place, places: Sequence[Place]) -> bool:
    """Whether another figure of the statement stands in the same clause of the source."""
    if best.column is not None or best.clause < 0:
        return False
    beside = [p for p in places if p.line == best.line and p.clause == best.clause and p is not best]
    said = [value for other in spoken.others for value, _ in other.readings[:1]]
    return any(abs(value - held) < 1e-9 for p in beside for held, _ in p.quantity.readings for value in said)


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
