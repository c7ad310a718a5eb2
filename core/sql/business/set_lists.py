"""Lists made of two sets: things with both of two conditions, with one but not the other, with neither.

'students who play both football and tennis' holds for no row by itself: each condition picks its own rows, and the
things in both are listed. It gives a plan with `setop`, `filters` for the left side and `right` for the right one.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from core.sql.business.aggregates import aggregate_of
from core.sql.business.conditions import find_filter
from core.sql.business.money import is_buying, table_money
from core.sql.business.plan import BusinessPlan, Filter, Measure
from core.sql.business.time import date_column, reach_of
from core.sql.data.entities import key_beside, name_columns
from core.sql.data.schema import Schema
from core.sql.language.periods import find_periods
from core.sql.linking.link import Links

_DENYING = frozenset("not never without no".split())
_EXCEPTING = frozenset("except excluding besides".split())
_NEAR = 4
_REACH = 6  # words between a denial and the value it denies
_LISTED = -1.0  # log probability from which a named column is what is listed
_LISTED_TOO = -0.5


@dataclass(frozen=True, slots=True)
class _Cue:
    """`op` joins the conditions before `place` with those after it; INTERSECT takes two of one column after it."""

    op: str
    place: int
    words: tuple[int, ...]


def find_set_list(links: Links, schema: Schema, subject: int | None) -> BusinessPlan | None:
    """The plan of such a list, None where the question joins no sets; `subject` is the table it names first."""
    cue = _find_cue(links) or _find_denial(links, schema, subject)
    if cue is None:
        return None
    first = min((m.start for m in links.values), default=0)
    shown = _shown_columns(links, schema, subject, min(first, cue.place) if cue.op == "EXCEPT" else first)
    if not shown:
        return None
    table = schema.columns[shown[0]].table
    conditions = _conditions(links, schema, table)
    sides = _intersected(conditions, cue) if cue.op == "INTERSECT" else _excepted(conditions, cue)
    if sides is None or any(f.column in shown for side in sides for f in side):
        return None
    left, right = sides
    own = all(schema.columns[f.column].table == table for f in (*left, *right))
    things = shown == name_columns(table, schema) or any(schema.columns[n].unique > 0.9 for n in shown)
    if cue.op == "EXCEPT" and own and things:
        return None  # a row by itself tells: plain conditions say the same
    covered = {p for f in (*left, *right) for p in f.span} | set(cue.words)
    covered |= {p for n in shown for m in links.columns.get(n, ())[:1] for p in range(m.start, m.end)}
    covered |= {p for f in (*left, *right) for m in links.columns.get(f.column, ()) for p in range(m.start, m.end)}
    near = {schema.columns[f.column].table for f in (*left, *right)} | {table}
    covered |= {p for n in near for m in links.tables.get(n, ()) for p in range(m.start, m.end)}
    plan = BusinessPlan(
        None, subject=table, keys=shown, filters=left, right=right, setop=cue.op, lang=links.lang,
        covered=frozenset(covered),
    )  # fmt: skip
    counted = aggregate_of(links)[0] == "count"
    return replace(plan, measure=Measure("count", table, (), "*")) if counted else plan


def find_period_set(
    links: Links, schema: Schema, subject: tuple[int, tuple[int, int]] | None, today: datetime.date
) -> BusinessPlan | None:
    """'customers who bought in 2023 and nothing in 2025', 'agents who sold in both years': the same deed in two times,
    each of which picks its own things; None where no two times are joined so."""
    date = _date_of_deeds(links, schema, *subject) if subject else None
    periods = find_periods(links.tokens, reach_of(date, schema, today)) if date is not None else []
    if len(periods) != 2:
        return None
    table, span = subject
    first, second = periods
    words = [token.word for token in links.tokens]
    between, before = set(words[first.end : second.start]), set(words[span[1] : first.start])
    denied = {word for word in (*between, *before) if word in _NOTHING or word.endswith(("n't", "n’t"))}
    if denied & between:
        op, periods = "EXCEPT", (first, second)
    elif denied & before and "but" in between:
        op, periods = "EXCEPT", (second, first)
    elif "both" in before and "and" in between:
        op = "INTERSECT"
    else:
        return None
    names = name_columns(table, schema)
    if not names:
        return None
    key = key_beside(table, names, schema)
    said = {p for period in periods for p in range(period.start, period.end)}
    said |= {*range(*span), *(p for p, word in enumerate(words) if word in denied or word in ("but", "both"))}
    said |= {p for p, token in enumerate(links.tokens) if is_buying(token)}
    named = (*links.tables.get(schema.columns[date].table, ()), *links.columns.get(date, ()))
    said |= {p for m in named if m.score >= _NAMED for p in range(m.start, m.end)}
    keys = names if key is None else (*names, key)
    plan = BusinessPlan(None, subject=table, keys=keys, periods=tuple(periods), date=date, setop=op, lang=links.lang,
                        covered=frozenset(said))  # fmt: skip
    counted = aggregate_of(links)[0] == "count"
    return replace(plan, measure=Measure("count", table, (), "*")) if counted else plan


_NOTHING = frozenset("not never nothing no none neither without".split())
_NAMED = 0.5


def _date_of_deeds(links: Links, schema: Schema, table: int, span: tuple[int, int]) -> int | None:
    """The time of the rows that refer to a thing: those of the table that is named, else those that hold money."""
    found = []
    for key in schema.catalog.foreign_keys:
        deeds = schema.table_of[key.table].number
        date = date_column(deeds, links, schema)
        if key.ref_table != schema.tables[table].table.name or date is None or deeds == table:
            continue
        told = max((m.score for m in links.tables.get(deeds, ()) if m.start >= span[1]), default=0.0)
        sold = any(is_buying(t) for t in links.tokens) and table_money(deeds, schema, prefer_pieces=False, margin=False)
        found.append((told + bool(sold), date))
    best = max(found, default=(0.0, None))
    return best[1] if best[0] >= _NAMED else None


def _find_cue(links: Links) -> _Cue | None:
    words = [token.word for token in links.tokens]
    for place, word in enumerate(words):
        after = words[place + 1 : place + _NEAR]
        if word in ("both", "simultaneously") or (word == "and" and after[:1] == ["also"]):
            return _Cue("INTERSECT", 0 if word == "and" else place, (place, place + 1) if word == "and" else (place,))
        if word == "but" and _DENYING & set(after):
            denied = next(p for p in range(place, len(words)) if words[p] in _DENYING)
            return _Cue("EXCEPT", place, tuple(range(place, denied + 1)))
        if word in ("neither", "nor") or word in _EXCEPTING:
            said = [p for p, w in enumerate(words) if w in ("neither", "nor") or w in _EXCEPTING]
            return _Cue("EXCEPT", place, tuple(said))
    return None


def _find_denial(links: Links, schema: Schema, subject: int | None) -> _Cue | None:
    """'trucks that never refuelled at Repsol', 'pacientes que no han venido a limpieza': what a thing did stands in
    rows of its own, and one row that says otherwise denies nothing."""
    for place, token in enumerate(links.tokens):
        if subject is None or not (token.word in _DENYING or token.word.endswith(("n't", "n’t"))):
            continue
        behind = [m for m in links.values if m.kind in ("text", "quoted") and place < m.start <= place + _REACH]
        said = find_filter(behind[0], links, schema, subject) if behind else None
        if said and _is_deed(schema, subject, schema.columns[said.column].table):
            return _Cue("EXCEPT", place, tuple(range(place, behind[0].start)))
    return None


def _is_deed(schema: Schema, subject: int, table: int) -> bool:
    """Whether a thing of `subject` may have many rows of `table`: the way there begins with one that refers to it."""
    name = schema.tables[subject].table.name
    edges = schema.graph.connect((name, schema.tables[table].table.name)) or []
    return bool(edges) and any(
        (key.table, key.ref_table) == (edges[0].right, name) for key in schema.catalog.foreign_keys
    )


def _shown_columns(links: Links, schema: Schema, subject: int | None, limit: int) -> tuple[int, ...]:
    """What is listed: columns named before the conditions that the linker holds for listed, else the thing's name."""
    scores = links.scores["select"]
    named = [n for n, ms in links.columns.items() if any(m.end <= limit and m.score >= 0.55 for m in ms)]
    named.sort(key=lambda n: -scores.get(n, -9.0))
    if named and scores.get(named[0], -9.0) > _LISTED:
        table = schema.columns[named[0]].table
        more = [n for n in named[1:] if scores.get(n, -9.0) > _LISTED_TOO and schema.columns[n].table == table]
        return (named[0], *more)
    return name_columns(subject, schema) if subject is not None else ()


def _conditions(links: Links, schema: Schema, table: int) -> list[Filter]:
    """Each stored value and compared number as a condition of its own, in order; a denied one without its denial."""
    found: list[Filter] = []
    used: set[int] = set()
    for mention in links.values:
        made = None if set(range(mention.start, mention.end)) & used else find_filter(mention, links, schema, table)
        if made:
            found.append(replace(made, op="=") if made.op == "!=" else made)
            used |= set(range(mention.start, mention.end))
    return found


def _intersected(conditions: list[Filter], cue: _Cue) -> tuple[tuple[Filter, ...], tuple[Filter, ...]] | None:
    """The first two conditions on one column behind the cue; what stands before them holds for both sides."""
    behind = [f for f in conditions if min(f.span) > cue.place]
    for one, other in ((a, b) for i, a in enumerate(behind) for b in behind[i + 1 :]):
        if one.column == other.column and (one.op, one.value) != (other.op, other.value):
            rest = tuple(f for f in conditions if f is not one and f is not other and f.column != one.column)
            return (one, *rest), (other, *rest)
    return None


def _excepted(conditions: list[Filter], cue: _Cue) -> tuple[tuple[Filter, ...], tuple[Filter, ...]] | None:
    left = tuple(f for f in conditions if max(f.span) < cue.place)
    right = [f for f in conditions if f not in left]
    values = tuple(f.value for f in right)
    if not right or len({f.column for f in right}) > 1 or (len(right) > 1 and any(f.op != "=" for f in right)):
        return None
    joined = Filter(right[0].column, "in", values, tuple(p for f in right for p in f.span))
    return left, (joined if len(right) > 1 else right[0],)
