"""Each figure of a statement, looked for in its sources: found, found with another unit, belonging to something else,
computable, elsewhere on the page, or nowhere.

Nothing here weighs words against each other; what a finding means for the verdict is decided in `support`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.validation.derive import follows
from core.validation.evidence import Evidence, Finding, Found
from core.validation.match import close
from core.validation.measures import Quantity, fold
from core.validation.operands import together, value_of
from core.validation.order import check_order, not_earlier
from core.validation.places import CLAUSE_BEFORE, OWN, Place, Segment, holds, holds_figure
from core.validation.spoken import Spoken, WordContext, contexts, score, strength

MARGIN = 0.6
_PAGE_BEFORE = re.compile(r"(?:\bp|\bpp|\bpage|\bpages|\bpag|\bpagina|\bpaginas)\.?\s*$")


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
                finding = not_earlier(spoken, best, named)
                named.append((spoken, best))
        elif not _in_rows(spoken, evidence, found, named) and not _literal(spoken.quantity, evidence):
            open_ones.append((spoken, None))
            continue
        if finding is None:
            found.proven += 1
        else:
            found.findings.append(finding)
    for spoken, known in open_ones:
        values = [value_of(place) for _, place in named]
        base = bool(named) and named[0][0].quantity.start > spoken.quantity.start  # '3 less than the 12 of ...'
        if follows(spoken, values, list(together(spoken, evidence)), evidence.scales, base):
            found.proven += 1
            found.computed = True
        else:
            finding = known or _missing(spoken, evidence)
            found.findings += [finding] if finding is not None else []
    found.findings += check_order(claim)
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
        strength(keys, rival) >= 0.9 and strength(keys, match) <= CLAUSE_BEFORE for keys, w in context if w >= OWN
    )


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
