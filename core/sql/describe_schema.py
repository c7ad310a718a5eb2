"""The part of a catalog that a question needs, as the data a model is shown: tables, columns with sample values, keys,
metrics, and the stored values that the question's words match.

Names and values are data of their user, written as JSON strings, never as instructions. It asks no model.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from core.records import Catalog, Column, Table
from core.sql.data.names import kind_of
from core.sql.data.schema import Schema, schema_of
from core.sql.language.lexicon import builtin_lexicon
from core.sql.linking.link import Links
from core.sql.parser.propose import builtin_parser, link_question
from core.sql.safety.quoting import quote

TABLES_MAX = 12
COLUMNS_MAX = 40
SCHEMA_SHARE = 0.8  # of the room; the rest is for keys, metrics and values
_SAMPLES = 4
_SAMPLE_LENGTH = 40
_VALUES_MAX = 12


def link_catalog(question: str, catalog: Catalog, lang: str) -> tuple[Schema, Links]:
    """The catalog made ready, and what the question's words mean in it."""
    lexicon = builtin_lexicon()
    schema = schema_of(catalog, lexicon)
    return schema, link_question(question, lang, schema, lexicon, builtin_parser())


def describe_schema(
    schema: Schema, links: Links, count: Callable[[str], int] = lambda text: 0, room_tokens: int = 0
) -> str:
    """The linked schema in at most `room_tokens`, as `count` counts them: the tables that the question names first, as
    many as find room; all of those where nothing is counted."""
    ranked = sorted(schema.tables, key=lambda entry: (-_likelihood(entry.number, links), entry.number))
    chosen = _with_bridges([entry.table.name for entry in ranked[:TABLES_MAX]], schema)
    written: list[str] = []
    kept: list[str] = []
    for name in chosen:
        text = _table_text(schema.table_of[name].table, schema, links)
        if kept and count("\n".join([*written, text])) > room_tokens * SCHEMA_SHARE:
            continue
        written.append(text)
        kept.append(name)
    return "\n".join([*written, *_keys(schema, kept), *_metrics(schema.catalog, kept), *_values(schema, links, kept)])


def _likelihood(number: int, links: Links) -> float:
    return links.table_scores.get(number, -20.0)


def _with_bridges(names: list[str], schema: Schema) -> list[str]:
    """The tables, and those through which the two most likely are joined."""
    edges = schema.graph.connect(tuple(names[:2])) if len(names) > 1 else None
    between = [name for edge in edges or () for name in (edge.left, edge.right)]
    return list(dict.fromkeys([*names[:2], *between, *names[2:]]))


def _table_text(table: Table, schema: Schema, links: Links) -> str:
    note = f" -- {_say(table.description)}" if table.description else ""
    lines = [f"TABLE {quote(table.name)} ({table.rows} rows){note}"]
    lines += [f"  {_column_text(column, table)}" for column in _columns(table, schema, links)]
    left = len(table.columns) - (len(lines) - 1)
    return "\n".join([*lines, *([f"  ... {left} more columns"] if left else [])])


def _columns(table: Table, schema: Schema, links: Links) -> list[Column]:
    """All columns, or of a wide table the keys and those that the question most likely means."""
    if len(table.columns) <= COLUMNS_MAX:
        return list(table.columns)
    scores = links.scores.get("any", {})

    def worth(column: Column) -> float:
        entry = schema.column_of[(table.name, column.name)]
        return scores.get(entry.number, -20.0) + 15.0 * (entry.primary or entry.foreign)

    kept = {column.name for column in sorted(table.columns, key=worth, reverse=True)[:COLUMNS_MAX]}
    return [column for column in table.columns if column.name in kept]


def _column_text(column: Column, table: Table) -> str:
    told = []
    if table.primary_key == (column.name,):
        told.append("primary key")
    if column.values:
        told.append("values: " + ", ".join(_say(value) for value in column.values[:_SAMPLES]))
    elif column.minimum is not None and kind_of(column) in ("number", "date"):
        told.append(f"from {_say(column.minimum)} to {_say(column.maximum)}")
    if column.description:
        told.append(_say(column.description))
    return f"{quote(column.name)} {column.type}" + (f" -- {'; '.join(told)}" if told else "")


def _keys(schema: Schema, kept: list[str]) -> list[str]:
    held, lines = set(kept), []
    for name in kept:
        for edge in schema.graph.edges[name]:
            if edge.right in held:
                pairs = zip(edge.left_columns, edge.right_columns, strict=True)
                sides = sorted(((edge.left, a), (edge.right, b)) for a, b in pairs)
                text = " AND ".join(
                    " = ".join(f"{quote(table)}.{quote(column)}" for table, column in sorted(pair)) for pair in sides
                )
                lines.append(f"KEY {text}")
    return list(dict.fromkeys(lines))


def _metrics(catalog: Catalog, kept: list[str]) -> list[str]:
    held = [metric for metric in catalog.metrics if metric.table in kept]
    return [f"METRIC {_say(metric.name)} = {metric.expression} over {quote(metric.table)}" for metric in held]


def _values(schema: Schema, links: Links, kept: list[str]) -> list[str]:
    """Stored values that the question's words match, best first."""
    found = []
    for mention in links.values:
        for number, value, score in mention.hits:
            entry = schema.columns[number]
            if entry.key[0] in kept:
                said = " ".join(token.source for token in links.tokens[mention.start : mention.end])
                place = f"{quote(entry.key[0])}.{quote(entry.key[1])}"
                found.append((-score, f"VALUE {_say(said)} is stored as {_say(value)} in {place}"))
    return list(dict.fromkeys(text for _, text in sorted(found)))[:_VALUES_MAX]


def _say(value: Any) -> str:
    return json.dumps(str(value)[:_SAMPLE_LENGTH], ensure_ascii=False)
