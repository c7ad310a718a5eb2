"""The join graph of a catalog, and the walk that connects a set of tables along it (a Steiner tree, greedily).

Edges are the catalog's foreign keys, then id columns of the same name. No SQL is written here.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from copy import copy
from dataclasses import dataclass

from core.records import Catalog, ForeignKey, Table
from core.sql.data.profile import numbers_rows

FOREIGN_KEY_COST = 1.0
SAME_NAME_COST = 1.8


@dataclass(frozen=True, slots=True)
class Edge:
    """`left.left_columns = right.right_columns`."""

    left: str
    left_columns: tuple[str, ...]
    right: str
    right_columns: tuple[str, ...]
    cost: float = FOREIGN_KEY_COST

    def reversed(self) -> Edge:
        return Edge(self.right, self.right_columns, self.left, self.left_columns, self.cost)


class JoinGraph:
    """Which tables can be joined, and how. Built once a catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.edges: dict[str, list[Edge]] = defaultdict(list)
        linked = set()
        for key in catalog.foreign_keys:
            edge = _stored_names(key, catalog.tables)
            if edge:
                self._add(edge)
                linked.add(frozenset((edge.left, edge.right)))
        if len(catalog.tables) <= 120:
            for edge in _same_name_edges(catalog.tables):
                if frozenset((edge.left, edge.right)) not in linked:
                    self._add(edge)
        several = (same for edges in self.edges.values() for same in _by_right(edges).values() if len(same) > 1)
        self.twins = [same for same in several if same[0].left < same[0].right]  # edges between the same two tables
        self._trees: dict[tuple[str, ...], list[Edge] | None] = {}

    def _add(self, edge: Edge) -> None:
        self.edges[edge.left].append(edge)
        self.edges[edge.right].append(edge.reversed())

    def linked(self, a: tuple[str, str], b: tuple[str, str]) -> bool:
        """Whether an edge says that columns `a` and `b`, as (table, column), hold the same thing."""
        return any(
            edge.right == b[0] and (a[1], b[1]) in zip(edge.left_columns, edge.right_columns, strict=False)
            for edge in self.edges[a[0]]
        )

    def leaning(self, said: dict[tuple[str, str], float]) -> JoinGraph:
        """The graph in which, of several edges between the same two tables, the one comes first whose columns, as
        (table, column), are `said` best."""
        leaning = copy(self)
        leaning._trees, leaning.edges = {}, defaultdict(list)
        for name, edges in self.edges.items():
            best_first = {
                right: iter(sorted(same, key=lambda edge: -_said(edge, said)))
                for right, same in _by_right(edges).items()
            }
            leaning.edges[name] = [next(best_first[edge.right]) for edge in edges]
        return leaning

    def connect(self, tables: tuple[str, ...]) -> list[Edge] | None:
        """Edges that join `tables` to one tree grown from the first, cheapest path first; None where none exists."""
        if tables not in self._trees:
            self._trees[tables] = self._connect(tables)
        return self._trees[tables]

    def _connect(self, tables: tuple[str, ...]) -> list[Edge] | None:
        inside, edges = {tables[0]}, []
        missing = set(tables[1:]) - inside
        while missing:
            path = self._nearest(inside, missing)
            if path is None:
                return None
            for edge in path:
                inside.add(edge.right)
                edges.append(edge)
            missing -= inside
        return edges

    def _nearest(self, inside: set[str], wanted: set[str]) -> list[Edge] | None:
        count = 0
        queue: list[tuple[float, int, str, list[Edge]]] = [(0.0, i, t, []) for i, t in enumerate(sorted(inside))]
        done: set[str] = set()
        while queue:
            cost, _, table, path = heapq.heappop(queue)
            if table in wanted:
                return path
            if table in done:
                continue
            done.add(table)
            for edge in self.edges[table]:
                if edge.right not in done:
                    count += 1
                    heapq.heappush(queue, (cost + edge.cost, 1000 + count, edge.right, [*path, edge]))
        return None


def _by_right(edges: list[Edge]) -> dict[str, list[Edge]]:
    found: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        found[edge.right].append(edge)
    return found


def _said(edge: Edge, said: dict[tuple[str, str], float]) -> float:
    ends = (*((edge.left, name) for name in edge.left_columns), *((edge.right, name) for name in edge.right_columns))
    return sum(said.get(end, 0.0) for end in ends)


def _stored_names(key: ForeignKey, tables: tuple[Table, ...]) -> Edge | None:
    """The key's edge with names in the case they are stored in; None where it names what is not there."""
    by_name = {table.name.lower(): table for table in tables}
    ends = []
    for name, columns in ((key.table, key.columns), (key.ref_table, key.ref_columns)):
        table = by_name.get(name.lower())
        stored = {column.name.lower(): column.name for column in table.columns} if table else {}
        if table is None or not columns or any(column.lower() not in stored for column in columns):
            return None
        ends += [table.name, tuple(stored[column.lower()] for column in columns)]
    return Edge(*ends) if ends[0] != ends[2] and len(ends[1]) == len(ends[3]) else None


def _same_name_edges(tables: tuple[Table, ...]) -> list[Edge]:
    """Edges between columns that share an id-like name, or a name that is some table's whole key."""
    places: dict[str, list[tuple[str, str, bool]]] = defaultdict(list)
    for table in tables:
        for column in table.columns:
            if numbers_rows(column.name, column.minimum, column.maximum, column.distinct):
                continue
            key = table.primary_key == (column.name,)
            places[column.name.lower()].append((table.name, column.name, key))
    edges = []
    for name, found in places.items():
        id_like = (
            name.endswith(("id", "_code", "_key", "_no", "_num")) or name.startswith(("id ", "id_"))
        ) and name != "id"
        for i, (left, left_column, left_key) in enumerate(found):
            for right, right_column, right_key in found[i + 1 :]:
                if left != right and name != "id" and (id_like or left_key or right_key):
                    cost = SAME_NAME_COST if left_key or right_key else SAME_NAME_COST + 0.5
                    edges.append(Edge(left, (left_column,), right, (right_column,), cost))
    return edges
