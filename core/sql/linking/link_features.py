"""How likely each column plays each role, and each table is needed: features of the mentions, scored by boosted trees.

It finds no mentions and decides nothing about the query.
"""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np

from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.periods import find_grain, find_trend
from core.sql.linking.link import CUE_NAMES, ROLES, Links, Mention, cue_rows
from core.sql.linking.trees import Trees


def link_features(links: Links, schema: Schema) -> np.ndarray:
    """One row a candidate column, for the linker's trees."""
    tokens = links.tokens
    cues = cue_rows(tokens)
    overall = cues.max(axis=0) if len(tokens) else np.zeros(len(CUE_NAMES), np.float32)
    value_best: dict[int, tuple[float, int, str, int]] = {}
    for mention in links.values:
        for number, _, weight in mention.hits:
            if number not in value_best or value_best[number][0] < weight:
                value_best[number] = (weight, len(mention.hits), mention.kind, mention.start)
    numbers = [m for m in links.values if m.kind in ("number", "date")]
    names = [m for m in links.values if m.kind in ("quoted", "name") and not m.hits]
    table_best = {n: max(m.score for m in mentions) for n, mentions in links.tables.items()}
    stored = sum(bool(m.hits) for m in links.values)
    timed = [len(links.periods), find_grain(tokens) is not None, find_trend(tokens) is not None]
    shared = np.array([len(numbers), len(names), stored, len(tokens), *timed], np.float32)
    rivals = _Rivals(links, schema, table_best)
    rows = [
        _column_row(
            schema.columns[n], links, schema, rivals, value_best, table_best, cues, overall, shared, numbers, names
        )
        for n in links.candidates
    ]
    return np.array(rows, np.float32) if rows else np.zeros((0, 1), np.float32)


class _Rivals:
    """The columns that share words of the question, and how well each table is named; read once for all candidates."""

    def __init__(self, links: Links, schema: Schema, table_best: dict[int, float]) -> None:
        self._at_token: dict[int, list[tuple[float, int]]] = defaultdict(list)
        self._spans: dict[tuple[int, int], dict[float, set[int]]] = {}
        self._told = {n: table_best.get(schema.columns[n].table, 0.0) for n in links.columns}
        by_table: dict[int, list[float]] = defaultdict(list)
        for number, mentions in links.columns.items():
            by_table[schema.columns[number].table].append(max(m.score for m in mentions))
            for mention in mentions:
                for place in range(mention.start, mention.end):
                    self._at_token[place].append((mention.score, number))
        self.whole = {table: (max(scores), len(scores)) for table, scores in by_table.items()}

    def compare(self, number: int, best: Mention | None, told: float) -> list[float]:
        """Of the other columns that the words of the best mention name: the best score, how far this one is ahead of
        it, how many score alike and how many more, and how many of those alike are of a table that is named better than
        `told`."""
        if best is None:
            return [0.0] * 5
        groups = self._by_score(best.start, best.end)
        same = set().union(*(group for score, group in groups.items() if abs(score - best.score) < 0.03)) - {number}
        stronger = set().union(*(group for score, group in groups.items() if score > best.score + 0.02)) - {number}
        top = max((score for score, group in groups.items() if group - {number}), default=0.0)
        better = sum(self._told[n] > told for n in same)
        return [top, best.score - top, float(len(same)), float(len(stronger)), float(better)]

    def _by_score(self, start: int, end: int) -> dict[float, set[int]]:
        if (start, end) not in self._spans:
            groups: dict[float, set[int]] = defaultdict(set)
            for score, number in (row for place in range(start, end) for row in self._at_token[place]):
                groups[score].add(number)
            self._spans[start, end] = groups
        return self._spans[start, end]


def _column_row(
    entry: ColumnEntry, links: Links, schema: Schema, rivals: _Rivals, value_best: dict, table_best: dict,
    cues: np.ndarray, overall: np.ndarray, shared: np.ndarray, numbers: list, names: list,
) -> np.ndarray:  # fmt: skip
    mentions = links.columns.get(entry.number, [])
    size = len(links.tokens)
    best = mentions[0] if mentions else None
    table_mentions = links.tables.get(entry.table, [])
    head = [
        best.score if best else 0.0,
        float(best.matched) if best else 0.0,
        float(len(entry.words)),
        float(best.matched == best.of) if best else 0.0,
        float(best.end - best.start - best.matched) if best else 0.0,
        mentions[1].score if len(mentions) > 1 else 0.0,
        best.start / size if best else -1.0,
        float(best.start) if best else -1.0,
        float(size - best.end) if best else -1.0,
        table_best.get(entry.table, 0.0),
        float(len(table_mentions)),
        max(table_best.values(), default=0.0),
        float(len(links.tables)),
    ]
    residual, distance = _near_table(entry, best, table_mentions)
    head += rivals.compare(entry.number, best, table_best.get(entry.table, 0.0))
    whole, named = rivals.whole.get(entry.table, (0.0, 0))
    head += [residual, distance, whole, float(named)]
    value = value_best.get(entry.number)
    gap = min((abs(m.start - (best.start if best else 99)) for m in numbers), default=50) if best else 60
    ahead = min((m.start - best.end for m in numbers if m.start >= best.end), default=50) if best else 60
    named = min((m.start - best.end for m in names if m.start >= best.end), default=50) if best else 60
    head += [
        value[0] if value else 0.0,
        float(value[1]) if value else 0.0,
        float(value[2] == "quoted") if value else 0.0,
        float(abs(value[3] - best.start)) if value and best else -1.0,
        float(min(gap, 60)), float(ahead), float(named),
    ]  # fmt: skip
    head += _column_facts(entry, schema)
    return np.concatenate([np.array(head, np.float32), *_cues_around(best, cues), overall, shared])


def _column_facts(entry: ColumnEntry, schema: Schema) -> list[float]:
    """What the column is, whatever is asked."""
    return [
        float(entry.kind == "number"), float(entry.kind == "text"), float(entry.kind in ("date", "bool")),
        float(entry.primary), float(entry.foreign), float(entry.id_like), float(entry.name_like),
        float(entry.date_like), float(entry.place_like), float(entry.first_text), entry.unique,
        float(entry.extra), float(len(schema.tables)), float(len(schema.tables[entry.table].columns)),
        float(schema.tables[entry.table].keys_only), float(entry.number - schema.tables[entry.table].columns[0]),
        math.log10(1 + schema.tables[entry.table].table.rows),
    ]  # fmt: skip


def _cues_around(best: Mention | None, cues: np.ndarray) -> list[np.ndarray]:
    """The cue words left of the best mention, right before it, inside it and behind it, and all that stand before."""
    nothing = np.zeros(len(CUE_NAMES), np.float32)
    if best is None:
        return [nothing] * 5
    left = cues[max(0, best.start - 4) : best.start]
    near = cues[max(0, best.start - 1) : best.start]
    inside = cues[best.start : best.end]
    right = cues[best.end : best.end + 3]
    context = [block.max(axis=0) if len(block) else nothing for block in (left, near, inside, right)]
    return [*context, cues[: best.start].sum(axis=0) if best.start else nothing]


def _near_table(entry: ColumnEntry, best: Mention | None, table_mentions: list[Mention]) -> tuple[float, float]:
    """(share of the column's name said if its table's words count as said, distance to its table's mention)."""
    if not best or not table_mentions:
        return 0.0, 30.0
    said = min(1.0, (best.matched + min(entry.extra, best.of - best.matched)) / max(best.of, 1))
    distance = min(min(abs(best.start - m.end), abs(m.start - best.end)) for m in table_mentions)
    return said, float(min(distance, 30))


def table_features(links: Links, schema: Schema, any_scores: dict[int, float]) -> tuple[list[int], np.ndarray]:
    """(table numbers, one row each) for the trees that say whether a table is in the query."""
    numbers = sorted({*links.tables, *(schema.columns[n].table for n in links.candidates)})
    best_column: dict[int, list[float]] = defaultdict(list)
    for number, score in any_scores.items():
        best_column[schema.columns[number].table].append(math.exp(score))
    strongest = max((m.score for ms in links.tables.values() for m in ms), default=0.0)
    first = min((m.start for ms in links.tables.values() for m in ms[:1]), default=0)
    at_token: dict[int, set[int]] = defaultdict(set)
    for number, mentions in links.tables.items():
        for place in (p for m in mentions for p in range(m.start, m.end)):
            at_token[place].add(number)
    cues = cue_rows(links.tokens)
    rows = []
    for number in numbers:
        mentions = links.tables.get(number, [])
        best = mentions[0] if mentions else None
        scores = [*sorted(best_column[number], reverse=True), 0.0, 0.0]
        entry = schema.tables[number]
        peers = {n for p in range(best.start, best.end) for n in at_token[p]} - {number} if best else set()
        peer = max((links.tables[n][0].score for n in peers), default=0.0)
        fewer = sum(len(schema.tables[n].words) < len(entry.words) for n in peers)
        left = (
            cues[max(0, best.start - 2) : best.start].max(axis=0) if best and best.start else np.zeros(len(CUE_NAMES))
        )
        rows.append([
            best.score if best else 0.0, float(best.matched) if best else 0.0, float(len(entry.words)),
            float(len(mentions)), peer, float(len(peers)), float(fewer), strongest,
            float(best.start) if best else -1.0, float(best.start == first) if best else 0.0,
            scores[0], scores[1], sum(scores), float(entry.keys_only), float(len(entry.columns)),
            float(len(schema.tables)), math.log10(1 + entry.table.rows),
            float(len(schema.graph.edges[entry.table.name])), *left,
        ])  # fmt: skip
    return numbers, np.array(rows, np.float32) if rows else np.zeros((0, 1), np.float32)


def score_links(links: Links, schema: Schema, trees: dict[str, Trees]) -> Links:
    """Fill the scores of a question's links from the linker's trees."""
    features = link_features(links, schema)
    for role in ROLES:
        raw = trees[role].predict(features) if len(features) else np.zeros(0)
        links.scores[role] = dict(zip(links.candidates, log_sigmoid(raw).tolist(), strict=True))
    numbers, rows = table_features(links, schema, links.scores["any"])
    raw = trees["table"].predict(rows) if len(rows) else np.zeros(0)
    links.table_scores = dict(zip(numbers, log_sigmoid(raw).tolist(), strict=True))
    return links


def log_sigmoid(raw: np.ndarray) -> np.ndarray:
    """Logarithm of the chance that a raw score stands for."""
    return -np.logaddexp(0.0, -np.asarray(raw, np.float64))
