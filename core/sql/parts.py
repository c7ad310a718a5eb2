"""The tables that one question may see, in two parts: those of table files, asked first and together; those found in
documents, asked where the files have no answer or one that leaves words without meaning.

Of the document tables only the few nearest to the question are asked. It keeps no catalog and opens no data set.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from core.records import Catalog, QueryResult, Reading, SqlAnswer, Table
from core.sql.ask import ask
from core.sql.crosstab import SURE, read_lookup, read_words, write_lookup
from core.sql.language.lexicon import builtin_lexicon
from core.sql.linking.nearest import NearestTables
from core.sql.safety.guard import check_sql

RunOn = Callable[[Sequence[str], Catalog], list[QueryResult]]  # statements over the tables of a catalog, in order

_SURE = 0.66  # an answer this sure stands, though a word of the question found nothing
_FOUND_SURE, _FOUND_ALONE = 0.5, 0.3  # what an answer from document tables needs beside tables of files, and alone


class Parts:
    """The tables of some files: those of table files to be asked together, those of documents by nearness."""

    def __init__(self, catalog: Catalog, sources: frozenset[str] | None) -> None:
        self.every = keep_tables(catalog, lambda table: sources is None or table.source in sources)
        self.files = keep_tables(self.every, lambda table: table.origin == "file")
        found = keep_tables(self.every, lambda table: table.origin == "document")
        self.nearest = NearestTables(found, builtin_lexicon()) if found.tables else None


def keep_tables(catalog: Catalog, wanted: Callable[[Table], bool]) -> Catalog:
    """The catalog of some tables, with what belongs to them; itself where that is all."""
    tables = tuple(table for table in catalog.tables if wanted(table))
    if len(tables) == len(catalog.tables):
        return catalog
    names = {table.name for table in tables}
    keys = tuple(key for key in catalog.foreign_keys if {key.table, key.ref_table} <= names)
    metrics = tuple(metric for metric in catalog.metrics if metric.table in names)
    return Catalog(tables, keys, metrics)


def ask_parts(question: str, lang: str, parts: Parts, run: RunOn) -> SqlAnswer:
    """The answer of the files' tables, or that of the nearest document tables where these understand more."""

    def asked(catalog: Catalog) -> SqlAnswer:
        return ask(question, catalog, lambda texts: run(texts, catalog), lang=lang)

    answer = asked(parts.files)
    if parts.nearest is None or (answer.error is None and (not answer.unknown or answer.confidence >= _SURE)):
        return answer
    few = parts.nearest.find(question, lang)
    other = (_look_up(question, lang, few, run) or asked(few)) if few.tables else None
    if other is not None and _is_better(other, answer, _FOUND_SURE if parts.files.tables else _FOUND_ALONE):
        return other
    if parts.files.tables:
        return answer
    return SqlAnswer(question, lang, None, None, error=("sql.ask.nothing_linked", {"words": question}))


def _look_up(question: str, lang: str, few: Catalog, run: RunOn) -> SqlAnswer | None:
    """The answer of the table that accounts for most of the question as a printed table is read, if any does."""
    started = time.perf_counter()
    found = [read_lookup(question, lang, table, builtin_lexicon()) for table in few.tables]
    lookups = sorted(filter(None, found), key=lambda lookup: (-lookup.covered, -lookup.fit))
    if not lookups:
        return None
    best, *others = lookups
    checked = check_sql(write_lookup(best), few)
    result = run([checked.text], few)[0]
    if result.error is not None or not result.rows:
        return None
    readings = tuple(Reading(read_words(other, lang), write_lookup(other)) for other in others[:2])
    ms = round(1000 * (time.perf_counter() - started), 2)
    return SqlAnswer(
        question, lang, checked, result, reading=read_words(best, lang), confidence=round(SURE * best.covered, 4),
        alternatives=readings, unknown=best.unknown, timings_ms={"execute": ms, "total": ms},
    )  # fmt: skip


def _is_better(other: SqlAnswer, answer: SqlAnswer, least: float) -> bool:
    """Whether the document tables' answer stands in for that of the files' tables: it is at least so sure, and
    understood more."""
    if other.error is not None or other.result is None or other.confidence < least:
        return False
    return answer.error is not None or (
        len(other.unknown) < len(answer.unknown) and other.confidence > answer.confidence
    )
