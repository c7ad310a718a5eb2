"""Learns the shape model: n-gram weights for the clauses of a query, and how often training had each shape.

A part of `python -m core.sql.learning.train`; nothing here is used while a question is answered.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np

from core.sql.learning.linker import Example
from core.sql.parser.plan import abstract
from core.sql.parser.understand import ASPECTS, labels_of, shape_grams, shape_to_json


def _fit_aspect(matrix: Any, labels: list[int], classes: int) -> tuple[np.ndarray, np.ndarray]:
    """(weights, bias), one row a class; a clause that is the same everywhere has nothing to learn."""
    from sklearn.linear_model import LogisticRegression

    if classes == 1:
        return np.zeros((1, matrix.shape[1])), np.zeros(1)
    model = LogisticRegression(C=12.0, max_iter=25, tol=1e-3)
    model.fit(matrix, labels)
    weights, bias = model.coef_, model.intercept_
    if classes == 2:
        weights, bias = np.vstack([-weights[0] / 2, weights[0] / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    return weights, bias


def fit_shapes(examples: list[Example], grams_min: int = 7) -> dict[str, Any]:
    """The shape model in its JSON form."""
    from scipy.sparse import csr_matrix

    usable = [e for e in examples if e.gold]
    shapes = [abstract(e.gold) for e in usable]
    grams = [shape_grams(e.links) for e in usable]
    seen = Counter(gram for row in grams for gram in row)
    vocabulary = sorted(gram for gram, count in seen.items() if count >= grams_min)
    number = {gram: place for place, gram in enumerate(vocabulary)}
    rows = [[number[g] for g in row if g in number] for row in grams]
    data = np.concatenate([np.full(len(row), 1 / max(len(row), 1) ** 0.5) for row in rows])
    matrix = csr_matrix(
        (data, np.concatenate(rows).astype(int), np.cumsum([0, *map(len, rows)])), (len(rows), len(vocabulary))
    )
    labels = [labels_of(shape) for shape in shapes]
    raw: dict[str, Any] = {"vocabulary": vocabulary, "classes": {}, "weights": {}, "bias": {}, "shares": {}}
    for name in ASPECTS:
        counts = Counter(label[name] for label in labels)
        classes = sorted(label for label, count in counts.items() if count >= 5) or [counts.most_common(1)[0][0]]
        keep = [place for place, label in enumerate(labels) if label[name] in classes]
        weights, bias = _fit_aspect(matrix[keep], [classes.index(labels[place][name]) for place in keep], len(classes))
        raw["classes"][name] = classes
        raw["weights"][name] = np.round(weights.T * 100).astype(int).tolist()
        raw["bias"][name] = np.round(bias, 3).tolist()
        raw["shares"][name] = [counts[label] / len(labels) for label in classes]
    known = Counter(shapes)
    spread = defaultdict(set)
    for example, shape in zip(usable, shapes, strict=True):
        spread[shape].add(example.pair.db)
    raw["shapes"] = [{"shape": shape_to_json(s), "count": c + 2 * (len(spread[s]) - 1)} for s, c in known.most_common()]
    raw["total"] = sum(item["count"] for item in raw["shapes"])
    return raw
