"""Entities: the things that a table's rows are (a customer, a track). What names one, and how far its table is.

It looks at a schema alone and at no question.
"""

from __future__ import annotations

from core.sql.data.schema import ColumnEntry, Schema

_PERSON = (("first", "given", "forename"), ("last", "sur", "surname", "family"))


def joined(schema: Schema, fact: int, other: int) -> bool:
    """Whether there is a way of joins from one table to the other."""
    return fact == other or _edges(schema, fact, other) is not None


def distance(schema: Schema, fact: int, other: int) -> int:
    """How many joins lie between two tables; 0 too where there is no way."""
    return 0 if fact == other else len(_edges(schema, fact, other) or ())


def repeats(schema: Schema, fact: int, other: int) -> bool:
    """Whether the way to a table leads through one that refers back, so that a row of `fact` meets several of its."""
    upward = {(key.table, key.ref_table) for key in schema.catalog.foreign_keys}
    edges = (_edges(schema, fact, other) or ()) if fact != other else ()
    return any((e.right, e.left) in upward and (e.left, e.right) not in upward for e in edges)


def _edges(schema: Schema, fact: int, other: int):
    return schema.graph.connect((schema.tables[fact].table.name, schema.tables[other].table.name))


def name_columns(table: int, schema: Schema) -> tuple[int, ...]:
    """The columns that say which thing a row of a table is: a name, a first and a last name, else the first text."""
    entries = [schema.columns[c] for c in schema.tables[table].columns]
    texts = [e for e in entries if e.kind == "text" and not e.id_like and not e.time]
    parts = [next((e for e in texts if _has_word(e, words)), None) for words in _PERSON]
    if all(parts) and parts[0] is not parts[1]:
        return tuple(part.number for part in parts if part)
    own = {root for stems in schema.tables[table].words for root, weight in stems if weight >= 0.85}
    titled = [e for e in texts if any(root in own for stems in e.words for root, weight in stems if weight >= 0.85)]
    titled.sort(key=lambda e: (e.primary, len(e.words)))  # 'Agente' before 'Código de agente'
    named = [e for e in texts if e.name_like]
    key = schema.tables[table].table.primary_key
    if len(key) == 1 and named and not any(e in titled or e.unique > 0.5 for e in named):
        named, texts = [], [schema.column_of[(schema.tables[table].table.name, key[0])]]
    if len(key) == 1 and not any(e.unique > 0.5 for e in texts):
        texts = [schema.column_of[(schema.tables[table].table.name, key[0])]]  # what repeats names no row
    ranked = [e for e in named if e in titled] or named or [e for e in titled if e.unique > 0.5] or texts
    return (ranked[0].number,) if ranked else ()


def _has_word(entry: ColumnEntry, words: tuple[str, ...]) -> bool:
    name = entry.column.name.lower().replace("_", "").replace(" ", "")
    return entry.name_like and name.startswith(words) and name.endswith("name")


def key_beside(table: int, columns: tuple[int, ...], schema: Schema) -> int | None:
    """The table's key, where its names alone do not tell its rows apart."""
    if any(schema.columns[c].unique >= 0.999 for c in columns):
        return None
    key = schema.tables[table].table.primary_key
    entry = schema.column_of.get((schema.tables[table].table.name, key[0])) if len(key) == 1 else None
    return entry.number if entry else None
