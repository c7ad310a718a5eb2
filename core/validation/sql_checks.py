"""A statement against the question it answers: the right period, the right value, and the ways in which correct SQL
misleads (see sql_aggregates and sql_rows).

It runs nothing and has no grammar: it reads what the guard found in the statement, the catalog and the rows. What is
fine is not told; each doubt names what it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.records import Catalog, Check, SqlAnswer
from core.validation.dates import Moment, read_dates
from core.validation.measures import fold
from core.validation.sql_aggregates import (
    check_double_counting,
    check_mean_of_means,
    check_other_aggregate,
    check_sum_of_levels,
)
from core.validation.sql_asked import Asked, doubt, is_grouped, is_time, words_of
from core.validation.sql_rows import check_empty, check_tie

_LEFT_OUT = (
    "not|except|excluding|outside|other than|apart from|but|no|excepto|salvo|menos|fuera de|"
    "sin contar|que no sean?|distint[oa]s? de"
)
_BEFORE_FIRST = re.compile(r"<\s*(?:date\s*)?'(\d{4})-\d\d-01'")
_AFTER = re.compile(r"\b(?:after|since|despues|tras|posterior\w*)\b")
_BEFORE_END = re.compile(
    r"\b(?:before|until|up to|prior to|antes de|hasta|anterior(?:es)? a)\s+(?:the\s+|el\s+)?(?:year\s+|ano\s+)?$"
)
_AFTER_END = re.compile(
    r"\b(?:after|since|despues de|desde|posterior(?:es)? a)\s+(?:the\s+|el\s+)?(?:year\s+|ano\s+)?$"
)
_LITERAL = re.compile(r"'((?:[^']|'')*)'")


def check_sql(question: str, lang: str, data: SqlAnswer, catalog: Catalog) -> list[Check]:
    """The doubts about the statement of `data` as an answer to `question`; none where there is no statement."""
    if data.sql is None or data.result is None or data.result.error is not None:
        return []
    asked = Asked(question, data.sql, data.result, catalog)
    return [check for rule in RULES for check in rule(asked)]


def check_period(asked: Asked) -> Iterator[Check]:
    """A year, quarter or month that the question names and the statement does not."""
    timed = any(is_time(column) for table in asked.tables for column in table.columns)
    if not timed:
        return
    shown = fold(" ".join(str(cell) for row in asked.result.rows[:200] for cell in row))
    years = _years_of(asked)
    for date in read_dates(asked.question):
        for moment in date.readings[:1]:
            if moment.year is not None and str(moment.year) not in years and str(moment.year) not in shown:
                instead = ", ".join(sorted(years))
                reason = "period_instead" if instead else "period"
                yield doubt(
                    asked.sql.text, "unsupported", reason, what=date.text, **({"instead": instead} if instead else {})
                )
            elif not _names_part(moment, asked.text, shown):
                yield doubt(asked.sql.text, "partly", "period", what=date.text)
            elif _is_turned(fold(asked.question[: date.start]), moment, asked.text):
                yield doubt(asked.sql.text, "unsupported", "period_turned", what=date.text)


def _years_of(asked: Asked) -> set[str]:
    """The years that a statement names, those that its limits leave in among them."""
    years = set(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", asked.text))
    told = sorted(int(year) for year in years)
    if len(told) > 1:
        years |= {str(year) for year in range(told[0], told[-1])}
    years |= {str(int(match[1]) - 1) for match in _BEFORE_FIRST.finditer(asked.text)}
    if _AFTER.search(fold(asked.question)):
        years |= {str(year - 1) for year in told[:1]}
    return years


def _is_turned(before: str, moment: Moment, text: str) -> bool:
    """Whether the question asks for what was before a year and the statement for what came from it on, or reversed."""
    if moment.year is None:
        return False
    start = rf"(?:date\s*)?'?{moment.year}"
    from_it, up_to_it = (bool(re.search(rf"{sign}\s*{start}", text)) for sign in (">=?", "<=?"))
    if _BEFORE_END.search(before):
        return from_it and not up_to_it
    return bool(_AFTER_END.search(before)) and up_to_it and not from_it


def _names_part(moment: Moment, text: str, shown: str) -> bool:
    """Whether the statement restricts to a moment's month, quarter or half, or its rows are told apart by it."""
    if moment.month is None and moment.quarter is None and moment.half is None:
        return True
    months = (
        [moment.month] if moment.month else [3 * moment.quarter - 2 + n for n in range(3)] if moment.quarter else []
    )
    months = months or [6 * (moment.half or 1) - 5 + n for n in range(6)]
    text = _BEFORE_FIRST.sub(" ", text)  # "< '2024-04-01'" does not name April
    if any(
        re.search(rf"-0?{month}(?:-|'|\b)|\bmonth\s*\([^)]*\)\s*(?:=|in\s*\(|between)\s*\(?\s*[^)]*\b{month}\b", text)
        for month in months
    ):
        return True
    if moment.quarter is not None and re.search(r"\bquarter\b", text):
        return True
    return any(f"-{month:02d}-" in shown for month in months) or "strftime" in text or "monthname" in text


def check_value(asked: Asked) -> Iterator[Check]:
    """A stored value that the question names and the statement does not use: not as a condition, not as a group."""
    question = f" {words_of(asked.question)} "
    literals = {words_of(literal.replace("''", "'")) for literal in _LITERAL.findall(asked.sql.text)}
    names = {
        words_of(name) for table in asked.catalog.tables for name in (table.name, *(c.name for c in table.columns))
    }
    words = {word for name in names for word in name.split()}
    for table in asked.tables:
        for column in table.columns:
            grouped = fold(column.name) in asked.text and is_grouped(column, asked.text)
            for value in column.values:
                plain = words_of(value)
                if len(plain) < 4 or plain in words or plain.isdigit() or f" {plain} " not in question:
                    continue
                if _excludes(asked.text, value) != _is_denied(question, plain) and plain in literals:
                    yield doubt(asked.sql.text, "unsupported", "value_turned", what=value, column=column.name)
                elif not grouped and not any(plain in literal or literal in plain for literal in literals if literal):
                    others = [v for v in column.values if words_of(v) in literals]
                    extra = {"instead": others[0]} if others else {}
                    yield doubt(
                        asked.sql.text,
                        "unsupported" if others else "partly",
                        "value_instead" if others else "value",
                        what=value,
                        column=column.name,
                        **extra,
                    )


def _excludes(text: str, value: str) -> bool:
    """Whether a statement leaves out a value: '<>', 'NOT IN', 'NOT ... ='."""
    quoted = re.escape(fold(value).replace("'", "''"))
    return bool(
        re.search(
            rf"(?:<>|!=|\bnot\s+(?:in|i?like)\b)[^=<>]{{0,60}}'%?{quoted}|\bnot\s*\(?[^=<>']{{1,40}}=\s*'{quoted}", text
        )
    )


def _is_denied(question: str, plain: str) -> bool:
    """Whether a question names a value to leave it out."""
    return bool(re.search(rf"\b(?:{_LEFT_OUT})(?: \w+){{0,3}} {re.escape(plain)} ", question))


RULES = (
    check_period,
    check_value,
    check_mean_of_means,
    check_double_counting,
    check_sum_of_levels,
    check_other_aggregate,
    check_tie,
    check_empty,
)
