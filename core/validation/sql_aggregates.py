"""Aggregates that mislead though they run: an average of averages, a sum that a join repeats, a sum of levels or rates.

It reads the statement's aggregates and joins and the catalog's columns, never the rows.
"""

from __future__ import annotations

import functools
import itertools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from core.records import Catalog, Check, Column, SqlAnswer, Table
from core.validation.measures import fold
from core.validation.sql_asked import NAME, QUALIFIED, Asked, bare, doubt, is_grouped, is_time, words_of

_SUMMED = re.compile(r"^(sum|avg|count)\s*\(\s*(?!distinct\b)(.*)\)$", re.I | re.S)

_AVERAGE = re.compile(r"\b(?:average|mean|promedio|media de|de media|por termino medio)\b")
_DIVIDED = re.compile(r"\b(?:avg|mean|median|quantile\w*)\s*\(|/")


def check_mean_of_means(asked: Asked) -> Iterator[Check]:
    """An average over a column that is itself an average: groups of any size weigh the same."""
    for alias in re.findall(rf"\bavg\s*\([^()]*\)\s+(?:as\s+)?({NAME})", asked.text):
        if re.search(rf"\bavg\s*\(\s*(?:{NAME}\s*\.\s*)?{re.escape(alias)}\s*\)", asked.text):
            yield doubt(f"avg({bare(alias)})", "partly", "mean_of_means", what=bare(alias))


def check_double_counting(asked: Asked) -> Iterator[Check]:
    """A sum, count or average over the 'one' side of a join whose other side repeats it."""
    repeated = {one.name: many for one, many in _fans(asked)}
    for aggregate in dict.fromkeys(asked.sql.aggregates):
        match = _SUMMED.match(aggregate.strip())
        if match is None:
            continue
        for written in dict.fromkeys(m.group() for m in QUALIFIED.finditer(match[2])):
            found = asked.column(written)
            if found is not None and found[0].name in repeated and (match[1].lower() == "count" or not _is_key(*found)):
                params = {"what": found[1].name, "table": found[0].name, "other": repeated[found[0].name].name}
                yield doubt(aggregate, "partly", "double", **params)
                break


def repeats_rows(data: SqlAnswer, catalog: Catalog) -> bool:
    """Whether a join repeats what the statement sums, counts or averages."""
    if data.sql is None or data.result is None:
        return False
    return next(check_double_counting(Asked(data.question, data.sql, data.result, catalog)), None) is not None


def _fans(asked: Asked) -> Iterator[tuple[Table, Table]]:
    """Pairs of joined tables of which the first's rows come up again for rows of the second: it has one row for several
    of them, or both have several for one of a third."""
    found = list(_one_for_many(asked))
    yield from found
    yield from ((a, b) for (one, a), (same, b) in itertools.permutations(found, 2) if one is same and a is not b)


def _one_for_many(asked: Asked) -> Iterator[tuple[Table, Table]]:
    for condition in asked.sql.joins:
        sides = [asked.column(side) for side in condition.split("=")]
        if len(sides) != 2 or None in sides:
            continue
        (left, left_key), (right, right_key) = sides  # type: ignore[misc]
        for one, one_key, many, many_key in ((left, left_key, right, right_key), (right, right_key, left, left_key)):
            if _is_unique(one, one_key) and not _is_unique(many, many_key) and one.name != many.name:
                yield one, many


def _is_unique(table: Table, column: Column) -> bool:
    return table.primary_key == (column.name,) or (column.distinct is not None and column.distinct >= table.rows > 0)


def _is_key(table: Table, column: Column) -> bool:
    return _is_unique(table, column)


def check_sum_of_levels(asked: Asked) -> Iterator[Check]:
    """A sum of what is a level at a moment, or a price or rate, over several moments or rows."""
    for aggregate in dict.fromkeys(asked.sql.aggregates):
        match = re.match(r"^sum\s*\(\s*(.*?)\s*\)$", aggregate.strip(), re.I | re.S)
        found = asked.column(match[1]) if match else None
        if found is None:
            continue
        table, column = found
        words = set(words_of(column.name).split())
        if words & _levels()["rates"] and not words & _levels()["amounts"]:
            yield doubt(aggregate, "partly", "rate", what=column.name)
        elif words & _levels()["levels"]:
            times = [c for c in table.columns if is_time(c) and (c.distinct or 0) > 1]
            if times and not any(is_grouped(c, asked.text) or _is_pinned(c, asked) for c in times):
                yield doubt(aggregate, "partly", "level", what=column.name, dates=times[0].distinct)


def _is_pinned(column: Column, asked: Asked) -> bool:
    """Whether a condition holds a time column to one moment."""
    name = re.escape(fold(column.name))
    return any(re.search(rf'"?{name}"?\s*=', fold(condition)) for condition in asked.sql.filters)


@functools.cache
def _levels() -> dict[str, frozenset[str]]:
    path = Path(__file__).parent / "lexicon" / "levels.toml"
    return {key: frozenset(words) for key, words in tomllib.loads(path.read_text(encoding="utf-8")).items()}


def check_other_aggregate(asked: Asked) -> Iterator[Check]:
    """A sum where the question asks for an average: nothing is divided and nothing averaged."""
    summed = [a for a in asked.sql.aggregates if re.match(r"sum\s*\(", a.strip(), re.I)]
    inner = asked.column(summed[0].strip()[4:-1]) if summed else None
    if inner is not None and set(words_of(inner[1].name).split()) & _levels()["rates"]:
        return  # told by check_sum_of_levels
    if summed and _AVERAGE.search(fold(asked.question)) and not _DIVIDED.search(asked.text):
        yield doubt(summed[0], "partly", "aggregate", what=summed[0])
