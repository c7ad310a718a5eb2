"""A question to its rows: link, understand, compose, rank, run the best few, rank again, say how it was read.

`ask` is the only way in. It runs nothing itself: statements go to the `run` that the caller hands in, which guards and
limits them. No chart is chosen and no language model is called here.
"""

from __future__ import annotations

import datetime
import functools
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from core.errors import AppError
from core.i18n import detect_language, translate
from core.records import Catalog, ChartSpec, CheckedSql, Reading, SqlAnswer
from core.sql.arrange import READINGS, arrange
from core.sql.assertion import Assertion, find_assertion, ranked_sql, tell_assertion
from core.sql.business.plan import BusinessPlan
from core.sql.business.render import write_pair_count, write_pairs
from core.sql.business.unread import uncovered
from core.sql.contests import find_contest
from core.sql.data.schema import Schema, schema_of
from core.sql.insight.insight import describe, tell_correlation
from core.sql.insight.statistics import with_interval
from core.sql.language.lexicon import Lexicon, builtin_lexicon
from core.sql.linking.known_words import content_of
from core.sql.linking.link import Links
from core.sql.linking.spelling import Correction
from core.sql.parser.propose import builtin_parser
from core.sql.readings import Option, Run, business_statements, find_readings, link_corrected
from core.sql.remarks import with_remarks
from core.sql.two_questions import join_rows, part_question, speaks_for_itself
from core.sql.unlinked import any_link, nothing_linked, unknown_words, with_unsplit, with_unused_names

log = logging.getLogger(__name__)

PAIRS_MAX = 5000
CORRECTED = 0.9  # of the confidence is left where a word was put right

Check = Callable[[str, Catalog], CheckedSql]


def ask(
    question: str,
    catalog: Catalog,
    run: Run,
    *,
    lang: str | None = None,
    lexicon: Lexicon | None = None,
    check: Check | None = None,
    today: datetime.date | None = None,
    anew: bool = False,
) -> SqlAnswer:
    """The answer to a question about the catalog's tables; it never raises for a question it cannot answer.

    `run` takes statements and gives a result each, in order. `check` makes the `CheckedSql` of the chosen statement
    (default: the guard). `confidence` is the calibrated chance (0..1) that the rows are right; `alternatives` are up to
    two further readings whose rows differ. `anew` reads the question as it stands: it is another one in other words.
    `error` is (message key, params) where nothing could be answered."""
    lang = lang or detect_language(question)
    lexicon = lexicon or builtin_lexicon()
    parser = builtin_parser()
    started = time.perf_counter()
    if not catalog.tables:
        return SqlAnswer(question, lang, None, None, error=("sql.ask.no_tables", {}))
    if not any(char.isalnum() for char in question):
        return SqlAnswer(question, lang, None, None, error=("sql.ask.nothing_linked", {"words": question.strip()}))
    schema = schema_of(catalog, lexicon)
    links, corrections = link_corrected(question, lang, schema, lexicon, parser)
    if not anew:
        again = functools.partial(ask, catalog=catalog, run=run, lang=lang, lexicon=lexicon, check=check, today=today)
        found = _ask_anew(question, links, schema, again, catalog, run, check)
        if found is not None:
            return found
    linked = time.perf_counter()
    unknown = unknown_words(links, schema, parser)
    today = today or datetime.date.today()
    if not any_link(links) and not _reads_anything(links, schema, today):
        return SqlAnswer(question, lang, None, None, unknown=unknown, error=nothing_linked(unknown, question, schema))
    readings = find_readings(links, schema, parser, run, lang, today)
    options, confidence = arrange(readings, links, schema, len(unknown))
    timings = {"link": 1000 * (linked - started), **readings.ms, "total": 1000 * (time.perf_counter() - started)}
    if not options:
        failed = ("sql.ask.no_query_ran", {})
        return SqlAnswer(question, lang, None, None, unknown=unknown, error=failed, timings_ms=timings)
    if corrections:
        options = [replace(option, reading=_with_corrections(option.reading, corrections, lang)) for option in options]
        confidence *= CORRECTED
    answer = _answer(question, lang, catalog, options, confidence, unknown, timings, check)
    answer = _with_caveats(answer, options, links, schema)
    related = next((o.plan for o in readings.ruled if answer.sql and answer.sql.text == o.sql), None)
    return replace(answer, insight=_tell_correlation(related, schema, run, lang)) if related else answer


def _with_caveats(answer: SqlAnswer, options: list[Option], links: Links, schema: Schema) -> SqlAnswer:
    """The answer with what must be told beside it: names and splits that went unused, a year that nobody said."""
    answer = with_unsplit(with_unused_names(answer, links), links, schema)
    shown = [o for o in options if answer.sql and o.sql == answer.sql.text] + [o for o in options if o.varied == "year"]
    return with_remarks(answer, shown, links, schema) if shown else answer


def _ask_anew(
    question: str, links: Links, schema: Schema, again: Callable[..., SqlAnswer], catalog: Catalog, run: Run,
    check: Check | None,
) -> SqlAnswer | None:  # fmt: skip
    """The answer to a claim, a contest or two questions in one, by the questions that they come to; None for others."""
    claim = find_assertion(links, schema)
    if claim is not None:
        return _judge(replace(again(claim.question, anew=True), question=question), claim, run)
    contest = find_contest(links, schema)
    if contest is not None:
        return replace(again(contest, anew=True), question=question)
    halves = part_question(question)
    if halves is None:
        return None
    lexicon, parser = builtin_lexicon(), builtin_parser()
    if not all(speaks_for_itself(link_corrected(half, links.lang, schema, lexicon, parser)[0]) for half in halves):
        return None
    return _answer_both(question, *map(again, halves), catalog, run, check)


def _answer_both(
    question: str, first: SqlAnswer, second: SqlAnswer, catalog: Catalog, run: Run, check: Check | None
) -> SqlAnswer | None:
    """The answers to the two halves of a question in one row; None where they do not go into one."""
    sql = join_rows(first, second)
    if sql is None:
        return None
    try:
        checked = (check or _guard())(sql, catalog)
    except AppError as error:
        log.warning("the guard refused joined rows: %s: %s", error, sql)
        return None
    (result,) = run([sql])
    if result.error is not None:
        return None
    return replace(
        first,
        chart=None,
        question=question,
        sql=checked,
        result=result,
        reading=f"{first.reading}; {second.reading}",
        confidence=round(min(first.confidence, second.confidence), 4),
        alternatives=(),
        insight=(),
        unknown=tuple(dict.fromkeys((*first.unknown, *second.unknown))),
        message=" ".join(dict.fromkeys(filter(None, (first.message, second.message)))),
    )


def _judge(answer: SqlAnswer, claim: Assertion, run: Run) -> SqlAnswer:
    """The answer to the question behind a claim, with whether the claim holds."""
    if answer.result is None or answer.result.error or answer.sql is None or answer.unknown:
        return answer
    ranking = ranked_sql(answer.sql.text) if isinstance(claim.claimed, str) else None
    (ties,) = run([ranking]) if ranking else (None,)
    said = tell_assertion(claim, answer.result, None if ties is None or ties.error else ties, answer.lang)
    return replace(answer, insight=(said,)) if said else answer


def _reads_anything(links: Links, schema: Schema, today: datetime.date) -> bool:
    """Whether the rules make something of a word that names nothing ('sales by month' of a table of orders)."""
    plan = next((plan for plan, _ in business_statements(links, schema, today)), None)
    content = list(content_of(links))
    return plan is not None and (not content or len(uncovered(plan, links)) < len(content))


def _answer(
    question: str, lang: str, catalog: Catalog, options: list[Option], confidence: float, unknown: tuple[str, ...],
    timings: dict[str, float], check: Check | None,
) -> SqlAnswer:  # fmt: skip
    options, checked = _first_admitted(options, catalog, check or _guard())
    if checked is None:
        return SqlAnswer(
            question, lang, None, None, unknown=unknown, error=("sql.ask.no_query_ran", {}), timings_ms=timings
        )
    best = options[0]
    others = tuple(Reading(option.reading, option.sql) for option in options[1:READINGS])
    return SqlAnswer(
        question, lang, checked, best.result, reading=best.reading, confidence=round(confidence, 4),
        alternatives=others, unknown=unknown, timings_ms=timings,
    )  # fmt: skip


def _with_corrections(reading: str, corrections: list[Correction], lang: str) -> str:
    said = [translate("sql.ask.read_as", lang, word=c.written, meant=c.meant) for c in corrections]
    return f"{reading} ({'; '.join(said)})"


def _tell_correlation(plan: BusinessPlan, schema: Schema, run: Run, lang: str) -> tuple[str, ...]:
    """Sentences on the pairs behind a coefficient: how many, its interval, whether both only share a trend."""
    sql = write_pairs(plan, schema, PAIRS_MAX)
    if sql is None:
        return ()
    (pairs,) = run([sql])
    if pairs.error or len(pairs.columns) < 2:
        return ()
    if pairs.truncated:
        return _tell_long_correlation(plan, schema, run, lang)
    return describe(
        pairs, lang=lang, spec=ChartSpec("scatter", pairs.columns[-2], (pairs.columns[-1],), reason="pairs")
    )


def _tell_long_correlation(plan: BusinessPlan, schema: Schema, run: Run, lang: str) -> tuple[str, ...]:
    """The same of more pairs than a result may hold: the engine counts and correlates all of them."""
    (found,) = run([write_pair_count(plan, schema) or ""])
    if found.error or not found.rows or found.rows[0][0] is None:
        return ()
    r, n = found.rows[0]
    names = [schema.columns[number].key[1] for number in plan.measure.columns]
    return tell_correlation(*names, with_interval(int(n), float(r)), lang)


def _first_admitted(options: list[Option], catalog: Catalog, check: Check) -> tuple[list[Option], CheckedSql | None]:
    """(options from the first that the guard admits, that one checked); it should admit all that is composed."""
    for place, option in enumerate(options):
        try:
            return options[place:], check(option.sql, catalog)
        except AppError as error:
            log.warning("the guard refused a composed statement: %s: %s", error, option.sql)
    return [], None


def _guard() -> Check:
    from core.sql.safety.guard import check_sql

    return check_sql
