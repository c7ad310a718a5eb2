"""Three small logistic models of which side a question is for: `cheap` knows the links alone, `early` what the
documents say too, `whole` both answers. Weights (`weights.json`) come from `fit.py`.
"""

from __future__ import annotations

import functools
import json
import math
from pathlib import Path
from typing import Any

from core.records import DocumentsAnswer, Sounding, SqlAnswer
from core.router.phrases import Said

_WEIGHTS = Path(__file__).with_name("weights.json")
CLASSES = ("documents", "data", "none")

CHEAP = (
    "linked", "unknown", "column", "table", "value", "values", "numbers", "cues", "measured", "measured_whole",
    "says_document", "says_table", "says_compare", "says_report", "says_quantity", "says_prose", "short",
)  # fmt: skip
EARLY = (*CHEAP, "chance", "quoted", "quote_confidence", "coverage", "cosine", "unseen")
WHOLE = (*EARLY, "has_rows", "rows_confidence", "no_rows", "rows_lead", "linked_rows")


def cheap_values(said: Said, sounding: Sounding) -> list[float]:
    """The values of CHEAP for a question."""
    words = max(1, sounding.words)
    return [
        sounding.linked,
        min(1.0, len(sounding.unknown) / words),
        sounding.column,
        sounding.table,
        sounding.value,
        min(3, sounding.values) / 3,
        min(3, sounding.numbers) / 3,
        sounding.cues,
        float(sounding.measured),
        float(sounding.measured and sounding.left == 0),
        float(said.document > 0 or said.names_document),
        float(said.table > 0 or said.names_table),
        float(said.compare > 0),
        float(said.report > 0),
        min(2, said.quantity) / 2,
        min(2, said.prose) / 2,
        float(sounding.words <= 2),
    ]


def early_values(said: Said, sounding: Sounding, written: DocumentsAnswer | None) -> list[float]:
    """The values of EARLY; `written` is None where the documents were not asked."""
    best = written.hits[0] if written and written.hits else None
    return [
        *cheap_values(said, sounding),
        written.chance if written else 0.0,
        float(_quotes(written)),
        written.confidence if _quotes(written) else 0.0,
        best.coverage if best else 0.0,
        best.cosine if best else 0.0,
        min(3, len(written.unseen)) / 3 if written else 0.0,
    ]


def whole_values(
    said: Said, sounding: Sounding, written: DocumentsAnswer | None, data: SqlAnswer | None
) -> list[float]:
    """The values of WHOLE; a side is None where it was not asked."""
    has_rows = bool(data and data.sql and data.result and data.result.error is None)
    sure = data.confidence if has_rows else 0.0
    return [
        *early_values(said, sounding, written),
        float(has_rows),
        sure,
        float(has_rows and not data.result.rows),
        sure - (written.confidence if _quotes(written) else 0.0),
        sounding.linked * sure,
    ]


def _quotes(written: DocumentsAnswer | None) -> bool:
    return written is not None and written.status == "answered"


def probabilities(model: str, values: list[float]) -> dict[str, float]:
    """The probability of each of CLASSES by the model 'cheap', 'early' or 'whole'."""
    weights = read_weights()[model]
    scores = [
        bias + sum(w * (v - m) / s for w, v, m, s in zip(row, values, weights["mean"], weights["scale"], strict=True))
        for row, bias in zip(weights["rows"], weights["bias"], strict=True)
    ]
    top = max(scores)
    exps = [math.exp(score - top) for score in scores]
    return {name: value / sum(exps) for name, value in zip(weights["classes"], exps, strict=True)}


@functools.cache
def read_weights() -> dict[str, Any]:
    return json.loads(_WEIGHTS.read_text(encoding="utf-8"))
