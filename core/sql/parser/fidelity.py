"""What of a question a statement leaves unsaid: names, values, comparisons and aggregates that it does not hold; and
what makes the question hard to read.

It reads the statement as text, so that both readers' statements are told alike. Nothing is run; how much each lapse
weighs is learned (`trust.py`).
"""

from __future__ import annotations

import itertools
import re

from core.sql.data.schema import Schema
from core.sql.language.operators import operator_beside
from core.sql.language.words import stem
from core.sql.linking.known_words import AGGREGATES, content_of
from core.sql.linking.link import Links, Mention, ValueMention, cue_rows
from core.sql.linking.ordering import asked_order
from core.sql.linking.roles import untold_roles

LAPSES = ("names_left", "words_left", "values_left", "compared", "averaged", "joins", "unasked", "unsorted")
STRAINS = ("open", "parts_left", "rivals", "tables", "nested", "wordy", "homes", "doubtful", "roles", "uncounted")
_MOST = 3  # lapses of one kind counted
_SURE, _NAMED, _TOUCHED = 0.85, 0.6, 0.3  # how well a mention must name a column, a table, anything
_DENYING = {"not", "never", "without", "except", "neither", "nor", "excluding"}
_DENIED = re.compile(r"(?<!IS )\bNOT\b|!=|<>|\bEXCEPT\b")
_SOURCES = re.compile(r'\b(?:FROM|JOIN) "((?:[^"]|"")+)"')
_QUOTED = re.compile(r'"((?:[^"]|"")+)"')
_WRITTEN = {">": "> ", "<": "< ", ">=": ">", "<=": "<", "between": "BETWEEN"}


def find_lapses(sql: str, links: Links, schema: Schema) -> list[float]:
    """How often the statement lapses, one number for each of LAPSES, at most 3."""
    names = quoted_names(sql)
    tables = {schema.table_of[name].number for name in _tables(sql) if name in schema.table_of}
    named = {n for n, ms in links.tables.items() if ms[0].score >= _TOUCHED}
    named |= {schema.columns[n].table for n, ms in links.columns.items() if ms[0].score >= _NAMED}
    named |= {schema.columns[c].table for m in links.values for c, _, _ in m.hits}
    counts = (
        _names_left(names, tables, links, schema),
        len(find_unread(links)),
        _values_left(sql, links),
        _comparisons_left(sql, links),
        _aggregates_left(sql, links),
        len(tables - named),
        _columns_unasked(sql, links, schema),
        _order_left(sql, links, schema),
    )
    return [float(min(count, _MOST)) for count in counts]


def lost_of(sql: str, links: Links) -> float:
    """How many values, bounds, denials and aggregates of the question the statement does not hold."""
    counts = _values_left(sql, links) + _comparisons_left(sql, links) + _aggregates_left(sql, links)
    return counts + unsaid(sql, links) + undenied(sql, links)


def quoted_names(sql: str) -> set[str]:
    """The quoted names of a statement, lowered: tables, columns, result columns."""
    return {name.replace('""', '"').lower() for name in _QUOTED.findall(sql)}


def find_strains(sql: str, links: Links, schema: Schema) -> list[float]:
    """What makes a reading doubtful although nothing is plainly wrong, a number for each of STRAINS, at most 3."""
    names = quoted_names(sql)
    counts = (
        _words_open(sql, names, links, schema),
        parts_said(links) - _parts_of(sql),
        _rivals(names, links, schema),
        len(_tables(sql)) - 1,
        sql.count("SELECT") - 1,
        (len(list(content_of(links))) - 3) / 2,
        *_doubtful_values(sql, links, schema),
        untold_roles(_tables(sql), links, schema),
        _quantities_left(sql, names, links, schema),
    )
    return [float(min(max(count, 0), _MOST)) for count in counts]


def _words_open(sql: str, names: set[str], links: Links, schema: Schema) -> int:
    """Content words that nothing in the statement accounts for: no name used in it, no value held, no kind of query."""
    text = sql.lower().replace("''", "'")
    told = {p for n, ms in links.tables.items() if schema.tables[n].table.name.lower() in names
            for m in ms if m.score >= _TOUCHED for p in _places(m)}  # fmt: skip
    told |= {p for n, ms in links.columns.items() if schema.columns[n].key[1].lower() in names
             for m in ms if m.score >= _TOUCHED for p in _places(m)}  # fmt: skip
    for mention in links.values:
        if any(str(v).lower() in text for v in (mention.value, *(value for _, value, _ in mention.hits))):
            told |= set(_places(mention))
    cues = cue_rows(links.tokens)
    return sum(place not in told and not cues[place].any() for place in content_of(links))


def _doubtful_values(sql: str, links: Links, schema: Schema) -> tuple[int, int]:
    """(names of further columns that store the values used, values used whose words name a column or a table too:
    'the problems reported by' of a status 'Reported')."""
    text = sql.lower().replace("''", "'")
    named = {p for ms in (*links.columns.values(), *links.tables.values()) for m in ms if m.score >= _NAMED
             for p in _places(m)}  # fmt: skip
    used = [m for m in links.values if any(f"'{str(value).lower()}'" in text for _, value, _ in m.hits)]
    homes = sum(len({schema.columns[c].key[1].lower() for c, _, _ in m.hits}) - 1 for m in used)
    return homes, sum(bool(named & set(_places(m))) for m in used)


def _quantities_left(sql: str, names: set[str], links: Links, schema: Schema) -> int:
    """1 where all rows are counted, although a word beside the table's name hints at a number column ('how many
    furniture components' of a column 'num_of_component')."""
    if "COUNT(*)" not in sql or "GROUP BY" in sql:
        return 0
    told = {p for n, ms in links.tables.items() if schema.tables[n].table.name.lower() in names
            for p in _places(ms[0])}  # fmt: skip
    others = (schema.columns[n] for n, ms in links.columns.items() if any(
        m.score >= _TOUCHED and not told >= set(_places(m)) for m in ms))  # fmt: skip
    keyless = (e for e in others if not (e.id_like or e.primary or e.foreign or e.time))
    return int(any(entry.kind == "number" and entry.key[1].lower() not in names for entry in keyless))


def parts_said(links: Links) -> int:
    """How many parts 'and', 'as well as' and commas add: 'name and city', 'order id, customer id', 'from Madrid and
    after 2020'; not 'between 5 and 10'."""
    words = [token.word for token in links.tokens]
    also = sum(words[place : place + 3] == ["as", "well", "as"] for place in range(len(words)))
    return sum(word == "and" for word in words) - words.count("between") + also + _listed(links)


def _listed(links: Links) -> int:
    """Commas between names of columns."""
    named = {p for ms in links.columns.values() for m in ms if m.score >= _NAMED for p in _places(m)}
    return sum(t.source == "," and {p - 1, p + 1} <= named for p, t in enumerate(links.tokens))


def _parts_of(sql: str) -> int:
    """What a statement holds beyond one output and one condition."""
    flat, inner = sql, ""
    while flat != inner:  # what stands in brackets, from the inside out
        flat, inner = re.sub(r"\([^()]*\)", "", flat), flat
    shown = flat[flat.find("SELECT ") : flat.find(" FROM ")]
    groups = re.search(r" GROUP BY (.*?)(?: HAVING| ORDER| LIMIT|$)", flat)
    grouped = groups.group(1).count(",") if groups else 0
    outputs = shown.count(",") - (grouped + 1 if groups else 0)
    listed = sum(inside.count(",") for inside in re.findall(r" IN \(([^()]*)\)", sql))
    joined = len(re.findall(r" (?:AND|OR|INTERSECT|UNION|EXCEPT) ", sql)) - sql.count(" BETWEEN ")
    return max(outputs, 0) + grouped + listed + joined


def _rivals(names: set[str], links: Links, schema: Schema) -> int:
    """Words for a used column that name another, unused one as well: 'amount' of two tables, 'date' of two kinds."""
    best: dict[int, list[tuple[float, str]]] = {}
    for number, mentions in links.columns.items():
        for mention in mentions[:1]:
            if mention.score >= _NAMED:
                best.setdefault(mention.start, []).append((mention.score, schema.columns[number].key[1].lower()))
    lost = 0
    for found in best.values():
        own = max((score for score, name in found if name in names), default=None)
        lost += own is not None and any(score >= own and name not in names for score, name in found)
    return lost


def _tables(sql: str) -> set[str]:
    return {name.replace('""', '"') for name in _SOURCES.findall(sql)}


def _names_left(names: set[str], tables: set[int], links: Links, schema: Schema) -> int:
    """Words that name columns surely, none of which the statement uses; a word for a used table or value is said."""
    said = {p for n, ms in links.tables.items() if n in tables for m in ms if m.score >= _NAMED for p in _places(m)}
    said |= {p for m in links.values if m.hits for p in _places(m)}
    strong: dict[int, bool] = {}
    for number, mentions in links.columns.items():
        for place in (p for m in mentions if m.score >= _SURE for p in _places(m)):
            strong[place] = strong.get(place, False) or schema.columns[number].key[1].lower() in names
    content = set(content_of(links))
    return sum(not used for place, used in strong.items() if place in content and place not in said)


def find_unread(links: Links) -> list[int]:
    """Places of words that name no table, column or value and that no rule knows: 'active plans' where nothing is
    active."""
    touched = {p for ms in (*links.columns.values(), *links.tables.values()) for m in ms if m.score >= _TOUCHED
               for p in _places(m)}  # fmt: skip
    touched |= {p for m in links.values for p in _places(m)}
    cues = cue_rows(links.tokens)
    return [place for place in content_of(links) if place not in touched and not cues[place].any()]


def _values_left(sql: str, links: Links) -> int:
    """Quoted texts, names and bounds ('under 40') that the statement does not hold at all."""
    text = sql.lower().replace("''", "'")
    told = [m for m in links.values if m.kind in ("quoted", "name")]
    told += [m for m in links.values if m.kind == "number" and _operator(m, links) in _WRITTEN]
    held = (any(str(v).lower() in text for v in (m.value, *(value for _, value, _ in m.hits))) for m in told)
    return sum(not found for found in held)


def _operator(mention: ValueMention, links: Links) -> str:
    return operator_beside(links.tokens, mention.start, mention.end)


def _comparisons_left(sql: str, links: Links) -> int:
    """'under 40', '2005 or after', where the statement compares otherwise."""
    told = (_operator(m, links) for m in links.values if m.kind in ("number", "date"))
    return sum(op in _WRITTEN and _WRITTEN[op] not in sql and "BETWEEN" not in sql for op in told)


def _aggregates_left(sql: str, links: Links) -> int:
    """'average and total amount', where the statement has but one of them."""
    said = {AGGREGATES[stem(t.word)] for t in links.tokens if stem(t.word) in AGGREGATES}
    left = sum(f"{agg.upper()}(" not in sql for agg in said & {"avg", "median"})
    return left + _sum_left(sql, links) + _counts_amount(sql, links)


def _counts_amount(sql: str, links: Links) -> int:
    """'how much did Ana give' answered with how many rows."""
    much = any(a.word == "how" and b.word == "much" for a, b in itertools.pairwise(links.tokens))
    return int(much and "COUNT(" in sql and not any(f"{agg}(" in sql for agg in ("SUM", "AVG", "MAX", "MIN")))


def _sum_left(sql: str, links: Links) -> int:
    total = any(a.word == "total" and b.word not in ("number", "count") for a, b in itertools.pairwise(links.tokens))
    return int(total and "SUM(" not in sql and "COUNT(" not in sql)


def _order_left(sql: str, links: Links, schema: Schema) -> int:
    """1 where rows in order are asked for and the statement has none, the other direction, or another column's."""
    asked = asked_order(links)
    if asked is None:
        return 0
    place, falling = asked
    _, found, tail = sql.rpartition("ORDER BY")
    if not found or (falling is not None and ("DESC" in tail) != falling):
        return 1
    own = quoted_names(tail)
    named = {schema.columns[n].key[1].lower() for n, ms in links.columns.items() for m in ms
             if m.score >= _NAMED and place < m.start}  # fmt: skip
    known = {entry.key[1].lower() for entry in schema.columns}
    return int(bool(named) and own <= known and not own & named)


def _columns_unasked(sql: str, links: Links, schema: Schema) -> int:
    """Columns shown that no word names and that are no thing's name."""
    shown = sql[: sql.find(" FROM ")]
    known = {schema.columns[n].key[1].lower() for n, ms in links.columns.items() if ms[0].score >= _TOUCHED}
    plain = {e.key[1].lower() for e in schema.columns if e.name_like or e.first_text}
    names = {name.lower() for name in _QUOTED.findall(re.sub(r' AS "(?:[^"]|"")+"', "", shown))}
    return len(names - known - plain)


def _places(mention: Mention | ValueMention) -> range:
    return range(mention.start, mention.end)


def unsaid(sql: str, links: Links) -> float:
    """Stored values and numbers of the question that the statement does not hold, at most 3."""
    text = sql.lower()
    lost = 0
    for mention in links.values:
        if mention.kind in ("text", "quoted") and mention.hits:
            lost += not any(str(value).lower().replace("'", "''") in text for _, value, _ in mention.hits)
        elif mention.kind == "number":
            lost += not re.search(rf"(?<![\w.]){re.escape(str(mention.value))}(?![\w]|\.\d)", text)
    return float(min(lost, _MOST))


def undenied(sql: str, links: Links) -> float:
    """1 where the question denies something and the statement does not."""
    words = [token.word for token in links.tokens]
    denies = bool(_DENYING & set(words)) or ("other", "than") in itertools.pairwise(words)
    return float(denies and not _DENIED.search(sql))
