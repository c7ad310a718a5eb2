"""What a business question measures: a metric, a column's sum or average, a count, a rate, a ratio, a correlation.

Each reader gives a `Measure` with the tokens it used, or None. They look at names, types and words; nothing is run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.records import Metric
from core.sql.lexicon import fold, read_cues
from core.sql.link import Links, Mention
from core.sql.planned import find_overrun, find_spent
from core.sql.schema import ColumnEntry, Schema
from core.sql.words import spanish_stem, stem


@dataclass(frozen=True, slots=True)
class Measure:
    """`expression` has {0}, {1} for `columns`; with no columns it counts the rows of `table`.

    `agg`: sum, avg, max, min, median, count, distinct (different values), first_last (a date's both ends), corr, rate,
    share_of (a ratio of sums in percent), over_plan (how far one sum exceeds another), per (a ratio) or metric."""

    agg: str
    table: int
    columns: tuple[int, ...] = ()
    expression: str = "{0}"
    span: tuple[int, int] = (0, 0)
    metric: Metric | None = None
    yes: Any = None


def _roots(section: str, name: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in read_cues()[section][name].split())


_FLOW = frozenset(_roots("measures", "flow"))
_BUYING = frozenset(_roots("measures", "buying"))
_MONEY = _roots("measures", "money")
_PIECES = _roots("measures", "pieces")
_LEVELS = frozenset(_roots("measures", "levels"))
_RELATION = frozenset(_roots("measures", "relation"))
_PERCENT = frozenset(_roots("measures", "percent"))
_COUNTED = frozenset(_PIECES)
_MARGIN = frozenset(stem(word) for word in ("margin", "profit"))
_ORDER_WORDS = frozenset(_roots("measures", "documents"))
_STOCK = frozenset(_roots("measures", "stock"))
_YES = ("yes", "true", "y", "1", "si", "sí", "t", "churned", "baja")
AGGREGATES = {
    "averag": "avg", "mean": "avg", "maximum": "max", "minimum": "min", "median": "median", "max": "max", "min": "min",
    "mediana": "median",
}  # fmt: skip


def find_measures(links: Links, schema: Schema, window: tuple[int, int], over_time: bool) -> list[Measure]:
    """Readings of what is measured, the likeliest first; later ones are other things the same words may mean."""
    sure = (
        _named_metric(links, schema)
        or _correlated(links, schema)
        or _first_last(links, schema)
        or _margin_share(links, schema)
        or _overrun(links, schema)
        or _per_document(links, schema)
        or _rate(links, schema)
    )
    rated = sure and sure.agg == "rate" and not {"rate", "churn"} & {stem(t.word) for t in links.tokens}
    if sure and not rated:
        return [sure]
    agg, at = aggregate_of(links)
    agg = agg or _extreme(links)
    named = [(n, m) for n, m in named_columns(links, schema) if m.end <= window[0] or m.start >= window[1]]
    found: list[Measure] = [sure] if sure else []
    if agg == "distinct":
        found += [m for m in [_distinct(links, schema, at)] if m]
    if agg == "count":
        counted = _summed_number(links, named, at) or None
        found += [_column_measure(*counted, "", schema, links)] if counted else []
    if named and agg not in ("count", "distinct"):
        found += [_column_measure(n, m, agg, schema, links) for n, m in named[:2]]
    if _counts_deeds(links):
        found += [m for m in [_count(links, schema)] if m]
    flow = _flows(links, schema, agg) if agg not in ("count", "distinct") else []
    found += flow
    if agg in ("", "sum"):
        found += [Measure("sum", one.table, (one.result,), "{0}", one.span) for one in find_spent(links, schema)]
    if agg == "count" or _most_of(links) or (not agg and (over_time or _splits(links) or not _lists(links))):
        found += [m for m in [_count(links, schema)] if m]
    return list(dict.fromkeys(found))


def _counts_deeds(links: Links) -> bool:
    """'the most purchases', 'the most orders': deeds are counted; sales are money."""
    return any(
        token.word in ("purchases", "orders", "purchase", "transactions", "invoices")
        and links.tokens[place - 1].word in ("most", "more", "fewest", "least", "many")
        for place, token in enumerate(links.tokens) if place
    )  # fmt: skip


def _lists(links: Links) -> bool:
    """'list', 'show', 'what are', 'which': rows are asked for, not how many there are."""
    asks = {"list", "show", "find", "give", "tell", "return", "what", "which", "who", "where", "when", "display"}
    return any(token.word in asks for token in links.tokens)


def _splits(links: Links) -> bool:
    """'orders by status': a bare noun that is split is counted."""
    tokens = links.tokens
    return any(
        token.word in ("by", "per") and not (place and tokens[place - 1].source.lower() in _SORTING)
        for place, token in enumerate(tokens)
    )


_SORTING = ("order", "ordered", "sorted", "ordenado", "ordenada", "ordenados", "ordenadas", "ordena", "ordenar")


def _column_measure(number: int, mention: Mention, agg: str, schema: Schema, links: Links) -> Measure:
    """A column with the aggregate that is said, else the sum where sums mean something, else the average."""
    entry = schema.columns[number]
    chosen = agg or ("sum" if is_additive(entry) else "avg")
    if not agg and any(token.word in ("total", "sum") for token in links.tokens[: mention.end]):
        chosen = "sum"
    if chosen == "median" or chosen in ("max", "min", "avg", "sum"):
        return Measure(chosen, entry.table, (number,), "{0}", (mention.start, mention.end))
    return Measure("sum", entry.table, (number,), "{0}", (mention.start, mention.end))


def is_additive(entry: ColumnEntry) -> bool:
    """Whether adding the column up over rows says something: amounts do, prices, rates, scores and ages do not."""
    if "%" in entry.column.name:
        return False
    own = {root for stems in entry.words for root, weight in stems if weight >= 0.9}
    return bool(own & _COUNTED) or not own & _LEVELS


# ---------------------------------------------------------------- metrics, pairs, ratios


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


def _correlated(links: Links, schema: Schema) -> Measure | None:
    """'the correlation between a and b', 'is a related to b': two number columns of one table, each named by itself."""
    roots = [stem(token.word) for token in links.tokens]
    told = next((place for place, root in enumerate(roots) if root in _RELATION or root.startswith("correl")), None)
    if told is None:
        return None
    best: tuple[float, Measure] | None = None
    named = [(n, m) for n, m in named_columns(links, schema, weakest=0.4) if schema.columns[n].kind == "number"]
    for place, (first, mention) in enumerate(named):
        for second, other in named[place + 1 :]:
            apart = mention.end <= other.start or other.end <= mention.start
            if not apart or first == second or schema.columns[first].table != schema.columns[second].table:
                continue
            pair = (first, second) if mention.start < other.start else (second, first)
            length = mention.end - mention.start + other.end - other.start
            score = mention.score + other.score + 0.2 * length
            if best is None or score > best[0]:
                span = (min(mention.start, other.start, told), max(mention.end, other.end, told + 1))
                best = (score, Measure("corr", schema.columns[first].table, pair, "{0}, {1}", span))
    return best[1] if best else None


def _first_last(links: Links, schema: Schema) -> Measure | None:
    """'first and last order date', 'when was the last invoice': one or both ends of a date column."""
    words = [token.word for token in links.tokens]
    first = next((p for p, w in enumerate(words) if w in ("first", "earliest", "oldest")), None)
    last = next((p for p, w in enumerate(words) if w in ("last", "latest", "newest", "recent")), None)
    dated = any(w in ("date", "dates", "when", "day") for w in words)
    if (first is None and last is None) or not dated:
        return None
    best: tuple[float, Measure] | None = None
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        near = links.tables.get(entry.table, ())
        if entry.time not in ("date", "day_text") or (mentions[0].score < 0.5 and not near):
            continue
        score = mentions[0].score + 0.5 * max((m.score for m in near), default=0.0)
        if best is None or score > best[0]:
            agg = "first_last" if first is not None and last is not None else "min" if first is not None else "max"
            places = [p for p in (first, last, mentions[0].start, mentions[0].end - 1) if p is not None]
            best = (score, Measure(agg, entry.table, (number,), "{0}", (min(places), max(places) + 1)))
    return best[1] if best else None


def _margin_share(links: Links, schema: Schema) -> Measure | None:
    """'margin in percent': what remains of the money after its cost, as a share of the money (a ratio of sums)."""
    roots = [stem(token.word) for token in links.tokens]
    at = next((p for p, root in enumerate(roots) if root in _MARGIN), None)
    told = [p for p, root in enumerate(roots) if root in _PERCENT]
    if at is None or not told:
        return None
    for table in schema.tables:
        numbers = _numbers(table.number, schema)
        money, cost = _money_of(numbers), _first_with(numbers, (stem("cost"),))
        if money and cost and money is not cost:
            expression = "100.0 * (SUM({0}) - SUM({1})) / NULLIF(SUM({0}), 0)"
            return Measure(
                "share_of", table.number, (money.number, cost.number), expression, (min(at, *told), max(at, *told) + 1)
            )
    return None


def _overrun(links: Links, schema: Schema) -> Measure | None:
    """'by what percentage did Logistics exceed its budget': what came of a plan against it, in percent or as it is."""
    found = find_overrun(links, schema)
    if found is None:
        return None
    columns = (found.result, found.plan)
    if not found.share:
        return Measure("sum", found.table, columns, "{0} - {1}", found.span)
    expression = "100.0 * (SUM({0}) - SUM({1})) / NULLIF(SUM({1}), 0)"
    return Measure("over_plan", found.table, columns, expression, found.span)


def _per_document(links: Links, schema: Schema) -> Measure | None:
    """'average order value', 'ticket medio': the money for each order, where an order has several rows."""
    words = [stem(token.word) for token in links.tokens]
    for place, word in enumerate(words):
        after = words[place + 1 : place + 3]
        one = after[:1] in (["ticket"], ["basket"]) and after[1:] not in (["time"], ["valu"])
        valued = bool(set(after[:1]) & _ORDER_WORDS) and after[1:] in (["valu"], ["amount"], ["size"])
        if word != "averag" or not (one or valued):
            continue
        for table in schema.tables:
            numbers = _numbers(table.number, schema)
            money = _money_of(numbers)
            key = _document_key(table.number, schema)
            if money and key is not None:
                expression = "SUM({0}) / NULLIF(COUNT(DISTINCT {1}), 0)"
                return Measure(
                    "per", table.number, (money.number, key), expression, (place, min(place + 3, len(words)))
                )
    return None


def _document_key(table: int, schema: Schema) -> int | None:
    """The column that numbers orders in a table of order lines."""
    for number in schema.tables[table].columns:
        entry = schema.columns[number]
        told = {root for stems in entry.words for root, weight in stems if weight >= 0.85}
        if told & _ORDER_WORDS and entry.kind != "date" and 0.05 < entry.unique < 1:
            return number
    return None


def _rate(links: Links, schema: Schema) -> Measure | None:
    """'churn rate': the share of rows where a yes/no column says yes."""
    words = {stem(token.word) for token in links.tokens}
    if aggregate_of(links)[0] in ("count", "distinct"):
        return None
    if not words & {"rate", "percentag", "percent", "proport", "share", "ratio", "churn"}:
        return None
    best: tuple[float, Measure] | None = None
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        yes = yes_value(entry)
        mention = mentions[0]
        if _of_number(links, schema, mention):
            continue
        grouped = mention.start and links.tokens[mention.start - 1].word in ("by", "each", "per")
        if yes is None or mention.score < 0.6 or grouped:
            continue
        if best is None or mention.score > best[0]:
            span = (mention.start, mention.end)
            best = (mention.score, Measure("rate", entry.table, (number,), "{0}", span, yes=yes))
    return best[1] if best else _value_rate(links, schema)


def _value_rate(links: Links, schema: Schema) -> Measure | None:
    """'cancellation rate', 'tasa de cancelación': the share of rows with the one stored value that the word means."""
    roots = [stem(token.word) for token in links.tokens]
    at = next((place for place, root in enumerate(roots) if root in ("rate", "ratio")), None)
    if at is None or _names_a_rate(links, schema, at):
        return None
    found = []
    for entry in schema.columns:
        values = entry.column.values if entry.kind == "text" and not entry.time else ()
        for value in values if 1 < len(values) <= 12 else ():
            own = {stem(fold(value)), spanish_stem(fold(value)).removeprefix("es:")}
            for place in (p for p in (at - 1, at + 1, at + 2) if 0 <= p < len(roots)):
                token = links.tokens[place]
                if token.kind == "word" and any(root in own and weight >= 0.85 for root, weight in token.stems):
                    span = (min(at, place), max(at, place) + 1)
                    found.append(Measure("rate", entry.table, (entry.number,), "{0}", span, yes=value))
    return found[0] if len(found) == 1 else None


def _names_a_rate(links: Links, schema: Schema, at: int) -> bool:
    """'interest rate', or a column whose own name says 'rate' or 'tasa' as the question does."""
    written = fold(links.tokens[at].source)
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        for m in mentions if entry.kind == "number" else ():
            own = written in fold(entry.column.name)
            if m.start <= at < m.end and m.score >= 0.8 and (own or m.end - m.start > 1):
                return True
    return False


def _of_number(links: Links, schema: Schema, mention: Mention) -> bool:
    """Whether the same words name a number better: 'percentage of the amount' is a share of it."""
    return any(
        m.start < mention.end and mention.start < m.end and m.score > mention.score
        for n, ms in links.columns.items() if schema.columns[n].kind == "number" for m in ms[:1]
    )  # fmt: skip


def yes_value(entry: ColumnEntry) -> Any:
    if entry.kind == "bool":
        return True
    if entry.kind == "text" and len(entry.column.values) == 2:
        return next((value for value in entry.column.values if value.lower() in _YES), None)
    if entry.kind == "number" and (entry.column.minimum, entry.column.maximum) == (0, 1) and entry.column.distinct == 2:
        return 1
    return None


# ---------------------------------------------------------------- aggregates of named columns


def aggregate_of(links: Links) -> tuple[str, int]:
    """(the aggregate that words ask for, or '', and the place of its word)."""
    words = [stem(token.word) for token in links.tokens]
    for place, word in enumerate(words):
        if word in AGGREGATES and not _compared(words, place):
            return AGGREGATES[word], place
        many = word == "how" and words[place + 1 : place + 2] == ["mani"]
        counts = (word == "number" and words[place + 1 : place + 2] == ["of"]) or word == "count"
        if (many or counts) and words[max(0, place - 1) : place] not in (["by"], ["per"]):
            unique = any(w in ("differ", "distinct", "uniqu") for w in words[place : place + 6])
            return ("distinct" if unique else "count"), place
    if words[:1] and any(w in ("distinct", "uniqu") for w in words) and not any(w in ("list", "show") for w in words):
        return "", 0
    return "", 0


def _extreme(links: Links) -> str:
    """'the highest salary of a chemist': one extreme value, where nothing is split or ranked."""
    roots = [stem(token.word) for token in links.tokens]
    asked = roots[:1] == ["what"] and roots[1:2] not in (["is"], ["was"])
    splits = {"by", "per", "each", "everi", "which", "who", "top"} & set(roots)
    if splits or asked or any(t.kind in ("number", "number_word") and t.value and t.value < 100 for t in links.tokens):
        return ""
    if {"highest", "largest", "biggest", "greatest"} & set(roots):
        return "max"
    return "min" if {"lowest", "smallest"} & set(roots) else ""


def _compared(words: list[str], place: int) -> bool:
    """'above the average', 'more than the average' compares; it asks for no average."""
    before = words[max(0, place - 3) : place]
    return bool(set(before) & {"abov", "below", "than", "exceed", "over", "under"}) and words[place] in (
        "averag",
        "mean",
    )


def named_columns(links: Links, schema: Schema, weakest: float = 0.5) -> list[tuple[int, Mention]]:
    """Number columns that the question names, the surest first; never keys, years or what follows 'by'."""
    found = []
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        plain = entry.kind == "number" and not (entry.id_like or entry.primary or entry.foreign or entry.time)
        for mention in mentions[:2]:
            before = links.tokens[mention.start - 1].word if mention.start else ""
            first = _says(entry, 0, links, mention, 0.0) or _says(entry, -1, links, mention, 0.9)
            only = (
                _silent(links, mention)
                or _is_table(links, mention)
                or (_only_flow(links, mention) and not is_additive(entry))
            )
            if plain and not only and mention.score >= (0.2 if first else weakest) and before not in ("each", "per"):
                score = 2 * mention.score + 0.4 * max(links.scores["agg"].get(number, -6.0), -4.0)
                score += 0.3 * _is_money(entry) - 0.3 * (before == "by") - 0.02 * mention.start
                score += 0.4 * mention.matched + (mention.score > 1)
                found.append((score, number, mention))
    found = [row for row in found if not any(_wider(other[2], row[2]) for other in found)]
    found.sort(key=lambda row: -row[0])
    return [(number, mention) for _, number, mention in found]


def _wider(other: Mention, mention: Mention) -> bool:
    """A whole name that holds this mention and more is what is meant."""
    holds = other.start <= mention.start and mention.end <= other.end
    return holds and other.score >= 0.95 and other.end - other.start > mention.end - mention.start


def _says(entry: ColumnEntry, which: int, links: Links, mention: Mention, least: float) -> bool:
    """Whether the mention holds the first (0) or last (-1) word of the column's name, at least so well."""
    told = dict(entry.words[which]) if entry.words else {}
    tokens = links.tokens[mention.start : mention.end]
    return any(told.get(root, 0.0) * weight > least for token in tokens for root, weight in token.stems)


def _is_table(links: Links, mention: Mention) -> bool:
    """'orders' means the table of that name before 'units on order'."""
    named = any(m.start == mention.start and m.score >= 0.9 for ms in links.tables.values() for m in ms)
    return named and mention.score < 0.75


def _only_flow(links: Links, mention: Mention) -> bool:
    """'purchases' alone means what was bought, not the column 'purchase price'."""
    return mention.score < 0.8 and all(is_flow(t) for t in links.tokens[mention.start : mention.end])


def _silent(links: Links, mention: Mention) -> bool:
    """Whether a mention is made of words that only say how to count: 'number of', 'total', 'average'."""
    words = {stem(token.word) for token in links.tokens[mention.start : mention.end]}
    return words <= {"number", "of", "total", "averag", "count", "mani", "how", "maximum", "minimum", "median", "sum"}


def _summed_number(links: Links, named: list[tuple[int, Mention]], at: int) -> tuple[int, Mention] | None:
    """'number of employees' where a number column holds the employees: their sum is asked for, not a count of rows."""
    for number, mention in named:
        if at < mention.start <= at + 3 and mention.score >= 0.85 and number not in _named_tables(links):
            tables = [m for ms in links.tables.values() for m in ms if m.start == mention.start and m.score >= 0.8]
            if not tables:
                return number, mention
    return None


def _named_tables(links: Links) -> set[int]:
    return {number for number, mentions in links.tables.items() if mentions[0].score >= 0.9}


def _is_money(entry: ColumnEntry) -> bool:
    return any(root in _MONEY for stems in entry.words for root, _ in stems)


# ---------------------------------------------------------------- the money of a table


def _flows(links: Links, schema: Schema, agg: str) -> list[Measure]:
    """'sales', 'revenue', 'most sold': the money (or the pieces) of the tables that hold them, the likeliest first."""
    place = next((p for p, t in enumerate(links.tokens) if is_flow(t)), None)
    if place is None:
        return []
    tables = {n: max(m.score for m in ms) for n, ms in links.tables.items()}
    sold = links.tokens[place].word in ("sold", "selling")
    margin = stem(links.tokens[place].word) in _MARGIN
    found: list[tuple[float, Measure]] = []
    for table in schema.tables:
        choice = table_money(table.number, schema, prefer_pieces=sold, margin=margin)
        if choice is None:
            continue
        columns, expression = choice
        likely = max((links.scores["any"].get(c, -6.0) for c in columns), default=-6.0)
        score = 2 * tables.get(table.number, 0.0) + likely / 4 + (0.2 if table.table.rows > 50 else 0)
        score += 0.3 * any(schema.columns[c].time for c in table.columns) - 0.5 * _is_catalog(table.number, schema)
        found.append((score, Measure(agg or "sum", table.number, columns, expression, (place, place + 1))))
    return [measure for _, measure in sorted(found, key=lambda row: -row[0])][:6]


def _is_catalog(table: int, schema: Schema) -> bool:
    """A table that others refer to and that has no dates: things that are sold, not sales."""
    name = schema.tables[table].table.name
    referred = any(key.ref_table == name for key in schema.catalog.foreign_keys)
    return referred and not any(schema.columns[c].time for c in schema.tables[table].columns)


def is_flow(token: Any) -> bool:
    return (
        token.kind in ("word", "cue")
        and token.word != "expensive"
        and (stem(token.word) in _FLOW or any(s in _FLOW for s, w in token.stems if w >= 0.85))
    )


def is_buying(token: Any) -> bool:
    """'bought', 'ordered', 'purchased': deeds that a table of orders or sales records."""
    return token.kind in ("word", "cue") and (
        stem(token.word) in _BUYING or any(s in _BUYING for s, w in token.stems if w >= 0.85)
    )


def _numbers(table: int, schema: Schema) -> list[ColumnEntry]:
    entries = [schema.columns[c] for c in schema.tables[table].columns]
    return [e for e in entries if e.kind == "number" and not (e.id_like or e.primary or e.foreign or e.time)]


def table_money(table: int, schema: Schema, prefer_pieces: bool, margin: bool) -> tuple[tuple[int, ...], str] | None:
    """The columns and expression of a table's money, or of its pieces where those are asked for."""
    numbers = _numbers(table, schema)
    pieces = _first_with([e for e in numbers if not (_is_price(e) or _is_stock(e))], _PIECES)
    if prefer_pieces and pieces:
        return (pieces.number,), "{0}"
    money = _money_of([e for e in numbers if e is not pieces])
    cost = _first_with(numbers, (stem("cost"),))
    if margin and money and cost and money is not cost:
        gain = _first_with(numbers, (stem("margin"), stem("profit")))
        return ((gain.number,), "{0}") if gain else ((money.number, cost.number), "{0} - {1}")
    if money:
        return (money.number,), "{0}"
    price = _first_with(numbers, (stem("price"),))
    if price and pieces:
        discount = _first_with(numbers, (stem("discount"),))
        if discount and _is_share(discount):
            return (price.number, pieces.number, discount.number), "{0} * {1} * (1 - {2})"
        return (price.number, pieces.number), "{0} * {1}"
    if price and not pieces and _records_deeds(table, schema):
        return (price.number,), "{0}"
    return ((pieces.number,), "{0}") if pieces else None


def _records_deeds(table: int, schema: Schema) -> bool:
    """A table with dates that refers to others: a row is something that happened, its price is what was taken."""
    name = schema.tables[table].table.name
    dated = any(schema.columns[c].time for c in schema.tables[table].columns)
    return dated and any(key.table == name for key in schema.catalog.foreign_keys)


def _is_share(entry: ColumnEntry) -> bool:
    low, high = entry.column.minimum, entry.column.maximum
    return isinstance(low, (int, float)) and isinstance(high, (int, float)) and low >= 0 and high <= 1


def _money_of(numbers: list[ColumnEntry]) -> ColumnEntry | None:
    return _first_with([e for e in numbers if not _is_price(e)], _MONEY)


def _is_price(entry: ColumnEntry) -> bool:
    told = {root for stems in entry.words for root, weight in stems if weight >= 0.9}
    return bool(told & {stem("price"), stem("rate"), stem("tax"), "averag", "percentag"}) or "%" in entry.column.name


def _is_stock(entry: ColumnEntry) -> bool:
    """Pieces in a warehouse or on order were not sold."""
    told = {root for stems in entry.words for root, weight in stems if weight >= 0.85}
    return bool(told & _STOCK)


def _first_with(entries: list[ColumnEntry], roots: tuple[str, ...]) -> ColumnEntry | None:
    """The entry whose name holds the earliest of the roots; shorter names first."""
    for root in roots:
        fits = [e for e in entries if any(text == root and w >= 0.85 for stems in e.words for text, w in stems)]
        if fits:
            return min(fits, key=lambda e: len(e.words))
    return None


# ---------------------------------------------------------------- counts


def _most_of(links: Links) -> bool:
    words = [token.word for token in links.tokens]
    return "most" in words or "fewest" in words


def _distinct(links: Links, schema: Schema, at: int) -> Measure | None:
    """'how many different cities', 'number of distinct customers': the column or the table's key."""
    best: tuple[float, Measure] | None = None
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        for mention in mentions:
            if not at < mention.start <= at + 6:
                continue
            full = mention.score - 0.1 * (mention.start - at) - 0.1 * entry.extra
            full += 0.2 * entry.id_like * (mention.score >= 0.4) + 0.1 * entry.name_like
            full += 0.3 * entry.foreign
            if best is None or full > best[0]:
                best = (full, Measure("distinct", entry.table, (number,), "{0}", (mention.start, mention.end)))
    return best[1] if best else None


def _count(links: Links, schema: Schema) -> Measure | None:
    """Counts the rows of the table that is named beside 'how many' or 'most', else of the only or the likeliest."""
    words = [token.word for token in links.tokens]
    cue = next((p for p, w in enumerate(words) if w in ("many", "number", "count", "most", "fewest")), 0)
    ranked = []
    for number, mentions in links.tables.items():
        for mention in mentions:
            distance = mention.start - cue if mention.start >= cue else 5 + cue - mention.start
            ranked.append((mention.score - 0.1 * distance, number, mention))
    if ranked and max(ranked, key=lambda row: row[0])[0] > 0:
        _, table, mention = max(ranked, key=lambda row: row[0])
        return Measure("count", table, (), "*", (mention.start, mention.end))
    if len(schema.tables) == 1:
        return Measure("count", 0, (), "*", (cue, cue))
    flowing = next((p for p, token in enumerate(links.tokens) if is_flow(token)), None)
    if flowing is None:
        return None
    found = _flows(links, schema, "")
    return Measure("count", found[0].table, (), "*", (flowing, flowing + 1)) if found else None
