"""What the features of one question's candidates share: its cues, the columns it names, its units of time.

Nothing is scored here (`rank.py`, `rank_cues.py`).
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from core.sql.data.schema import Schema
from core.sql.language.operators import is_amount
from core.sql.language.periods import find_grain, find_trend
from core.sql.language.words import stem
from core.sql.linking.link import CUE_NAMES, Links, cue_rows, is_content
from core.sql.parser.fidelity import parts_said
from core.sql.parser.understand import ShapeModel


class RankContext:
    """What the features of one question's candidates share."""

    def __init__(self, links: Links, schema: Schema, model: ShapeModel, probabilities: dict) -> None:
        self.links, self.schema, self.model, self.probabilities = links, schema, model, probabilities
        self.content = [place for place, token in enumerate(links.tokens) if is_content(token)]
        self.cues = cue_rows(links.tokens)
        self.cue_places = set(np.nonzero(self.cues.any(axis=1))[0].tolist()) if len(links.tokens) else set()
        self.strong = _strong_places(links)
        self.counts = self.cues.sum(axis=0) if len(links.tokens) else np.zeros(len(CUE_NAMES))
        self.words = Counter(stem(token.word) for token in links.tokens)
        self.grain, self.trend = find_grain(links.tokens), find_trend(links.tokens)
        self.amounts = {
            t.value for p, t in enumerate(links.tokens) if t.kind == "number" and is_amount(links.tokens, p)
        }
        self.parts = parts_said(links)
        self.best_table = max(links.table_scores.values(), default=0.0)
        self.table_places = {
            p for ms in links.tables.values() for m in ms if m.score >= 0.6 for p in range(m.start, m.end)
        }
        self.best = {role: max(scores.values(), default=0.0) for role, scores in links.scores.items()}
        self.best_probability = {name: max(values.values()) for name, values in probabilities.items()}


def _strong_places(links: Links) -> dict[int, set[int]]:
    """token -> columns that name it fully."""
    places: dict[int, set[int]] = {}
    for number, mentions in links.columns.items():
        for mention in mentions:
            if mention.score >= 0.85:
                for place in range(mention.start, mention.end):
                    places.setdefault(place, set()).add(number)
    return places
