"""A question asked again: the statement that its user confirmed answers it, if it can still be admitted and run.

Only the very same question (folded) over tables that are all still here counts. One that means other days when asked
on another day ('last month') counts on the day of its verdict alone. It keeps no pairs; `state/pairs.py` does.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable

from core.errors import AppError
from core.i18n import translate
from core.records import Catalog, CheckedSql, QueryResult, SqlAnswer
from core.sql.language.lexicon import builtin_lexicon
from core.sql.language.periods import find_periods
from core.sql.language.question import tokenize
from core.sql.safety.guard import check_sql
from core.state import pairs
from core.state.database import Database

Run = Callable[[CheckedSql], QueryResult]
_ANOTHER_DAY = datetime.timedelta(days=401)


def recall(question: str, lang: str, catalog: Catalog, db: Database, run: Run) -> SqlAnswer | None:
    """The confirmed answer, sure (confidence 1), with the sentence that says since when; None where there is none, or
    where its statement no longer runs. A statement that was cancelled is an answer that says so."""
    begun = time.perf_counter()
    pair = pairs.find(db, question, [table.name for table in catalog.tables])
    day = datetime.datetime.fromisoformat(pair.at).astimezone().date() if pair else None
    if pair is None or (day != datetime.date.today() and depends_on_today(question, lang)):
        return None
    try:
        checked = check_sql(pair.sql, catalog)
    except AppError:
        return None
    result = run(checked)
    if result.error is not None and result.error[0] != "sql.limits.cancelled":
        return None
    ms = 1000 * (time.perf_counter() - begun)
    return SqlAnswer(
        question, lang, checked, result, reading=pair.reading if pair.lang == lang else "", confidence=1.0,
        error=result.error, timings_ms={"execute": ms, "total": ms}, confirmed=_since(pair, day, catalog, lang),
    )  # fmt: skip


def depends_on_today(question: str, lang: str) -> bool:
    """Whether the periods that a question names are others on another day ('last month', 'in March')."""
    tokens, today = tokenize(question, lang, builtin_lexicon()), datetime.date.today()
    spans = [[(p.first, p.after) for p in find_periods(tokens, day)] for day in (today, today + _ANOTHER_DAY)]
    return spans[0] != spans[1]


def _since(pair: pairs.Pair, day: datetime.date, catalog: Catalog, lang: str) -> str:
    """'As you confirmed on 2026-11-23', and whether the data are others now."""
    changed = pairs.hashes(catalog, pair.tables) != pair.tables
    shown = day.strftime("%d/%m/%Y" if lang == "es" else "%Y-%m-%d")
    return translate("sql.ask.confirmed_changed" if changed else "sql.ask.confirmed", lang, date=shown)
