"""Which of several keys between the same two tables a question means: 'secretary votes' joins students on
`secretary_vote` and not on `president_vote`.

It orders the edges of the join graph for one question; the walk along them is in `data/joins.py`.
"""

from __future__ import annotations

from copy import copy

from core.sql.data.joins import Edge
from core.sql.data.schema import Schema
from core.sql.linking.link import Links

_TOUCHED = 0.3  # how well a mention must name a column


def lean_to_roles(links: Links, schema: Schema) -> Schema:
    """The schema whose joins take the key that the question names; the same one where there is nothing to choose."""
    said = {key: score for twins in schema.graph.twins for key, score in _said_apart(twins, links, schema).items()}
    if not said:
        return schema
    leaning = copy(schema)
    leaning.graph = schema.graph.leaning(said)
    return leaning


def untold_roles(tables: set[str], links: Links, schema: Schema) -> int:
    """How many pairs of these tables are joined by one of several keys, none of which the question names."""
    pairs = [twins for twins in schema.graph.twins if {twins[0].left, twins[0].right} <= tables]
    return sum(not _said_apart(twins, links, schema) for twins in pairs)


def _said_apart(twins: list[Edge], links: Links, schema: Schema) -> dict[tuple[str, str], float]:
    """(table, column) -> how well the question names the column of one of the `twins` by words that do not name them
    all: 'vote' tells no vote from another."""
    columns = {(edge.left, name) for edge in twins for name in edge.left_columns}
    columns = columns if len(columns) > 1 else {(edge.right, name) for edge in twins for name in edge.right_columns}
    mentions = {key: links.columns.get(schema.column_of[key].number, ()) for key in columns}
    places = {
        key: {p for m in found if m.score >= _TOUCHED for p in range(m.start, m.end)} for key, found in mentions.items()
    }
    common = set.intersection(*places.values())
    return {key: len(own - common) + mentions[key][0].score for key, own in places.items() if own - common}
