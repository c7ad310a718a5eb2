"""Tables that hold one row per period (of each of some things): output by quarter, readings by month, stock by day.

Their rows stand for figures, so 'output by quarter' adds the figures up; only 'how many' counts the rows. It reads the
profile of the columns; it runs nothing and knows no words.
"""

from __future__ import annotations

from typing import Any

from core.sql.business.money import is_additive, is_money, number_columns
from core.sql.business.plan import Measure
from core.sql.data.schema import Schema
from core.sql.language.calendar import GRAINS
from core.sql.language.words import stem
from core.sql.linking.link import Links

_NAMED = 0.4  # how well a table must be named: by half of "quarterly_output", in either language


def find_series_amounts(links: Links, schema: Schema, agg: str) -> list[Measure]:
    """The sums (or `agg`) of the additive columns of a table of figures per period that one thing names ('output', not
    'orders'): those that are no money first, for money has words of its own."""
    found = []
    for table, mentions in links.tables.items():
        said = next((m for m in mentions if m.score >= _NAMED and _is_one_thing(links.tokens[m.end - 1])), None)
        if said is None or not is_series(table, schema):
            continue
        entries = [e for e in number_columns(table, schema) if is_additive(e)]
        entries.sort(key=is_money)
        found += [Measure(agg or "sum", table, (e.number,), "{0}", (said.start, said.end)) for e in entries]
    return found


def is_series(table: int, schema: Schema) -> bool:
    """Whether nothing but its date tells a row from others, alone or with each value of another column."""
    entry = schema.tables[table]
    rows, columns = entry.table.rows, [schema.columns[n] for n in entry.columns]
    if any(e.column.distinct == rows and not e.time and (e.kind == "text" or e.id_like or e.primary) for e in columns):
        return False  # rows with names of their own are things
    dates = [e.column.distinct for e in columns if e.time == "date" and e.column.distinct]
    things = [e.column.distinct for e in columns if not e.time and (e.foreign or e.kind == "text")]
    return any(2 < days <= rows and any(days * (n or 0) == rows for n in (1, *things)) for days in dates)


def _is_one_thing(token: Any) -> bool:
    """'output' and 'producción', not 'readings'; a unit of time is none."""
    return not token.source.lower().endswith("s") and stem(token.word) not in GRAINS
