"""What must be told beside an answer, in its message: words that counted for nothing, a year that nobody said, a name
that two columns hold, spellings read as one.

Each remark names what was assumed, so that a figure is never surer than its reading; what is doubtful lowers the
confidence. Nothing is run here.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import replace

from core.i18n import format_number, translate
from core.records import QueryResult, SqlAnswer
from core.sql.data.schema import Schema
from core.sql.language.calendar import MONTHS, NO_DAY
from core.sql.language.periods import find_periods
from core.sql.linking.link import Links, ValueMention
from core.sql.parser.fidelity import find_unread, quoted_names
from core.sql.readings import Option

UNREAD = 0.6  # of the confidence is left where words that may pick rows picked none
UNREAL = 0.5  # and where a day is asked for that no calendar has
TWO_HOMES = 0.7  # and where a name may be meant of another column
_YEARS_MAX = 6
_BOUND = re.compile(r"\b(?:WHERE|HAVING|GROUP BY|ORDER BY|LIMIT|JOIN|EXCEPT|INTERSECT|OVER|CASE WHEN)\b")
_BESIDE = 3  # words between a name and the column that it is said of


def with_remarks(answer: SqlAnswer, options: Sequence[Option], links: Links, schema: Schema) -> SqlAnswer:
    """The answer with its message and what is left of its confidence."""
    if answer.sql is None:
        return answer
    answer = _with_unread(answer, links)
    lang, said = answer.lang, []
    if answer.unknown:
        said.append(translate("sql.ask.unread", lang, words=", ".join(f"“{word}”" for word in answer.unknown)))
    unreal = _tell_unreal_days(links, lang)
    if unreal:
        answer = replace(answer, confidence=round(answer.confidence * UNREAL, 4))
    said += [unreal, _tell_turned(options[0], lang), _tell_year(options, lang)]
    homes = _tell_homes(answer.sql.text, links, schema, lang)
    if homes:
        answer = replace(answer, confidence=round(answer.confidence * TWO_HOMES, 4))
    said += homes
    said.append(schema.spellings.tell(answer.sql.text, lang))
    return replace(answer, message=" ".join(filter(None, (answer.message, *said))))


def _with_unread(answer: SqlAnswer, links: Links) -> SqlAnswer:
    """'which sessions were cancelled' answered with all of them: a statement that picks nothing has read no word that
    picks."""
    if _BOUND.search(answer.sql.text):
        return answer
    lost = [links.tokens[place].source for place in find_unread(links) if links.tokens[place].word not in MONTHS]
    lost = [word for word in lost if not any(word in known for known in answer.unknown)]
    unknown = tuple(dict.fromkeys((*answer.unknown, *lost)))
    if not unknown:
        return answer
    return replace(answer, unknown=unknown, confidence=round(answer.confidence * UNREAD, 4))


def _tell_unreal_days(links: Links, lang: str) -> str:
    """'30 February 2025', '31/11/2024': no row can be of such a day."""
    tokens = links.tokens
    unreal = (p for p in find_periods(tokens, datetime.date.today()) for p in (p.ends or (p,)) if p.unit == NO_DAY)
    days = [links.question[tokens[p.start].start : tokens[p.end - 1].end] for p in unreal]
    return translate("sql.ask.no_such_day", lang, days=", ".join(f"“{day}”" for day in days)) if days else ""


def _tell_turned(shown: Option, lang: str) -> str:
    """'from 2025 to 2023': the period is read from its earlier end."""
    turned = next((p for p in (shown.plan.periods if shown.plan else ()) if p.turned), None)
    if turned is None:
        return ""
    last = turned.after - datetime.timedelta(days=1)
    return translate("sql.ask.period_turned", lang, first=turned.first.isoformat(), last=last.isoformat())


def _tell_year(options: Sequence[Option], lang: str) -> str:
    """'in March' of data with several Marches: which one is shown, and the figure of each year where there is one."""
    shown, plan = options[0], options[0].plan
    if plan is None or plan.date is None or not plan.periods or not all(p.assumed for p in plan.periods):
        return ""
    if shown.varied == "year":
        return translate("sql.ask.every_year", lang)
    text = translate("sql.ask.year_assumed", lang, year=str(plan.periods[0].first.year))
    yearly = next((o.result for o in options if o.varied == "year" and o.plan and o.plan.measure), None)
    figures = _by_year(yearly, lang) if yearly is not None else ""
    return f"{text} {translate('sql.ask.by_year', lang, figures=figures)}" if figures else text


def _by_year(result: QueryResult, lang: str) -> str:
    if len(result.columns) != 2 or not 1 < len(result.rows) <= _YEARS_MAX:
        return ""
    rows = [(year, value) for year, value in result.rows if isinstance(value, (int, float))]
    return "; ".join(f"{year}: {format_number(value, lang)}" for year, value in rows)


def _tell_homes(sql: str, links: Links, schema: Schema, lang: str) -> list[str]:
    """A name that another column holds too ('Baker' is an owner, and the surname of a vet), unless the question says
    which is meant."""
    names, said = quoted_names(sql), []
    for m in links.values:
        if m.kind not in ("text", "name") or not m.hits:
            continue
        homes = schema.homes_of(links.question[links.tokens[m.start].start : links.tokens[m.end - 1].end])
        shown = [(c, v) for c, v in homes if schema.columns[c].key[1].lower() in names]
        used = [(c, v) for c, v in shown if f"'{v.lower()}'" in sql.lower()]
        others = [(c, v) for c, v in homes if used and not any(_alike(c, v, *one, schema) for one in used)]
        if others and not any(_said_beside(m, c, links) for c, _ in used):
            column, value = others[0]
            said.append(translate("sql.ask.two_homes", lang, value=used[0][1], column=schema.columns[used[0][0]].key[1],
                                  other=value, place=schema.columns[column].key[1]))  # fmt: skip
    return said


def _alike(column: int, value: str, used: int, meant: str, schema: Schema) -> bool:
    """Whether the other home is the same thing again: the same column, a key of it, or one of its name."""
    one, other = schema.columns[column].key, schema.columns[used].key
    shown = schema.spellings.of(one, value)[0]
    same = shown == schema.spellings.of(other, meant)[0]
    return column == used or (same and (schema.graph.linked(one, other) or one[1].lower() == other[1].lower()))


def _said_beside(mention: ValueMention, column: int, links: Links) -> bool:
    near = (m for m in links.columns.get(column, ()) if m.score >= 0.6)
    return any(-_BESIDE <= m.end - mention.start <= 0 or 0 <= m.start - mention.end <= _BESIDE for m in near)
