"""A statement against the question it answers: the right period, the right value, and the ways in which correct SQL
misleads: an average of averages, a sum that a join repeats, a sum of what is a level, a tie that LIMIT cuts, no row
because a condition matches nothing.

It runs nothing and has no grammar: it reads what the guard found in the statement, the catalog and the rows. What is
fine is not told; each doubt names what it is about.
"""

from __future__ import annotations

import difflib
import functools
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.records import Catalog, Check, CheckedSql, Column, QueryResult, SqlAnswer, Table
from core.validation.dates import Moment, read_dates
from core.validation.quantities import fold

_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_NAME = r'(?:"(?:[^"]|"")+"|\w+)'
_FROM = re.compile(rf"\b(?:from|join)\s+({_NAME})(?:\s+(?:as\s+)?({_NAME}))?", re.I)
_QUALIFIED = re.compile(rf"(?:({_NAME})\s*\.\s*)?({_NAME})")
_EQUALS = re.compile(
    rf"((?:{_NAME}\s*\.\s*)?{_NAME})\s*\)?\s*(?:=|ilike|like|in)\s*\(?\s*(?:lower\()?'((?:[^']|'')*)'", re.I
)
_SUMMED = re.compile(r"^(sum|avg|count)\s*\(\s*(?!distinct\b)(.*)\)$", re.I | re.S)
_LIMIT = re.compile(r"\blimit\s+(\d+)\s*;?\s*$", re.I)
_KEYWORDS = frozenset(
    "where group order having limit on using inner left right full join as cross union qualify".split()
)


@dataclass(frozen=True)
class Asked:
    """A question, the statement made of it, what the tables hold and what came out."""

    question: str
    sql: CheckedSql
    result: QueryResult
    catalog: Catalog

    @functools.cached_property
    def text(self) -> str:
        return fold(self.sql.text)

    @functools.cached_property
    def tables(self) -> list[Table]:
        named = set(self.sql.tables)
        return [table for table in self.catalog.tables if table.name in named]

    @functools.cached_property
    def aliases(self) -> dict[str, Table]:
        by_name = {fold(table.name): table for table in self.tables}
        found = dict(by_name)
        for name, alias in _FROM.findall(self.sql.text):
            table = by_name.get(fold(_bare(name)))
            if table is not None and alias and fold(_bare(alias)) not in _KEYWORDS:
                found[fold(_bare(alias))] = table
        return found

    def column(self, written: str) -> tuple[Table, Column] | None:
        """The column that a part of the statement names, where it is one alone."""
        match = _QUALIFIED.fullmatch(written.strip())
        if match is None:
            return None
        table = self.aliases.get(fold(_bare(match[1]))) if match[1] else None
        name = fold(_bare(match[2]))
        tables = [table] if table is not None else self.tables
        found = [(t, c) for t in tables for c in t.columns if fold(c.name) == name]
        return found[0] if len(found) == 1 else None


def _bare(name: str) -> str:
    return name.strip('"').replace('""', '"')


def check_sql(question: str, lang: str, data: SqlAnswer, catalog: Catalog) -> list[Check]:
    """The doubts about the statement of `data` as an answer to `question`; none where there is no statement."""
    if data.sql is None or data.result is None or data.result.error is not None:
        return []
    asked = Asked(question, data.sql, data.result, catalog)
    return [check for rule in RULES for check in rule(asked)]


def _doubt(claim: str, verdict: Any, reason: str, **params: Any) -> Check:
    return Check(" ".join(claim.split())[:300], verdict, f"sql_{reason}", params=params)


# ---------------------------------------------------------------- period and value


def check_period(asked: Asked) -> Iterator[Check]:
    """A year, quarter or month that the question names and the statement does not."""
    timed = any(_is_time(column) for table in asked.tables for column in table.columns)
    if not timed:
        return
    shown = fold(" ".join(str(cell) for row in asked.result.rows[:200] for cell in row))
    years = set(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", asked.text))
    for date in read_dates(asked.question):
        for moment in date.readings[:1]:
            if moment.year is not None and str(moment.year) not in years and str(moment.year) not in shown:
                instead = ", ".join(sorted(years))
                reason = "period_instead" if instead else "period"
                yield _doubt(
                    asked.sql.text, "unsupported", reason, what=date.text, **({"instead": instead} if instead else {})
                )
            elif not _names_part(moment, asked.text, shown):
                yield _doubt(asked.sql.text, "partly", "period", what=date.text)


def _names_part(moment: Moment, text: str, shown: str) -> bool:
    """Whether the statement restricts to a moment's month or quarter, or its rows are told apart by it."""
    if moment.month is None and moment.quarter is None:
        return True
    months = [moment.month] if moment.month else [3 * moment.quarter - 2 + n for n in range(3)]
    if any(
        re.search(rf"-0?{month}(?:-|'|\b)|\bmonth\s*\([^)]*\)\s*(?:=|in\s*\(|between)\s*\(?\s*[^)]*\b{month}\b", text)
        for month in months
    ):
        return True
    if moment.quarter is not None and re.search(r"\bquarter\b", text):
        return True
    return any(f"-{month:02d}-" in shown for month in months) or "strftime" in text or "monthname" in text


def _is_time(column: Column) -> bool:
    kind = column.type.upper()
    return kind.startswith(("DATE", "TIMESTAMP")) or fold(column.name) in (
        "year",
        "ano",
        "anio",
        "ejercicio",
        "month",
        "mes",
    )


def check_value(asked: Asked) -> Iterator[Check]:
    """A stored value that the question names and the statement does not use: not as a condition, not as a group."""
    question = f" {_plain(asked.question)} "
    literals = {_plain(literal.replace("''", "'")) for literal in _LITERAL.findall(asked.sql.text)}
    names = {_plain(name) for table in asked.catalog.tables for name in (table.name, *(c.name for c in table.columns))}
    words = {word for name in names for word in name.split()}
    for table in asked.tables:
        for column in table.columns:
            if fold(column.name) in asked.text and _is_grouped(column, asked.text):
                continue
            for value in column.values:
                plain = _plain(value)
                if len(plain) < 4 or plain in words or plain.isdigit() or f" {plain} " not in question:
                    continue
                if not any(plain in literal or literal in plain for literal in literals if literal):
                    others = [v for v in column.values if _plain(v) in literals]
                    extra = {"instead": others[0]} if others else {}
                    yield _doubt(
                        asked.sql.text,
                        "unsupported" if others else "partly",
                        "value_instead" if others else "value",
                        what=value,
                        column=column.name,
                        **extra,
                    )


def _is_grouped(column: Column, text: str) -> bool:
    part = text.partition("group by")[2]
    return fold(column.name) in part or "group by all" in text


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(text)))


# ---------------------------------------------------------------- aggregates


def check_mean_of_means(asked: Asked) -> Iterator[Check]:
    """An average over a column that is itself an average: groups of any size weigh the same."""
    for alias in re.findall(rf"\bavg\s*\([^()]*\)\s+(?:as\s+)?({_NAME})", asked.text):
        if re.search(rf"\bavg\s*\(\s*(?:{_NAME}\s*\.\s*)?{re.escape(alias)}\s*\)", asked.text):
            yield _doubt(f"avg({_bare(alias)})", "partly", "mean_of_means", what=_bare(alias))


def check_double_counting(asked: Asked) -> Iterator[Check]:
    """A sum, count or average over the 'one' side of a join whose other side repeats it."""
    repeated = {one.name: many for one, many in _fans(asked)}
    for aggregate in dict.fromkeys(asked.sql.aggregates):
        match = _SUMMED.match(aggregate.strip())
        if match is None:
            continue
        for written in dict.fromkeys(m.group() for m in _QUALIFIED.finditer(match[2])):
            found = asked.column(written)
            if found is not None and found[0].name in repeated and not _is_key(*found):
                params = {"what": found[1].name, "table": found[0].name, "other": repeated[found[0].name].name}
                yield _doubt(aggregate, "partly", "double", **params)
                break


def _fans(asked: Asked) -> Iterator[tuple[Table, Table]]:
    """Pairs of joined tables of which the first has one row for several of the second."""
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
        words = set(_plain(column.name).split())
        if words & _levels()["rates"] and not words & _levels()["amounts"]:
            yield _doubt(aggregate, "partly", "rate", what=column.name)
        elif words & _levels()["levels"]:
            times = [c for c in table.columns if _is_time(c) and (c.distinct or 0) > 1]
            if times and not any(_is_grouped(c, asked.text) or _is_pinned(c, asked) for c in times):
                yield _doubt(aggregate, "partly", "level", what=column.name, dates=times[0].distinct)


def _is_pinned(column: Column, asked: Asked) -> bool:
    """Whether a condition holds a time column to one moment."""
    name = re.escape(fold(column.name))
    return any(re.search(rf'"?{name}"?\s*=', fold(condition)) for condition in asked.sql.filters)


@functools.cache
def _levels() -> dict[str, frozenset[str]]:
    path = Path(__file__).parent / "lexicon" / "levels.toml"
    return {key: frozenset(words) for key, words in tomllib.loads(path.read_text(encoding="utf-8")).items()}


# ---------------------------------------------------------------- rows


def check_tie(asked: Asked) -> Iterator[Check]:
    """Rows that LIMIT may have cut though they are equal to the last one shown."""
    match = _LIMIT.search(asked.sql.text)
    rows = asked.result.rows
    if match is None or not asked.sql.ordered or len(rows) < 2 or len(rows) != int(match[1]):
        return
    for c in range(len(asked.result.columns)):
        last, before = rows[-1][c], rows[-2][c]
        if isinstance(last, (int, float)) and not isinstance(last, bool) and last == before and _orders(asked, c):
            yield _doubt(asked.sql.text, "partly", "tie", n=len(rows), value=last)
            return


def _orders(asked: Asked, c: int) -> bool:
    """Whether the rows are in the order of a column."""
    values = [row[c] for row in asked.result.rows]
    if any(not isinstance(value, (int, float)) for value in values):
        return False
    return values in (sorted(values), sorted(values, reverse=True)) and len(set(values)) > 1


def check_empty(asked: Asked) -> Iterator[Check]:
    """No row, because a condition asks for what no row has: the nearest value, or how far the column reaches."""
    rows = asked.result.rows
    nothing = not rows or (len(rows) == 1 and all(cell is None or cell == 0 for cell in rows[0]))
    if not nothing:
        return
    for condition in asked.sql.filters:
        for written, literal in _EQUALS.findall(condition):
            found = asked.column(re.sub(r"^(?:lower|upper|trim)\s*\(", "", written, flags=re.I).strip())
            if found is None:
                continue
            column, value = found[1], literal.replace("''", "'").strip("%")
            if not column.values or any(_plain(value) in _plain(known) for known in column.values):
                continue
            near = difflib.get_close_matches(fold(value), [fold(v) for v in column.values], n=1, cutoff=0.4)
            nearest = next((v for v in column.values if near and fold(v) == near[0]), "")
            reason, extra = ("empty_near", {"instead": nearest}) if nearest else ("empty", {})
            yield _doubt(condition, "partly", reason, what=value, column=column.name, **extra)
        yield from _out_of_range(condition, asked)


def _out_of_range(condition: str, asked: Asked) -> Iterator[Check]:
    """A condition on a date that lies outside what the column holds."""
    match = re.search(rf"({_NAME}(?:\s*\.\s*{_NAME})?)\D*?((?:19|20)\d\d-\d\d-\d\d)", condition)
    found = asked.column(match[1]) if match else None
    if found is None or not _is_time(found[1]) or found[1].minimum is None or found[1].maximum is None:
        return
    low, high = str(found[1].minimum)[:10], str(found[1].maximum)[:10]
    above = re.search(r">=?\s*(?:date\s*)?'", condition, re.I) and match[2] > high
    below = re.search(r"<=?\s*(?:date\s*)?'", condition, re.I) and match[2] <= low
    if above or below:
        yield _doubt(condition, "partly", "range", column=found[1].name, low=low, high=high)


RULES = (
    check_period,
    check_value,
    check_mean_of_means,
    check_double_counting,
    check_sum_of_levels,
    check_tie,
    check_empty,
)
