"""Why a figure of a statement is not proven: another unit or sign, elsewhere on the page, one where it counts several,
or nowhere. It looks for no way to compute it (see derive).
"""

from __future__ import annotations

import re

from core.validation.evidence import Evidence, Finding
from core.validation.measures import fold
from core.validation.places import holds, holds_figure
from core.validation.spoken import Spoken, score


def why_missing(spoken: Spoken, evidence: Evidence) -> Finding | None:
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
