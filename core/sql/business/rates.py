"""Measures that are rates: the share of rows where a yes/no column says yes, or that hold the value a word means.

Shares of other conditions are told in `shares.py`. Nothing is run.
"""

from __future__ import annotations

from core.sql.business.aggregates import aggregate_of
from core.sql.business.plan import Measure
from core.sql.business.properties import yes_value
from core.sql.data.schema import Schema
from core.sql.language.lexicon import fold
from core.sql.language.words import spanish_stem, stem
from core.sql.linking.link import Links, Mention, is_content

_SCOPING = frozenset(("with", "without", "no"))
_RATES = frozenset(("rate", "ratio", "percentage"))


def find_rate(links: Links, schema: Schema) -> Measure | None:
    """'churn rate': the share of rows where a yes/no column says yes."""
    words = {stem(token.word) for token in links.tokens}
    if aggregate_of(links)[0] in ("count", "distinct"):
        return None
    churned = "churn" in words and not aggregate_of(links)[0]  # no 'average charges of those who churned'
    if not (churned or words & {"rate", "percentag", "percent", "proport", "share", "ratio"}):
        return None
    best: tuple[float, Measure] | None = None
    for number, mentions in links.columns.items():
        entry = schema.columns[number]
        yes = yes_value(entry)
        mention = mentions[0]
        if _of_number(links, schema, mention):
            continue
        led = mention.start and links.tokens[mention.start - 1].word in ("by", "each", "per")
        grouped = led and not {t.word for t in links.tokens[mention.end : mention.end + 1]} & _RATES
        if yes is None or mention.score < 0.6 or grouped:
            continue
        before = links.tokens[mention.start - 1].word if mention.start else ""
        score = mention.score - 0.5 * (before in _SCOPING)  # 'of those without dependents, what share churned'
        if best is None or score > best[0]:
            span = (mention.start, mention.end)
            best = (score, Measure("rate", entry.table, (number,), "{0}", span, yes=yes))
    return best[1] if best else _value_rate(links, schema)


def _value_rate(links: Links, schema: Schema) -> Measure | None:
    """'cancellation rate', 'tasa de cancelación', 'churn by sector': the share of rows with the one stored value that
    the word means."""
    roots = [stem(token.word) for token in links.tokens]
    at = next((place for place, root in enumerate(roots) if root in ("rate", "ratio")), None)
    near = [p for p in (at - 1, at + 1, at + 2) if 0 <= p < len(roots)] if at is not None else []
    if at is None and "churn" in roots and not _SHARES & set(roots):
        at = roots.index("churn")
        rows = {p for ms in links.tables.values() for m in ms for p in range(m.start, m.end)}
        led = any(is_content(links.tokens[p]) and p not in rows for p in range(at))  # 'accidentes con baja'
        near = [at] if not led else []
    if at is None or _names_a_rate(links, schema, at):
        return None
    found = {}
    for entry in schema.columns:
        values = entry.column.values if entry.kind == "text" and not entry.time else ()
        for value in values if 1 < len(values) <= 12 else ():
            own = {stem(fold(value)), spanish_stem(fold(value)).removeprefix("es:")}
            for place in near:
                token = links.tokens[place]
                said = token.kind == "word" and any(root in own and weight >= 0.85 for root, weight in token.stems)
                if said or (entry.number, value) in _stored_at(place, links):
                    span = (min(at, place), max(at, place) + 1)
                    found[entry.number, value] = Measure("rate", entry.table, (entry.number,), "{0}", span, yes=value)
    return next(iter(found.values())) if len(found) == 1 else None


def _stored_at(place: int, links: Links) -> set[tuple[int, str]]:
    """(column, value) of the stored values that the word at a place stands for: 'Baja' for 'churn'."""
    hits = [hit for m in links.values if m.kind == "text" and m.start <= place < m.end for hit in m.hits]
    best = max((weight for *_, weight in hits), default=0.0)
    return {(column, value) for column, value, weight in hits if weight == best >= _MEANT}


_SHARES = frozenset(("percentag", "percent", "proport", "share"))
_MEANT = 0.75  # as well as a synonym of the lexicon


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
