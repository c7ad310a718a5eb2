"""Business questions by rules: a measure over time and dimensions, with growth, share, running total, rank in a group.

The training pairs hold no such questions, so rules read them: period, grain, measure, dimensions, filters, order.
`read_business` gives None where the question is not of this kind; the learned parser then has it alone. Nothing is run.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field, replace
from typing import Any

from core.records import Metric
from core.sql.calendar import Grain, Period, find_grain, find_periods
from core.sql.lexicon import read_cues
from core.sql.link import Links, Mention, ValueMention, is_content
from core.sql.plan import STAR
from core.sql.schema import ColumnEntry, Schema
from core.sql.understand import operator_beside
from core.sql.words import Token, stem


@dataclass(frozen=True, slots=True)
class Measure:
    """`expression` has {0}, {1} for `columns`; with no columns it counts the rows of `table`."""

    agg: str
    table: int
    columns: tuple[int, ...] = ()
    expression: str = "{0}"
    span: tuple[int, int] = (0, 0)
    metric: Metric | None = None
    yes: Any = None


@dataclass(frozen=True, slots=True)
class Filter:
    column: int
    op: str
    value: Any
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class BusinessPlan:
    """What a business question asks, ready to be written as SQL; `covered` are the token places understood."""

    measure: Measure
    dimensions: tuple[int, ...] = ()
    filters: tuple[Filter, ...] = ()
    periods: tuple[Period, ...] = ()
    grain: str = ""
    date: int | None = None
    window: str = ""
    descending: bool | None = None
    limit: int | None = None
    covered: frozenset[int] = field(default_factory=frozenset)


_WINDOWS = {name: tuple(phrases) for name, phrases in read_cues()["windows"].items()}
_FLOW = frozenset(stem(word) for word in read_cues()["measures"]["flow"].split())
_MONEY = tuple(stem(word) for word in read_cues()["measures"]["money"].split())
_PIECES = tuple(stem(word) for word in read_cues()["measures"]["pieces"].split())
_MARGIN = frozenset(stem(word) for word in ("margin", "profit"))
_YES = ("yes", "true", "y", "1", "si", "sí", "t", "churned", "baja")


def read_business(links: Links, schema: Schema, today: datetime.date) -> BusinessPlan | None:
    """The plan of a question about a measure; None where nothing says that it is one."""
    tokens = links.tokens
    window, window_span = find_window(links)
    grain = find_grain(tokens)
    measure = find_measure(links, schema, window_span, bool(grain))
    if measure is None:
        return None
    periods = find_periods(tokens, reach_of(_date_column(measure.table, links, schema), schema, today))
    plan = BusinessPlan(
        measure, window=window, covered=frozenset(range(*measure.span)) | frozenset(range(*window_span))
    )
    plan = _add_dimensions(plan, links, schema, grain)
    plan = _add_time(plan, links, schema, grain, periods)
    plan = _add_filters(plan, links, schema)
    plan = _add_order(plan, links)
    return plan if _is_business(plan, links, schema) else None


def reach_of(date: int | None, schema: Schema, today: datetime.date) -> datetime.date:
    """The day that 'today' stands for: today where the column's data reach it, else its newest day."""
    newest = schema.columns[date].column.maximum if date is not None else None
    if isinstance(newest, str):
        try:
            newest = datetime.date.fromisoformat(newest[:10])
        except ValueError:
            return today
    if isinstance(newest, datetime.datetime):
        newest = newest.date()
    return min(today, newest) if isinstance(newest, datetime.date) else today


def _is_business(plan: BusinessPlan, links: Links, schema: Schema) -> bool:
    """Whether time, a window, a named metric or 'flow by dimension' asks for more than the learned parser knows."""
    if plan.grain and plan.date is not None:
        return True
    if plan.window in ("growth", "running"):
        return bool(plan.grain and plan.date is not None)
    if plan.window in ("share", "rank"):
        return bool(plan.dimensions)
    if plan.measure.metric or plan.measure.yes is not None or plan.measure.agg == "corr":
        return True
    if plan.periods and plan.date is not None:
        return bool(plan.measure.columns) or _counts(links)
    flow = any(_is_flow(token) for token in links.tokens)
    grouped = plan.dimensions and all(schema.columns[n].unique < 0.5 for n in plan.dimensions)
    if grouped and _split_by(links) and (plan.measure.columns or _counts(links)):
        return True
    return bool(flow and plan.measure.columns and (grouped or plan.filters) and not plan.measure.agg.startswith("?"))


def _split_by(links: Links) -> bool:
    """'by region', 'per agent' where no order is meant; 'top 3 products by quantity' too."""
    words = [stem(token.word) for token in links.tokens]
    return any(word in ("by", "per") and not set(words[max(0, p - 2) : p]) & _ORDERING for p, word in enumerate(words))


_ORDERING = {
    "order",
    "sort",
    "rank",
    "arrang",
    "list",
    "descend",
    "ascend",
    "written",
    "direct",
    "made",
    "own",
    "taught",
}


def _counts(links: Links) -> bool:
    words = [stem(token.word) for token in links.tokens]
    return "mani" in words or "number" in words or "count" in words or "most" in words


# ---------------------------------------------------------------- window and measure


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


def find_measure(links: Links, schema: Schema, window: tuple[int, int], over_time: bool) -> Measure | None:
    """The metric, column or count that the question measures."""
    metric = _named_metric(links, schema)
    if metric:
        return metric
    agg = _aggregate(links)
    named = [(n, m) for n, m in _named_columns(links, schema) if m.end <= window[0] or m.start >= window[1]]
    pair = _correlated(links, named, schema)
    if pair:
        return pair
    rate = _rate(links, schema)
    if rate:
        return rate
    if named and agg != "count":
        number, mention = named[0]
        return Measure(agg or "sum", schema.columns[number].table, (number,), "{0}", (mention.start, mention.end))
    flow = _flow(links, schema, agg)
    if flow:
        return flow
    if agg == "count" or _most_of(links) or (over_time and not agg):
        return _count(links, schema)
    return None


def _named_metric(links: Links, schema: Schema) -> Measure | None:
    words = [stem(token.word) for token in links.tokens]
    sources = [stem(token.source.lower()) for token in links.tokens]
    for metric in schema.catalog.metrics:
        for name in (metric.name, *metric.synonyms):
            roots = [stem(part) for part in name.lower().split()]
            for start in range(len(words) - len(roots) + 1):
                if roots in (words[start : start + len(roots)], sources[start : start + len(roots)]):
                    table = schema.table_of[metric.table].number
                    return Measure("metric", table, span=(start, start + len(roots)), metric=metric)
    return None


_AGGREGATES = {"averag": "avg", "mean": "avg", "maximum": "max", "minimum": "min", "median": "median"}


def _aggregate(links: Links) -> str:
    words = [stem(token.word) for token in links.tokens]
    for place, word in enumerate(words):
        if word in _AGGREGATES:
            return _AGGREGATES[word]
        if word == "how" and words[place + 1 : place + 2] == ["mani"]:
            return "count"
        if (word == "number" and words[place + 1 : place + 2] == ["of"]) or word == "count":
            return "count"
    return ""


def _named_columns(links: Links, schema: Schema) -> list[tuple[int, Mention]]:
    """Number columns that the question names, the surest first; never keys, years or what follows 'by'."""
    found = []
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        plain = entry.kind == "number" and not (entry.id_like or entry.primary or entry.foreign or entry.date_like)
        for mention in mentions[:2]:
            before = links.tokens[mention.start - 1].word if mention.start else ""
            told = {root for root, _ in entry.words[0]} if entry.words else set()
            first = any(root in told for t in links.tokens[mention.start : mention.end] for root, _ in t.stems)
            if plain and mention.score >= (0.2 if first else 0.5) and before not in ("each", "per"):
                score = (
                    2 * mention.score + 0.4 * max(links.scores["agg"].get(number, -6.0), -4.0) - 0.02 * mention.start
                )
                score += 0.3 * _is_money(entry) - 0.3 * (before == "by")
                found.append((score, number, mention))
    found.sort(key=lambda row: -row[0])
    return [(number, mention) for _, number, mention in found]


def _correlated(links: Links, named: list[tuple[int, Mention]], schema: Schema) -> Measure | None:
    """'the correlation between a and b': two number columns of one table, each named by words of its own."""
    if not any(stem(token.word) == "correl" for token in links.tokens):
        return None
    for place, (first, mention) in enumerate(named):
        for second, other in named[place + 1 :]:
            apart = mention.end <= other.start or other.end <= mention.start
            if apart and first != second and schema.columns[first].table == schema.columns[second].table:
                span = (min(mention.start, other.start), max(mention.end, other.end))
                return Measure("corr", schema.columns[first].table, (first, second), "{0}, {1}", span)
    return None


def _is_money(entry: ColumnEntry) -> bool:
    return any(root in _MONEY for stems in entry.words for root, _ in stems)


def _flow(links: Links, schema: Schema, agg: str) -> Measure | None:
    """'sales', 'revenue', 'most sold': the money (or the pieces) of the table that holds them."""
    place = next((p for p, t in enumerate(links.tokens) if _is_flow(t)), None)
    if place is None:
        return None
    tables = {n: max(m.score for m in ms) for n, ms in links.tables.items()}
    sold = stem(links.tokens[place].word) == "sold" or links.tokens[place].word in ("sold", "selling")
    best: tuple[float, Measure] | None = None
    for table in schema.tables:
        choice = _table_measure(
            table.number, schema, prefer_pieces=sold, margin=stem(links.tokens[place].word) in _MARGIN
        )
        if choice is None:
            continue
        columns, expression = choice
        score = (
            2 * tables.get(table.number, 0.0) + max((links.scores["any"].get(c, -6.0) for c in columns), default=-6) / 4
        )
        score += 0.3 * any(schema.columns[c].kind == "date" for c in table.columns) + (
            0.2 if table.table.rows > 50 else 0
        )
        if best is None or score > best[0]:
            best = (score, Measure(agg or "sum", table.number, columns, expression, (place, place + 1)))
    return best[1] if best else None


def _is_flow(token: Any) -> bool:
    return token.kind in ("word", "cue") and (
        stem(token.word) in _FLOW or any(s in _FLOW for s, w in token.stems if w >= 0.85)
    )


def _table_measure(table: int, schema: Schema, prefer_pieces: bool, margin: bool) -> tuple[tuple[int, ...], str] | None:
    """The columns and expression of a table's money, or of its pieces where those are asked for."""
    numbers = [
        schema.columns[c]
        for c in schema.tables[table].columns
        if schema.columns[c].kind == "number" and not schema.columns[c].id_like and not schema.columns[c].primary
    ]
    pieces = _first_with(numbers, _PIECES)
    if prefer_pieces and pieces:
        return (pieces.number,), "{0}"
    money = _first_with([e for e in numbers if e is not pieces], _MONEY)
    cost = _first_with(numbers, (stem("cost"),))
    if margin and money and cost and money is not cost:
        gain = _first_with(numbers, (stem("margin"), stem("profit")))
        return ((gain.number,), "{0}") if gain else ((money.number, cost.number), "{0} - {1}")
    if money:
        return (money.number,), "{0}"
    price = _first_with(numbers, (stem("price"),))
    if price and pieces:
        return (price.number, pieces.number), "{0} * {1}"
    return ((pieces.number,), "{0}") if pieces else None


def _first_with(entries: list[ColumnEntry], roots: tuple[str, ...]) -> ColumnEntry | None:
    """The entry whose name holds the earliest of the roots; shorter names first."""
    for root in roots:
        fits = [e for e in entries if any(text == root and w >= 0.85 for stems in e.words for text, w in stems)]
        if fits:
            return min(fits, key=lambda e: len(e.words))
    return None


def _rate(links: Links, schema: Schema) -> Measure | None:
    """'churn rate': the share of rows where a yes/no column says yes."""
    words = {stem(token.word) for token in links.tokens}
    if not words & {"rate", "percentag", "percent", "proport", "share", "ratio", "churn"}:
        return None
    best: tuple[float, Measure] | None = None
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        yes = _yes_value(entry)
        mention = mentions[0]
        if (
            yes is None
            or mention.score < 0.6
            or (mention.start and links.tokens[mention.start - 1].word in ("by", "each", "per"))
        ):
            continue
        if best is None or mention.score > best[0]:
            best = (
                mention.score,
                Measure("rate", entry.table, (number,), "{0}", (mention.start, mention.end), yes=yes),
            )
    return best[1] if best else None


def _yes_value(entry: ColumnEntry) -> Any:
    if entry.kind == "bool":
        return True
    if entry.kind == "text" and len(entry.column.values) == 2:
        return next((value for value in entry.column.values if value.lower() in _YES), None)
    if entry.kind == "number" and (entry.column.minimum, entry.column.maximum) == (0, 1) and entry.column.distinct == 2:
        return 1
    return None


def _most_of(links: Links) -> bool:
    words = [token.word for token in links.tokens]
    return "most" in words or "fewest" in words


def _count(links: Links, schema: Schema) -> Measure | None:
    """Counts the rows of the table that is named beside 'how many' or 'most', else of the likeliest."""
    if not links.tables:
        return None
    words = [token.word for token in links.tokens]
    cue = next((p for p, w in enumerate(words) if w in ("many", "number", "count", "most", "fewest")), 0)
    ranked = []
    for number, mentions in links.tables.items():
        for mention in mentions:
            distance = mention.start - cue if mention.start >= cue else 5 + cue - mention.start
            ranked.append((mention.score - 0.1 * distance, number, mention))
    _, table, mention = max(ranked, key=lambda row: row[0])
    return Measure("count", table, (), "*", (mention.start, mention.end))


# ---------------------------------------------------------------- dimensions, time, filters, order


def _add_dimensions(plan: BusinessPlan, links: Links, schema: Schema, grain: Grain | None) -> BusinessPlan:
    """Columns named after 'by', 'for each', 'per', or as what a superlative asks for ('which product ...')."""
    tokens = links.tokens
    taken = set(plan.covered)
    if grain:
        taken |= set(range(grain.start, grain.end))
    dims, covered = [], set()
    for place, token in enumerate(tokens):
        lead = token.word in ("by", "each", "per", "every") and not _orders(tokens, place)
        lead = lead or (dims and token.word in ("and", ",") and place in _after(covered))
        asked = (not dims and token.word in ("which", "what", "top", "who")) or (
            not dims and token.kind in ("number", "number_word")
        )
        if not (lead or (asked and _has_superlative(links))):
            continue
        found = _dimension_at(place + 1, links, schema, plan.measure.table, taken | covered, reach=3 if lead else 4)
        if found:
            number, span = found
            if number not in dims:
                dims.append(number)
            covered |= {place, *range(*span)}
    if plan.window == "share" and not dims:
        found = _any_dimension(links, schema, plan, taken)
        if found:
            dims.append(found[0])
            covered |= set(range(*found[1]))
    return replace(plan, dimensions=tuple(dims), covered=plan.covered | covered)


def _orders(tokens: list[Token], place: int) -> bool:
    return bool({stem(token.word) for token in tokens[max(0, place - 2) : place]} & _ORDERING)


def _after(covered: set[int]) -> set[int]:
    return {max(covered) + 1} if covered else set()


def _has_superlative(links: Links) -> bool:
    roots = {stem(token.word) for token in links.tokens}
    return bool(roots & _SUPERLATIVES_HIGH or roots & _SUPERLATIVES_LOW)


_SUPERLATIVES_HIGH = frozenset(
    stem(w) for w in "most highest largest biggest greatest top best maximum bestselling more".split()
)
_SUPERLATIVES_LOW = frozenset(stem(w) for w in "least lowest smallest fewest worst minimum bottom less".split())


def _dimension_at(
    place: int, links: Links, schema: Schema, fact: int, taken: set[int], reach: int
) -> tuple[int, tuple[int, int]] | None:
    """The column (or a named table's name column) that a mention near `place` names."""
    best: tuple[float, int, tuple[int, int]] | None = None
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        for mention in mentions:
            if not (place <= mention.start <= place + reach) or set(range(mention.start, mention.end)) & taken:
                continue
            if entry.kind == "date" or (entry.kind == "number" and entry.unique > 0.2 and not entry.date_like):
                continue
            score = mention.score + 0.25 * max(links.scores["group"].get(number, -8.0), -4.0) / 4
            score += 0.35 * (entry.table == fact) - 0.12 * (mention.start - place) - 0.5 * entry.id_like
            score += 0.15 * (mention.end - mention.start)
            if _joined(schema, fact, entry.table) and mention.score >= 0.45 and (best is None or score > best[0]):
                best = (score, number, (mention.start, mention.end))
    for number, mentions in links.tables.items():
        for mention in mentions:
            near = place <= mention.start <= place + reach and not set(range(mention.start, mention.end)) & taken
            name = _name_column(number, schema)
            if near and number != fact and name is not None and _joined(schema, fact, number):
                score = mention.score + 0.05 - 0.12 * (mention.start - place)
                if best is None or score > best[0]:
                    best = (score, name, (mention.start, mention.end))
    return (best[1], best[2]) if best else None


def _any_dimension(
    links: Links, schema: Schema, plan: BusinessPlan, taken: set[int]
) -> tuple[int, tuple[int, int]] | None:
    for place in range(len(links.tokens)):
        found = _dimension_at(place, links, schema, plan.measure.table, taken, reach=0)
        if found and schema.columns[found[0]].kind == "text":
            return found
    return None


def _joined(schema: Schema, fact: int, other: int) -> bool:
    if fact == other:
        return True
    return schema.graph.connect((schema.tables[fact].table.name, schema.tables[other].table.name)) is not None


def _name_column(table: int, schema: Schema) -> int | None:
    entries = [schema.columns[c] for c in schema.tables[table].columns]
    texts = [e for e in entries if e.kind == "text" and not e.id_like and not e.date_like]
    named = [e for e in texts if e.name_like] or texts
    return named[0].number if named else None


def _add_time(
    plan: BusinessPlan, links: Links, schema: Schema, grain: Grain | None, periods: list[Period]
) -> BusinessPlan:
    """The date column of the measure's table, the periods asked for, and the unit of time."""
    if not grain and not periods and plan.window not in ("growth", "running"):
        return plan
    date = _date_column(plan.measure.table, links, schema)
    if date is None:
        return plan
    covered = set(plan.covered)
    unit = grain.unit if grain else ""
    if grain:
        covered |= set(range(grain.start, grain.end))
    for period in periods:
        covered |= set(range(period.start, period.end))
    if not unit and plan.window in ("growth", "running"):
        unit = "month"
    if not unit and len(periods) == 2 and _compares(links) and periods[0].unit == periods[1].unit:
        unit = periods[0].unit
    if not unit and _asks_when(links) and not plan.dimensions:
        unit = _asks_when(links)
    return replace(plan, periods=tuple(periods), grain=unit, date=date, covered=frozenset(covered))


def _asks_when(links: Links) -> str:
    """'in which month did we sell least': the unit of time that is asked for."""
    words = [token.word for token in links.tokens]
    for place, word in enumerate(words[:-1]):
        if word in ("which", "what") and words[place + 1] in ("day", "week", "month", "quarter", "year"):
            return words[place + 1]
    return ""


def _compares(links: Links) -> bool:
    words = {token.word for token in links.tokens}
    return bool(
        words & {"vs", "versus", "compare", "compared", "against", "between", "than", "and", "frente", "contra"}
    )


def _date_column(table: int, links: Links, schema: Schema) -> int | None:
    dates = [schema.columns[c] for c in schema.tables[table].columns if schema.columns[c].kind == "date"]
    if not dates:
        return None
    ranked = []
    for place, entry in enumerate(dates):
        mention = max((m.score for m in links.columns.get(entry.number, ())), default=0.0)
        ranked.append((mention - 0.1 * place, entry.number))
    return max(ranked)[1]


def _add_filters(plan: BusinessPlan, links: Links, schema: Schema) -> BusinessPlan:
    """Stored values that the question names, in the measure's table or one that joins to it; compared numbers."""
    filters, covered = [], set(plan.covered)
    fact = plan.measure.table
    for mention in links.values:
        if set(range(mention.start, mention.end)) & covered:
            continue
        found = _text_filter(mention, links, schema, fact) or _number_filter(mention, links, schema, plan)
        if found:
            filters.append(found)
            covered |= set(range(mention.start, mention.end))
    return replace(plan, filters=tuple(filters), covered=frozenset(covered))


def _text_filter(mention: ValueMention, links: Links, schema: Schema, fact: int) -> Filter | None:
    best: tuple[float, Filter] | None = None
    for number, value, weight in mention.hits:
        entry = schema.columns[number]
        if not _joined(schema, fact, entry.table) or entry.kind != "text":
            continue
        score = 2 * weight + 0.5 * (entry.table == fact) + 0.1 * max(links.scores["where"].get(number, -8.0), -6.0)
        if best is None or score > best[0]:
            negated = operator_beside(links.tokens, mention.start, mention.end) == "!="
            best = (score, Filter(number, "!=" if negated else "=", value, (mention.start, mention.end)))
    return best[1] if best else None


def _number_filter(mention: ValueMention, links: Links, schema: Schema, plan: BusinessPlan) -> Filter | None:
    if mention.kind != "number":
        return None
    op = operator_beside(links.tokens, mention.start, mention.end)
    if op not in (">", "<", ">=", "<="):
        return None
    near = [
        (abs(mention.start - m.end), number)
        for number, ms in links.columns.items()
        for m in ms
        if schema.columns[number].kind == "number"
        and m.score >= 0.5
        and _joined(schema, plan.measure.table, schema.columns[number].table)
    ]
    if not near or min(near)[0] > 6:
        return None
    return Filter(min(near)[1], op, mention.value, (mention.start, mention.end))


def _add_order(plan: BusinessPlan, links: Links) -> BusinessPlan:
    """Descending for 'most', ascending for 'least'; a number beside 'top' or a superlative is how many."""
    tokens, covered = links.tokens, set(plan.covered)
    roots = [stem(token.word) for token in tokens]
    high = any(root in _SUPERLATIVES_HIGH for root in roots)
    low = any(root in _SUPERLATIVES_LOW for root in roots)
    if "descend" in roots:
        return replace(plan, descending=True)
    if "ascend" in roots:
        return replace(plan, descending=False)
    if not (high or low) or not (plan.dimensions or plan.grain):
        return plan
    count = next(
        (
            m
            for m in links.values
            if m.kind == "number"
            and isinstance(m.value, int)
            and 0 < m.value <= 100
            and not set(range(m.start, m.end)) & covered
        ),
        None,
    )
    if count:
        covered |= set(range(count.start, count.end))
    plural = any(token.word in ("which", "what", "list", "top") for token in tokens) and _plural_ask(links)
    limit = count.value if count else (None if plural else 1)
    return replace(plan, descending=high or not low, limit=limit, covered=frozenset(covered))


def _plural_ask(links: Links) -> bool:
    """'cuáles son los productos', 'which products': more than one is asked for."""
    return bool(re.search(r"\b(cu[aá]les|qu[eé] (?!mes\b)\w+s|which \w+s|what are|top)\b", links.question.lower()))


def uncovered(plan: BusinessPlan, links: Links) -> list[int]:
    """Places of content words that the plan does not account for."""
    spare = {stem(w) for w in read_cues()["measures"]["spare"].split()}
    return [
        place
        for place, token in enumerate(links.tokens)
        if place not in plan.covered
        and is_content(token)
        and stem(token.word) not in spare
        and stem(token.word) not in _SUPERLATIVES_HIGH | _SUPERLATIVES_LOW
        and stem(token.word) not in _AGGREGATES
    ]


__all__ = ["STAR", "BusinessPlan", "Filter", "Measure", "read_business", "uncovered"]
