"""Cells of text in the rows of a result: 'Dorna sells to Norway' where that is another row's buyer, and Dorna's own is
Brazil. A row is known by its first column of text. It reads no figures.
"""

from __future__ import annotations

from core.validation.evidence import Evidence, Finding
from core.validation.measures import fold
from core.validation.places import Segment
from core.validation.rows import Rows

_ROWS_MAX = 200


def check_cells(claim: Segment, evidence: Evidence) -> list[Finding]:
    """The first cell that the statement gives to the one row that it names, and the row does not have."""
    rows = evidence.rows
    if rows is None or any(word.cue for word in claim.words):
        return []
    texts = [c for c in range(len(rows.result.columns)) if c not in rows.numbers]
    named = _said(claim, rows, texts[0]) if len(texts) > 1 else {}
    if len(named) != 1:
        return []
    label, own = next(iter(named.items()))
    for c in texts[1:]:
        said = {cell: held for cell, held in _said(claim, rows, c).items() if cell != label}
        if said and not any(held & own for held in said.values()):
            mine = str(rows.result.rows[min(own)][c])
            return [Finding("cell_of_another", {"what": next(iter(said)), "instead": mine})]
    return []


def _said(claim: Segment, rows: Rows, c: int) -> dict[str, set[int]]:
    """The cells of a column that the statement names whole, each with its rows."""
    found: dict[str, set[int]] = {}
    keys = [word.keys for word in claim.words]
    text = f" {fold(claim.text)} "
    for r, row in enumerate(rows.result.rows[:_ROWS_MAX]):
        cell = str(row[c]) if row[c] is not None else ""
        words = rows.said_by.get(cell)
        if len(cell) > 2 and words and (fold(cell) in text or all(any(own & k for k in keys) for own in words)):
            found.setdefault(cell, set()).add(r)
    return found
