"""Questions that a workspace's own tables can be asked: totals by a group, over time, the largest. It tries none."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from core.i18n import translate
from core.records import Catalog
from core.sql.business.money import is_additive, money_of, number_columns
from core.sql.data.names import said_name
from core.sql.data.schema import ColumnEntry, Schema, TableEntry, schema_of
from core.sql.language.lexicon import builtin_lexicon

_GROUPS = range(2, 25)  # distinct values of a column worth a bar each
_REPEATS = 0.5  # a group's value stands in two rows or more


def example_questions(catalog: Catalog, lang: str) -> Iterator[str]:
    """Questions in `lang` on the tables of files: the fullest tables and the plainest kinds of question first."""
    schema = schema_of(catalog, builtin_lexicon())
    tables = [entry for entry in schema.tables if entry.table.origin == "file"]
    tables.sort(key=lambda entry: -entry.table.rows)
    kinds = (_by_group, _over_time, _largest)
    for table, kind in sorted(itertools.product(range(len(tables)), range(len(kinds))), key=sum):
        yield from kinds[kind](tables[table], schema, lang)


def _by_group(table: TableEntry, schema: Schema, lang: str) -> Iterator[str]:
    groups = _groups(table, schema)
    if not groups:
        return
    group = said_name(groups[0].column.name)
    measure = _measure(table, schema)
    if measure is None:
        yield translate("suggest.count", lang, table=said_name(table.table.name), group=group)
    else:
        yield _summed(measure, group, lang)


def _over_time(table: TableEntry, schema: Schema, lang: str) -> Iterator[str]:
    measure = _measure(table, schema)
    if measure is not None and any(schema.columns[n].kind == "date" for n in table.columns):
        yield _summed(measure, translate("suggest.month", lang), lang)


def _largest(table: TableEntry, schema: Schema, lang: str) -> Iterator[str]:
    measure, groups = _measure(table, schema), _groups(table, schema)
    if measure is not None and is_additive(measure) and groups:
        group, name = said_name(groups[-1].column.name), said_name(measure.column.name)
        yield translate("suggest.largest", lang, measure=name, group=group)


def _summed(measure: ColumnEntry, group: str, lang: str) -> str:
    name = said_name(measure.column.name)
    kind = "total" if is_additive(measure) else "average"
    return translate(f"suggest.{kind}", lang, measure=name.removeprefix("total "), group=group)


def _measure(table: TableEntry, schema: Schema) -> ColumnEntry | None:
    """The quantity of a table that a total or an average surely says something of: money, else a level or a rate."""
    numbers = number_columns(table.number, schema)
    levels = [entry for entry in numbers if not is_additive(entry)]
    return money_of(numbers) or next(iter(levels), None)


def _groups(table: TableEntry, schema: Schema) -> list[ColumnEntry]:
    own = [schema.columns[n] for n in table.columns if schema.columns[n].kind == "text"]
    return [e for e in own if not (e.id_like or e.time) and e.column.distinct in _GROUPS and e.unique <= _REPEATS]
