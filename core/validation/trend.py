"""A statement that says which way something went and gives no figure, against the two figures of its source: 'costs
went down' where a quoted row or sentence has 8.9 in 2024 and 9.4 in 2025. One with a figure is left to figures.
"""

from __future__ import annotations

import re

from core.validation.cues import COMPARING
from core.validation.evidence import Evidence, Finding
from core.validation.measures import fold
from core.validation.older import is_older
from core.validation.operands import operand_of
from core.validation.places import Place, Segment

_COMPARED = re.compile(r"\b(?:than|que|compared|frente|less|more|mas|menos|below|above|debajo|encima)\b")


def check_trend(claim: Segment, evidence: Evidence) -> list[Finding]:
    """The finding where every pair of an older and a newer figure that is quoted goes the other way."""
    moving = [word for word in claim.words if word.way and fold(word.text) not in COMPARING]
    ways = {-word.way if word.negated else word.way for word in moving}
    numbers = [q for q in claim.quantities if q.kind != "code" and not q.unit]
    if len(ways) != 1 or numbers or evidence.rows is not None or _COMPARED.search(fold(claim.text)):
        return []
    way = ways.pop()
    changes = [change for line in _lines(evidence) for change in _changes(line)]
    if changes and all(change * way < 0 for change in changes):
        return [Finding("way_differs", {"what": moving[0].text})]
    return []


def _lines(evidence: Evidence) -> list[list[Place]]:
    lines: dict[tuple, list[Place]] = {}
    for place in evidence.places:
        in_body = place.column is None or place.line[3] > 0  # a table's header speaks for every row
        if place.quoted and in_body and place.quantity.kind in ("number", "percent"):
            lines.setdefault((place.line, place.quantity.kind, place.quantity.unit), []).append(place)
    return list(lines.values())


def _changes(line: list[Place]) -> list[float]:
    """The newer figure less the older one, of a line that has two of which that is told."""
    if len(line) != 2:
        return []
    operands = [operand_of(place, "number") for place in line]
    times = [operand.when[0] if operand.when else 0 for operand in operands]
    older = [is_older(place.before, place.after) for place in line]
    if all(times) and times[0] != times[1]:
        old, new = sorted(operands, key=lambda operand: operand.when[0] if operand.when else 0)
    elif older[0] != older[1]:
        old, new = operands if older[0] else reversed(operands)
    else:
        return []
    return [new.value - old.value] if new.value != old.value else []
