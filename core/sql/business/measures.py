"""What a business question measures: a metric, a column's sum or average, a count, a rate, a ratio, a correlation.

Each reader gives a `Measure` with the tokens it used, or None. They look at names, types and words; nothing is run.
"""

from __future__ import annotations

import re

from core.sql.business.aggregates import aggregate_of, extreme_beside, extreme_of, find_summed_number, named_columns
from core.sql.business.counts import (
    KEYED,
    TOLD,
    asks_most,
    count_distinct,
    count_followers,
    count_most_different,
    count_rows,
    counts_deeds,
)
from core.sql.business.durations import find_duration
from core.sql.business.formulas import find_difference, find_outstanding, find_product, find_stock_value
from core.sql.business.money import (
    LEVELS,
    MARGIN,
    PIECES,
    find_flows,
    is_additive,
    is_buying,
    is_flow,
    is_money,
    is_piece,
    is_stock,
    records_deeds,
    table_money,
)
from core.sql.business.movers import find_movers
from core.sql.business.plan import Measure
from core.sql.business.planned import find_spent
from core.sql.business.properties import yes_value
from core.sql.business.rates import find_rate
from core.sql.business.ratios import (
    find_correlation,
    find_margin_share,
    find_part_share,
    find_ratio,
    find_unit_price,
    measure_overrun,
)
from core.sql.business.receipts import count_documents, find_per_document, is_document
from core.sql.business.series import find_series_amounts
from core.sql.business.time import asks_when
from core.sql.data.entities import distance, joined
from core.sql.data.schema import Schema
from core.sql.language.units import unit_of
from core.sql.language.words import stem
from core.sql.linking.link import Links, Mention


def find_measures(links: Links, schema: Schema, window: tuple[int, int], over_time: bool) -> list[Measure]:
    """Readings of what is measured, the likeliest first; later ones are other things the same words may mean."""
    sure = _sure_measure(links, schema)
    rated = sure and sure.agg == "rate" and not {"rate", "churn"} & {stem(t.word) for t in links.tokens}
    if sure and not rated:
        return [sure]
    agg, at = aggregate_of(links)
    agg = agg or extreme_of(links) or ("count" if _share_of_rows(links, schema, window) else "")
    named = [(n, m) for n, m in named_columns(links, schema) if m.end <= window[0] or m.start >= window[1]]
    named = [(n, m) for n, m in named if not _means_gain(n, m, links, schema)]
    named = [(n, m) for n, m in named if yes_value(schema.columns[n]) is None] or named  # 'seniors' of 0 and 1 split
    found: list[Measure] = [sure] if sure else []
    if agg in ("count", "distinct"):
        found += [m for m in [count_documents(links, schema, at)] if m]
    if agg == "distinct":
        found += [m for m in [count_distinct(links, schema, at)] if m]
    if agg == "count":
        counted = find_summed_number(links, schema, named, at) or None
        found += [_column_measure(*counted, "", schema, links)] if counted else _counted_pieces(links, schema, at)
    if named and agg not in ("count", "distinct"):
        found += [_column_measure(n, m, agg, schema, links) for n, m in named[:2]]
    if counts_deeds(links):
        found += [m for m in [count_rows(links, schema)] if m]
    flow = find_flows(links, schema, agg, _bought(links)) if agg not in ("count", "distinct") else []
    flow = flow or ([] if named or agg or window[1] else _amount_of_named(links, schema))
    found += flow
    if agg in ("", "sum"):
        found += [Measure("sum", one.table, (one.result,), "{0}", one.span) for one in find_spent(links, schema)]
    if agg not in ("count", "distinct") and not sure and all(m.score < KEYED for _, m in named) and not flow:
        found = [*find_series_amounts(links, schema, agg), *found]
    if not found and window[1] and not any(ms[0].score >= TOLD for ms in links.tables.values()):
        taken = find_flows(links, schema, agg, window[0])  # 'which region grew most': in what it takes
        found += [m for m in taken if records_deeds(m.table, schema)] or taken
    bare = over_time or _splits(links) or window[1] > 0 or not asks_rows(links)
    counted = not agg and (count_followers(links) is not None or (bare and not (flow and _asks_amount(links))))
    if asks_most(links) and not agg:
        found += [m for m in [count_most_different(links, schema)] if m]
    if agg == "count" or asks_most(links) or counted:
        found += [m for m in [count_rows(links, schema) or count_followers(links)] if m]
    return list(dict.fromkeys(found))


def _sure_measure(links: Links, schema: Schema) -> Measure | None:
    """What words of their own ask for: a metric, a formula, a ratio, a time between dates, a rate."""
    return (
        _named_metric(links, schema)
        or find_correlation(links, schema)
        or _first_last(links, schema)
        or find_margin_share(links, schema)
        or find_difference(links, schema)
        or find_product(links, schema)
        or find_outstanding(links, schema)
        or measure_overrun(links, schema)
        or find_per_document(links, schema)
        or find_part_share(links, schema)
        or find_stock_value(links, schema)
        or find_ratio(links, schema)
        or find_unit_price(links, schema)
        or find_duration(links, schema)
        or find_rate(links, schema)
    )


def _share_of_rows(links: Links, schema: Schema, window: tuple[int, int]) -> bool:
    """'% of the customers have ...': the things of a table, named by it or by its key, and no money."""
    place = window[1]
    while place < len(links.tokens) and links.tokens[place].word in ("of", "the", "all", "our"):
        place += 1
    if not window[1] or place >= len(links.tokens):
        return False
    if is_flow(links.tokens[place]) and not is_document(links.tokens[place]):
        return False
    keys = (ms for n, ms in links.columns.items() if schema.columns[n].primary)
    named = (*((m, TOLD) for ms in links.tables.values() for m in ms), *((m, KEYED) for ms in keys for m in ms))
    return any(m.start == place and m.score >= least for m, least in named)


def _asks_amount(links: Links) -> bool:
    """'how much', and not the many of something."""
    return any(token.word == "much" for token in links.tokens)


def _amount_of_named(links: Links, schema: Schema) -> list[Measure]:
    """'how much did Ana give', 'cuánto pagó': whatever the verb, the money of the table that is named, or of the one
    that holds the names or is nearest to them. 'Top customers', 'the best month' are so by what deeds brought in."""
    place = next((p for p, token in enumerate(links.tokens) if token.word == "much"), None)
    best = next((p for p, token in enumerate(links.tokens) if token.word in _BEST), None) if place is None else None
    if place is None and best is None:
        return []
    named = {n for n, ms in links.tables.items() if ms[0].score >= TOLD}
    named |= {schema.columns[column].table for m in links.values for column, _, weight in m.hits if weight >= TOLD}
    flows = find_flows(links, schema, "sum", place if best is None else best)
    flows = [m for m in flows if any(is_money(schema.columns[n]) for n in m.columns)]
    if best is not None:
        named |= {schema.columns[n].table for n, ms in links.columns.items() if ms[0].score >= _THING}
        flows = [m for m in flows if records_deeds(m.table, schema)]
        named = {m.table for m in flows} if asks_when(links) else named
    ways = [(min(distance(schema, m.table, n) for n in named if joined(schema, m.table, n)), m)
            for m in flows if any(joined(schema, m.table, n) for n in named)]  # fmt: skip
    return [m for _, m in sorted(ways, key=lambda way: way[0])]


_BEST = ("top", "best", "worst", "bottom")
_THING = 0.85  # how well a column must be named to be what is best


def _counted_pieces(links: Links, schema: Schema, at: int) -> list[Measure]:
    """'how many units of X did we sell': the pieces of the deeds, not what a product is counted in."""
    place = next((p for p in range(at, min(at + 4, len(links.tokens))) if stem(links.tokens[p].word) in PIECES), None)
    if place is None:
        return []
    tables = sorted((t.number for t in schema.tables), key=lambda n: not records_deeds(n, schema))
    found = ((n, table_money(n, schema, prefer_pieces=True, margin=False)) for n in tables)
    return [Measure("sum", n, made[0], "{0}", (place, place + 1)) for n, made in found
            if made and len(made[0]) == 1 and is_piece(schema.columns[made[0][0]])]  # fmt: skip


def _bought(links: Links) -> int | None:
    """'how much did X buy', 'how much was ordered': the place of the deed that money was paid for, where no word for
    the money itself is said."""
    asked = _asks_amount(links) or find_movers(links)  # 'customers who bought less in 2025 than in 2024'
    if not asked or any(is_flow(token) for token in links.tokens):
        return None
    return next((place for place, token in enumerate(links.tokens) if is_buying(token)), None)


def _means_gain(number: int, mention: Mention, links: Links, schema: Schema) -> bool:
    """'profit' beside a revenue column, where the table also holds the cost: what remains is meant."""
    entry = schema.columns[number]
    said = all(stem(token.word) in MARGIN for token in links.tokens[mention.start : mention.end])
    if not said or any(root in MARGIN and weight >= 0.95 for stems in entry.words for root, weight in stems):
        return False
    gain = table_money(entry.table, schema, prefer_pieces=False, margin=True)
    return gain is not None and number in gain[0] and len(gain[0]) > 1


def asks_rows(links: Links) -> bool:
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


_PRICE_OF_ONE = re.compile(  # 'what does it cost to adopt a cat', '¿cuánto cuesta un envío?'
    r"\b(?:(?:do|does|did)\b.*\bcost|cuestan?|cost[oó])\b.*\b(?:an?|one|una?)\b|"
    r"\b(?:do|does|did) (?:an?|one)\b.*\bcost\b",
    re.I,
)


def _column_measure(number: int, mention: Mention, agg: str, schema: Schema, links: Links) -> Measure:
    """A column with the aggregate that is said, else the sum where sums mean something, else the average."""
    entry = schema.columns[number]
    said = links.tokens[mention.start : mention.end]
    adds = is_additive(entry) and not any(stem(token.word) in LEVELS - MARGIN for token in said)
    adds = adds or all(unit_of(token.word) for token in said)  # 'top 3 by kilos'
    adds = adds or (is_stock(entry) and any(stem(token.word) in PIECES for token in links.tokens))  # 'units in stock'
    adds = adds and not _PRICE_OF_ONE.search(links.question)
    chosen = agg or extreme_beside(links, mention) or ("sum" if adds else "avg")
    if not agg and any(token.word in ("total", "sum") for token in links.tokens[: mention.end + 1]):
        chosen = "sum"
    if chosen == "median" or chosen in ("max", "min", "avg", "sum"):
        return Measure(chosen, entry.table, (number,), "{0}", (mention.start, mention.end))
    return Measure("sum", entry.table, (number,), "{0}", (mention.start, mention.end))


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
