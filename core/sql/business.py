"""Business questions by rules: a measure over time and dimensions, growth, share, running total, rank in a group; and
lists of things by a comparison of columns, an average, a threshold, or what they lack.

The training pairs hold few such questions, so rules read them from the same links: measure, period, grain, dimensions,
conditions, order. `read_business` gives several readings, best first, or none; nothing is run and no SQL is written.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from core.sql.calendar import GRAINS, Grain, Period, find_grain, find_periods
from core.sql.conditions import (
    Absence,
    Contrast,
    Filter,
    asks_sides,
    find_absence,
    find_contrast,
    find_filters,
    named_property,
)
from core.sql.dimensions import (
    HIGH,
    LOW,
    Dimension,
    dimension_at,
    find_dimensions,
    has_superlative,
    is_ordering,
    joined,
    key_beside,
    name_columns,
)
from core.sql.lexicon import read_cues
from core.sql.link import Links, ValueMention, is_content
from core.sql.measures import (
    AGGREGATES,
    Measure,
    aggregate_of,
    find_measures,
    is_buying,
    is_flow,
    named_columns,
)
from core.sql.planned import find_overrun
from core.sql.schema import Schema
from core.sql.understand import operator_beside
from core.sql.words import stem

READINGS = 3


@dataclass(frozen=True, slots=True)
class Threshold:
    """Groups whose measure is `op value`."""

    op: str
    value: float
    span: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BusinessPlan:
    """What a business question asks, ready to be written as SQL; `covered` are the token places understood.

    `measure` None makes a list of the things of `subject` (a table). `contrast` compares two columns row by row, or
    their sums where there are dimensions."""

    measure: Measure | None
    dimensions: tuple[int, ...] = ()
    filters: tuple[Filter, ...] = ()
    periods: tuple[Period, ...] = ()
    grain: str = ""
    date: int | None = None
    window: str = ""
    descending: bool | None = None
    limit: int | None = None
    covered: frozenset[int] = field(default_factory=frozenset)
    subject: int | None = None
    contrast: Contrast | None = None
    absence: Absence | None = None
    threshold: Threshold | None = None
    keys: tuple[int, ...] = ()
    within: int | None = None
    more: tuple[Measure, ...] = ()
    lang: str = "en"

    @property
    def fact(self) -> int:
        """The table whose rows are read."""
        return self.measure.table if self.measure else self.subject or 0


_WINDOWS = {name: tuple(phrases) for name, phrases in read_cues()["windows"].items()}
_WINDOW_WORDS = frozenset(stem(word) for phrases in _WINDOWS.values() for phrase in phrases for word in phrase.split())
_SPARE = frozenset(stem(word) for word in read_cues()["measures"]["spare"].split())


def read_business(links: Links, schema: Schema, today: datetime.date) -> list[BusinessPlan]:
    """Readings of a question about a measure or a compared list, best first; empty where it is neither."""
    window, window_span = find_window(links)
    grain = find_grain(links.tokens)
    overrun = find_overrun(links, schema)  # a figure is asked for, not the rows that exceed
    plans, plain = ([], []) if overrun else _lists(links, schema, today, grain)
    window = "" if overrun and window == "share" else window
    for measure in find_measures(links, schema, window_span, bool(grain)):
        asked = "" if window == "share" and measure.agg in ("rate", "share_of") else window
        said = frozenset([*range(*measure.span), *range(*window_span)])
        plan = BusinessPlan(measure, window=asked, lang=links.lang, covered=said)
        if overrun:
            plan = replace(plan, covered=plan.covered.union(overrun.places))
        plan = _add_dimensions(plan, links, schema, grain)
        plan = _add_time(plan, links, schema, grain, today)
        grouped = measure.agg == "count" or any(is_buying(t) or t.word == "total" for t in links.tokens)
        steps = (_add_threshold, _add_filters) if grouped else (_add_filters, _add_threshold)
        for step in steps:
            plan = step(plan, links, schema)
        plan = _count_things(plan, links, schema)
        plan = _add_contrast(plan, links, schema)
        plan = _add_more(plan, links, schema)
        plan = _add_order(plan, links, schema)
        if _is_business(plan, links, schema):
            plans.append(plan)
        elif measure.agg in ("max", "min") and _asks_for_thing(plan, links, schema):
            plans = [p for p in plans if p.measure.agg not in ("max", "min")]
            break
    plans = list(dict.fromkeys([*plans, *plain]))
    return sorted(plans, key=lambda plan: len(uncovered(plan, links)) + repeats_rows(plan, schema))[:READINGS]


def repeats_rows(plan: BusinessPlan, schema: Schema) -> bool:
    """Whether the joins repeat rows of the measured table (an invoice for each of its lines): sums count twice."""
    if plan.measure is None:
        return False
    fact = schema.tables[plan.fact].table.name
    others = [*plan.dimensions, *(f.column for f in plan.filters), *plan.keys]
    tables = tuple(dict.fromkeys([fact, *(schema.columns[n].key[0] for n in others)]))
    edges = schema.graph.connect(tables) or []
    upward = {(key.table, key.ref_table) for key in schema.catalog.foreign_keys}
    return any((edge.right, edge.left) in upward and (edge.left, edge.right) not in upward for edge in edges)


def reach_of(date: int | None, schema: Schema, today: datetime.date) -> datetime.date:
    """The day that 'today' stands for: today where the column's data reach it, else its newest day."""
    newest = schema.columns[date].column.maximum if date is not None else None
    if isinstance(newest, int) and 1700 < newest < 2200:
        newest = datetime.date(newest, 12, 31)
    if isinstance(newest, str):
        try:
            newest = datetime.date.fromisoformat(newest[:10] if len(newest) >= 10 else f"{newest[:7]}-01")
        except ValueError:
            return today
    if isinstance(newest, datetime.datetime):
        newest = newest.date()
    return min(today, newest) if isinstance(newest, datetime.date) else today


# ---------------------------------------------------------------- whether it is a business question


_ALONE = ("corr", "share_of", "over_plan", "per", "first_last", "median")  # these need no period and no group


def _is_business(plan: BusinessPlan, links: Links, schema: Schema) -> bool:
    """Whether time, a window, a named metric or 'flow by dimension' asks for more than the learned parser knows."""
    if (plan.grain and plan.date is not None) or plan.threshold:
        return True
    if plan.window in ("growth", "running"):
        return bool(plan.grain and plan.date is not None)
    if plan.window in ("share", "rank"):
        return bool(plan.dimensions)
    measure = plan.measure
    if not plan.dimensions and not plan.grain and _asks_for_thing(plan, links, schema):
        return False
    if has_superlative(links) and not plan.dimensions and measure.agg not in ("max", "min") and not plan.grain:
        return False  # the most of something is asked for, and the rules do not see of what
    if measure.metric or measure.yes is not None or measure.agg in _ALONE:
        return True
    if plan.periods and plan.date is not None:
        return True
    # 'sales by region' also of a table that holds one row a region
    split = measure.columns and _split_by(links)
    grouped = plan.dimensions and (split or all(_repeats(n, plan.fact, schema) for n in plan.dimensions))
    if grouped and (_split_by(links) or has_superlative(links) or asks_sides(links)):
        return True
    flow = any(is_flow(token) for token in links.tokens)
    if flow and measure.columns and (grouped or plan.filters):
        return True
    return not plan.dimensions and (measure.agg in ("count", "distinct", "avg", "sum", "max", "min"))


_ADJECTIVES = frozenset(  # words, not stems: 'expense' is no 'expensive'
    word for key in ("high", "low") for word in read_cues()["superlatives"][key].split() if stem(word) not in HIGH | LOW
)


def _asks_for_thing(plan: BusinessPlan, links: Links, schema: Schema) -> bool:
    """'the employee with the highest salary', 'heaviest product', 'invoice 000123': a row is meant, no figure."""
    measure = plan.measure
    first, after = measure.span
    superlative = any(
        token.word in _ADJECTIVES or stem(token.word) in HIGH | LOW for token in links.tokens[first:after]
    )
    if measure.agg in ("max", "min"):
        left = uncovered(plan, links)
        if superlative and after in left and _names_thing(after, None, links, schema):
            return True  # 'the biggest city': the word after the superlative is what is asked for
        owned = any(token.word in _WITH for token in links.tokens[:first])
        return any(p < first and _names_thing(p, None if owned else plan.fact, links, schema) for p in left)
    if superlative and measure.agg in ("avg", "sum"):
        return True  # 'the longest river' is no average of lengths
    adjective = any(token.word in _ADJECTIVES and place not in plan.covered for place, token in enumerate(links.tokens))
    if measure.agg in ("avg", "sum", "count") and aggregate_of(links)[0] != "count" and adjective:
        return True
    exact = any(f.op == "=" and schema.columns[f.column].unique >= 0.9 for f in plan.filters)
    return measure.agg == "count" and exact and aggregate_of(links)[0] != "count"


_WITH = frozenset("with whose con cuyo cuya".split())


def _names_thing(place: int, fact: int | None, links: Links, schema: Schema) -> bool:
    """Whether a word names the measured table or a text column of it; any table's where `fact` is None."""
    texts = (ms for n, ms in links.columns.items() if _is_text_of(schema, n, fact))
    tables = (ms for number, ms in links.tables.items() if fact is None or number == fact)
    return any(m.start <= place < m.end and m.score >= 0.4 for ms in (*texts, *tables) for m in ms)


def _is_text_of(schema: Schema, number: int, fact: int | None) -> bool:
    entry = schema.columns[number]
    return entry.kind == "text" and (fact is None or entry.table == fact)


def _repeats(number: int, fact: int, schema: Schema) -> bool:
    entry = schema.columns[number]
    return entry.table != fact or entry.unique < 0.9


def _split_by(links: Links) -> bool:
    """'by region', 'per agent', 'for each city' where no order is meant."""
    return any(
        token.word in ("by", "per", "each", "every", "across", "within") and not is_ordering(links.tokens, place)
        for place, token in enumerate(links.tokens)
    )


# ---------------------------------------------------------------- lists


def _lists(
    links: Links, schema: Schema, today: datetime.date, grain: Grain | None
) -> tuple[list[BusinessPlan], list[BusinessPlan]]:
    """(things that compare or lack something, things that only meet conditions): plans without a measure."""
    out: list[BusinessPlan] = []
    plain: list[BusinessPlan] = []
    contrast = find_contrast(links, schema)
    agg, at = aggregate_of(links)
    measured = agg in ("avg", "sum", "median", "max", "min") and contrast and at not in contrast.span
    if contrast and not measured:
        out.append(_contrasted(contrast, links, schema, today))
    subject = _subject(links, schema)
    if subject is not None:
        table, span = subject
        absence = find_absence(links, schema, table)
        if absence:
            covered = frozenset([*range(*span), *absence.span])
            plan = BusinessPlan(None, lang=links.lang, subject=table, absence=absence, covered=covered)
            plan = _add_periods(plan, links, schema, today, absence.table)
            out.append(_counted(_add_filters(plan, links, schema), links))
        elif not contrast and not aggregate_of(links)[0] and not has_superlative(links) and not grain:
            plan = BusinessPlan(None, lang=links.lang, subject=table, covered=frozenset(range(*span)))
            plan = _add_periods(plan, links, schema, today, table)
            plan = _add_filters(plan, links, schema)
            if (plan.filters or plan.periods) and not uncovered(plan, links):
                plain.append(plan)
    return out, plain


def _subject(links: Links, schema: Schema) -> tuple[int, tuple[int, int]] | None:
    """(table, span) of the thing that is listed: the first table that is named, the better named first."""
    named = [(m.start, -m.score, n, m) for n, ms in links.tables.items() for m in ms if m.score >= 0.7]
    if not named:
        return None
    _, _, table, mention = min(named, key=lambda row: row[:3])
    return table, (mention.start, mention.end)


def _contrasted(contrast: Contrast, links: Links, schema: Schema, today: datetime.date) -> BusinessPlan:
    """Rows that compare; or, where what is asked for repeats ('which areas'), groups whose sums compare."""
    table = schema.columns[contrast.left].table
    covered = frozenset(contrast.span)
    plan = BusinessPlan(None, lang=links.lang, subject=table, contrast=contrast, covered=covered)
    asked = next((p for p, t in enumerate(links.tokens) if t.word in ("which", "what", "list", "show")), -1)
    found = dimension_at(asked + 1, links, schema, table, set(covered), 3)
    plan = _add_periods(plan, links, schema, today, table)
    if found:
        plan = replace(plan, covered=plan.covered | set(range(*found.span)))
        repeats = len(found.columns) == 1 and schema.columns[found.columns[0]].unique < 0.5
        own = all(schema.columns[c].table == table for c in found.columns)
        if repeats and own and contrast.right is not None and schema.columns[contrast.left].kind == "number":
            plan = replace(plan, dimensions=found.columns)
        elif not own or not _named_table(table, found, links):
            plan = replace(plan, keys=found.columns)
    return _counted(_add_filters(plan, links, schema), links)


def _named_table(table: int, found: Dimension, links: Links) -> bool:
    return any(m.start == found.span[0] for m in links.tables.get(table, ()))


def _counted(plan: BusinessPlan, links: Links) -> BusinessPlan:
    """A list becomes the number of its rows where 'how many' asks for it."""
    agg, _ = aggregate_of(links)
    if agg != "count" or plan.dimensions:
        return plan
    return replace(plan, measure=Measure("count", plan.subject, (), "*"))


# ---------------------------------------------------------------- window


def find_window(links: Links) -> tuple[str, tuple[int, int]]:
    """(growth, share, running, rank or '', the tokens that say so)."""
    words = [stem(token.word) for token in links.tokens]
    for name, phrases in _WINDOWS.items():
        for phrase in phrases:
            roots = [stem(word) for word in phrase.split()]
            for start in range(len(words) - len(roots) + 1):
                if words[start : start + len(roots)] == roots:
                    return name, (start, start + len(roots))
    return "", (0, 0)


# ---------------------------------------------------------------- dimensions and time


def _add_dimensions(plan: BusinessPlan, links: Links, schema: Schema, grain: Grain | None) -> BusinessPlan:
    found, used = find_dimensions(links, schema, plan.fact, set(plan.covered), grain)
    if plan.window == "share" and not found:
        one = _any_dimension(links, schema, plan)
        found, used = ([one], set(range(*one.span))) if one else ([], set())
    columns = tuple(dict.fromkeys(c for d in found for c in d.columns))
    keys = tuple(d.key for d in found if d.key is not None and d.key not in columns)
    plan = replace(plan, dimensions=columns, keys=keys, covered=plan.covered | used)
    if len(found) > 1 and not plan.window and _ranked_within(links, found):
        inner = next(d for d in found if d.lead in ("each", "every", "within", "per"))
        plan = replace(plan, window="rank", within=inner.columns[0])
    elif plan.window == "rank" and len(found) > 1:
        plan = replace(plan, within=found[-1].columns[0])
    return plan


def _ranked_within(links: Links, found: list[Dimension]) -> bool:
    """'the best seller of each region', 'top 3 products per category': a superlative inside every group."""
    leads = [d.lead for d in found]
    return has_superlative(links) and found[0].lead not in LEADS_OF_GROUPS and any(x in LEADS_OF_GROUPS for x in leads)


LEADS_OF_GROUPS = ("each", "every", "within", "per")


def _any_dimension(links: Links, schema: Schema, plan: BusinessPlan) -> Dimension | None:
    for place in range(len(links.tokens)):
        found = dimension_at(place, links, schema, plan.fact, set(plan.covered), 0)
        if found and schema.columns[found.columns[0]].kind == "text":
            return found
    return None


def _add_time(
    plan: BusinessPlan, links: Links, schema: Schema, grain: Grain | None, today: datetime.date
) -> BusinessPlan:
    """The date column of the measure's table, the periods asked for, and the unit of time."""
    plan = _add_periods(plan, links, schema, today, plan.fact)
    if plan.date is None:
        return plan
    unit, covered = "", set(plan.covered)
    named = grain and any(set(range(grain.start, grain.end)) & _named(n, links) for n in plan.dimensions)
    if grain and not named:
        unit = grain.unit
        covered |= set(range(grain.start, grain.end))
    if not unit and plan.window in ("growth", "running"):
        unit = "month"
    alike = len(plan.periods) == 2 and plan.periods[0].unit == plan.periods[1].unit
    if not unit and alike and _compares(links):
        unit = plan.periods[0].unit
    if not unit and _asks_when(links) and not plan.dimensions:
        unit = _asks_when(links)
    if schema.columns[plan.date].time == "year" and unit:
        unit = "year"
    date = plan.date if unit or plan.periods else None
    return replace(plan, grain=unit, date=date, covered=frozenset(covered))


def _named(number: int, links: Links) -> set[int]:
    return {place for m in links.columns.get(number, ())[:1] for place in range(m.start, m.end)}


def _add_periods(plan: BusinessPlan, links: Links, schema: Schema, today: datetime.date, table: int) -> BusinessPlan:
    date = date_column(table, links, schema)
    if date is None:
        return plan
    periods = find_periods(links.tokens, reach_of(date, schema, today))
    periods = [p for p in periods if not set(range(p.start, p.end)) & plan.covered]
    covered = {place for p in periods for place in range(p.start, p.end)}
    if plan.window == "growth":  # 'against the previous month' says what is compared, not which rows are read
        periods = [p for p in periods if not {"previous", "prior"} & {t.word for t in links.tokens[p.start : p.end]}]
    said = {place for m in links.columns.get(date, ())[:1] if m.score >= 0.5 for place in range(m.start, m.end)}
    used = periods or find_grain(links.tokens)
    return replace(plan, periods=tuple(periods), date=date, covered=plan.covered | covered | (said if used else set()))


def _asks_when(links: Links) -> str:
    """'in which month did we sell least': the unit of time that is asked for."""
    words = [token.word for token in links.tokens if token.kind != "mark" and token.word not in ("the", "a")]
    if words[:1] and words[0] in GRAINS and words[1:2] in (["with"], ["of"]) and has_superlative(links):
        return words[0]  # 'mes con más ventas'
    for place, word in enumerate(words[:-1]):
        if word in ("which", "what") and words[place + 1] in ("day", "week", "month", "quarter", "year"):
            return words[place + 1]
    return ""


def _compares(links: Links) -> bool:
    words = {token.word for token in links.tokens}
    return bool(
        words & {"vs", "versus", "compare", "compared", "against", "between", "than", "and", "frente", "contra"}
    )


def date_column(table: int, links: Links, schema: Schema) -> int | None:
    """The table's column of time: the one that is named, else the first; years only where there are no dates."""
    entries = [schema.columns[c] for c in schema.tables[table].columns if schema.columns[c].time]
    ranked = []
    for place, entry in enumerate(entries):
        mention = max((m.score for m in links.columns.get(entry.number, ())), default=0.0)
        verb = _verb_near(entry.number, links)
        ranked.append((mention + verb - 0.1 * place - 0.5 * (entry.time == "year"), entry.number))
    return max(ranked)[1] if ranked else None


def _verb_near(number: int, links: Links) -> float:
    """'opened', 'closed', 'shipped' in the question choose among the dates of a table."""
    return 0.3 * any(m.score >= 0.3 for m in links.columns.get(number, ()))


# ---------------------------------------------------------------- conditions


def _add_filters(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    filters = find_filters(links, schema, plan.fact, set(plan.covered))
    covered = plan.covered | {place for f in filters for place in f.span}
    for made in filters:  # a column named beside its value ('the city of Paris') is said by the condition
        for mention in links.columns.get(made.column, ()):
            if mention.score >= 0.45 and any(
                abs(mention.start - p) <= 4 or abs(p - mention.end) <= 3 for p in made.span
            ):
                covered |= set(range(mention.start, mention.end))
    dimensions = plan.dimensions
    if not dimensions and asks_sides(links):
        sides = named_property(links, schema, plan.fact)
        if sides:
            dimensions, covered = (sides[0],), covered | sides[1]
    if plan.window == "share" and not dimensions and len(filters) == 1 and filters[0].op in ("=", "in"):
        dimensions = (filters[0].column,)  # 'the share of trips paid by card': of all the ways to pay
    return replace(plan, filters=tuple(filters), dimensions=dimensions, covered=frozenset(covered))


def _add_threshold(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'customers who spent more than 1000', 'products with more than 5 orders': a condition on a group's measure."""
    plan = _count_followers(plan, links, schema)
    measure = plan.measure
    for mention in links.values:
        places = set(range(mention.start, mention.end))
        if mention.kind != "number" or places & plan.covered or not isinstance(mention.value, (int, float)):
            continue
        op = operator_beside(links.tokens, mention.start, mention.end)
        if op not in (">", "<", ">=", "<="):
            continue
        place = measure.span[0]
        if not (0 <= mention.start - place <= 6 or 0 <= place - mention.end <= 2):
            continue
        dimensions, keys, covered = plan.dimensions, plan.keys, plan.covered | places
        if not dimensions:
            found = _first_thing(links, schema, plan, mention)
            if found is None:
                continue
            dimensions, keys = found.columns, (found.key,) if found.key is not None else ()
            covered |= set(range(*found.span))
        threshold = Threshold(op, mention.value, tuple(places))
        return replace(plan, dimensions=dimensions, keys=keys, threshold=threshold, covered=covered)
    return plan


def _count_followers(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'patients with more than 10 visits': visits are counted, for each patient."""
    if plan.measure.agg != "count" or plan.dimensions:
        return plan
    for mention in links.values:
        if mention.kind != "number" or operator_beside(links.tokens, mention.start, mention.end) not in _BOUNDS:
            continue
        for number, mentions in links.tables.items():
            beside = next((m for m in mentions if m.start == mention.end and m.score >= 0.7), None)
            if beside is None or number == plan.fact or not joined(schema, number, plan.fact):
                continue
            names = name_columns(plan.fact, schema)
            key = key_beside(plan.fact, names, schema) if names else None
            counted = Measure("count", number, (), "*", (beside.start, beside.end))
            covered = plan.covered | set(range(beside.start, beside.end))
            keys = (key,) if key is not None else ()
            return replace(plan, measure=counted, dimensions=names, keys=keys, covered=covered) if names else plan
    return plan


_BOUNDS = (">", "<", ">=", "<=")


def _first_thing(links: Links, schema: Schema, plan: BusinessPlan, before: ValueMention) -> Dimension | None:
    for place in range(min(4, before.start)):
        found = dimension_at(place, links, schema, plan.fact, set(plan.covered), 0)
        if found:
            return found
    return None


def _add_contrast(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'average alcohol of wines with quality above the average': a comparison of another column picks the rows."""
    contrast = find_contrast(links, schema) if aggregate_of(links)[0] or plan.dimensions else None
    if contrast is None or schema.columns[contrast.left].table != plan.fact or contrast.left in plan.measure.columns:
        return plan
    if set(range(*plan.measure.span)) & set(contrast.span):
        return plan
    return replace(plan, contrast=contrast, covered=plan.covered | set(contrast.span))


def _count_things(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'how many customers bought in 2025' counts each customer once, in the table of what they bought."""
    measure = plan.measure
    if measure.agg != "count" or not any(is_buying(token) for token in links.tokens):
        return plan
    name = schema.tables[measure.table].table.name
    for key in schema.catalog.foreign_keys:
        table = schema.table_of[key.table].number
        named = any(m.score >= 0.8 for m in links.tables.get(table, ()))
        date = date_column(table, links, schema)
        if key.ref_table != name or len(key.columns) != 1 or date is None or named:
            continue
        column = schema.column_of.get((key.table, key.columns[0]))
        if column is None:
            continue
        deeds = {p for p, token in enumerate(links.tokens) if is_buying(token)}
        counted = Measure("distinct", table, (column.number,), "{0}", measure.span)
        return replace(
            plan, measure=counted, date=date if plan.periods or plan.grain else None, covered=plan.covered | deeds
        )
    return plan


def _add_more(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """'sales and cost by region': a second measured column of the same table, named beside the first."""
    measure = plan.measure
    if measure.agg not in ("sum", "avg", "max", "min", "median") or plan.window:
        return plan
    said = [AGGREGATES[stem(t.word)] for p, t in enumerate(links.tokens) if stem(t.word) in AGGREGATES]
    others = tuple(dict.fromkeys(agg for agg in said if agg != measure.agg))
    if others and measure.agg in said and not plan.contrast and len(named_columns(links, schema)) == 1:
        return replace(plan, more=tuple(replace(measure, agg=agg) for agg in others))
    for number, mention in named_columns(links, schema):
        beside = (
            any(t.word in ("and", ",") for t in links.tokens[measure.span[1] : mention.start])
            and mention.start - measure.span[1] <= 3
        )
        same = schema.columns[number].table == measure.table and number not in measure.columns
        free = not set(range(mention.start, mention.end)) & plan.covered and mention.score >= 0.7
        if beside and same and free:
            aggs = [
                AGGREGATES[stem(t.word)]
                for t in links.tokens[measure.span[1] : mention.start]
                if stem(t.word) in AGGREGATES
            ]
            agg = aggs[0] if aggs else measure.agg
            other = Measure(agg, measure.table, (number,), "{0}", (mention.start, mention.end))
            return replace(plan, more=(other,), covered=plan.covered | set(range(mention.start, mention.end)))
    return plan


# ---------------------------------------------------------------- order


def _add_order(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """Descending for 'most', ascending for 'least'; a number beside 'top' or a superlative is how many."""
    tokens, covered = links.tokens, set(plan.covered)
    roots = [stem(token.word) for token in tokens]
    around = {plan.measure.span[0] - 1, plan.measure.span[1]} if plan.measure.columns else set()
    covered |= {p for p in around if 0 <= p < len(tokens) and (is_flow(tokens[p]) or is_buying(tokens[p]))}
    plan = replace(plan, covered=frozenset(covered))
    agg, at = aggregate_of(links)
    spoken = [p for p in _superlatives(links) if not (agg in ("max", "min") and p == at)]
    high, low = any(roots[p] in HIGH for p in spoken), any(roots[p] in LOW for p in spoken)
    if "descend" in roots:
        return replace(plan, descending=True)
    if "ascend" in roots:
        return replace(plan, descending=False)
    if not (high or low) or not (plan.dimensions or plan.grain) or plan.threshold:
        return plan
    count = next((m for m in links.values if _is_count(m, covered)), None)
    if count:
        covered |= set(range(count.start, count.end))
    limit = count.value if count else (None if _plural_ask(links) else 1)
    return replace(plan, descending=high or not low, limit=limit, covered=frozenset(covered))


def _superlatives(links: Links) -> list[int]:
    """Places of superlatives; 'more than' is none."""
    found = []
    for place, token in enumerate(links.tokens):
        compared = any(t.word == "than" for t in links.tokens[place + 1 : place + 3])
        if stem(token.word) in HIGH | LOW and not compared:
            found.append(place)
    return found


def _is_count(mention: ValueMention, covered: set[int]) -> bool:
    whole = mention.kind == "number" and isinstance(mention.value, int) and 0 < mention.value <= 100
    return whole and not set(range(mention.start, mention.end)) & covered


def _plural_ask(links: Links) -> bool:
    """'cuáles son los productos', 'which products': more than one is asked for."""
    return bool(re.search(r"\b(cu[aá]les|qu[eé] (?!mes\b)\w+s|which \w+s|what are|top)\b", links.question.lower()))


# ---------------------------------------------------------------- what is left


def uncovered(plan: BusinessPlan, links: Links) -> list[int]:
    """Places of content words that the plan does not account for."""
    left = [p for p in content_of(links) if p not in plan.covered]
    left += [m.start for m in links.values if m.kind in ("number", "date") and m.start not in plan.covered]
    grain = find_grain(links.tokens)
    if grain and not plan.grain and not set(range(grain.start, grain.end)) & plan.covered:
        left.append(grain.start)
    return left


def is_known_word(root: str) -> bool:
    """Whether the rules know a stem as a word of their own: 'median', 'correlation', 'share', 'most'."""
    return (
        root in _SPARE or root in HIGH | LOW or root in AGGREGATES or root in _WINDOW_WORDS or root.startswith("correl")
    )


def content_of(links: Links) -> Iterable[int]:
    """Places of words that say something of their own, beyond how to count and order."""
    for place, token in enumerate(links.tokens):
        root = stem(token.word)
        if is_content(token) and root not in _SPARE and root not in HIGH | LOW and root not in AGGREGATES:
            yield place


__all__ = ["BusinessPlan", "Threshold", "content_of", "find_window", "read_business", "uncovered"]
