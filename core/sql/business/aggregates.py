"""The aggregate that a question's words ask for, and the number columns that it names.

It makes no measures (`measures.py`) and knows nothing of money (`money.py`).
"""

from __future__ import annotations

from core.sql.business.dimensions import LEADS, names_one
from core.sql.business.money import is_additive, is_flow, is_money, is_piece, runs_against
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.language.lexicon import fold, read_cues
from core.sql.language.words import stem
from core.sql.linking.known_words import AGGREGATES
from core.sql.linking.link import Links, Mention, is_content
from core.sql.linking.ordering import is_ordering


def aggregate_of(links: Links) -> tuple[str, int]:
    """(the aggregate that words ask for, or '', and the place of its word)."""
    words = [stem(token.word) for token in links.tokens]
    for place, word in enumerate(words):
        if word in AGGREGATES and not _compared(words, place):
            return AGGREGATES[word], place
        many = word == "how" and words[place + 1 : place + 2] == ["mani"] and not _recalls(words, place)
        told = word == "count" and links.tokens[place].word != "counting"  # 'not counting Portugal'
        counts = (word == "number" and words[place + 1 : place + 2] == ["of"]) or told
        if (many or counts) and words[max(0, place - 1) : place] not in (["by"], ["per"]):
            unique = any(w in ("differ", "distinct", "uniqu") for w in words[place : place + 6])
            return ("distinct" if unique else "count"), place
    if words[:1] and any(w in ("distinct", "uniqu") for w in words) and not any(w in ("list", "show") for w in words):
        return "", 0
    return "", 0


def _recalls(words: list[str], place: int) -> bool:
    """'in which month did we use most, and how many MWh was it': the figure itself is asked for, not how many rows."""
    after = [word for word in words[place + 2 :] if word.isalpha()]
    return place > 0 and words[place - 1] == "and" and bool(after) and after[-1] in ("it", "that", "they")


def extreme_of(links: Links) -> str:
    """'the highest salary of a chemist': one extreme value, where nothing is split or ranked; in 'Plaza Mayor', a name,
    nothing is."""
    stored = {p for m in links.values if m.hits and m.kind in ("text", "quoted") for p in range(m.start, m.end)}
    roots = [stem(token.word) for place, token in enumerate(links.tokens) if place not in stored]
    asked = roots[:1] == ["what"] and roots[1:2] not in (["is"], ["was"])
    by = any(token.word == "by" and not names_one(links.tokens, place) for place, token in enumerate(links.tokens))
    splits = by or {"per", "each", "everi", "which", "who", "top"} & set(roots)
    if splits or asked or any(t.kind in ("number", "number_word") and t.value and t.value < 100 for t in links.tokens):
        return ""
    if {"second", "third", "fourth", "fifth"} & set(roots):
        return ""  # one of a row, and not its end
    if {"highest", "largest", "biggest", "greatest"} & set(roots):
        return "max"
    return "min" if {"lowest", "smallest"} & set(roots) else ""


def extreme_beside(links: Links, mention: Mention) -> str:
    """'highest price by make', 'the heaviest of each species': the end of a number within every group, where no group
    is ranked ('which make has the highest price')."""
    tokens = links.tokens
    if any(t.word in _RANKING or t.kind in ("number", "number_word") for t in tokens[: mention.start]):
        return ""
    behind = range(mention.end, len(tokens))
    if not any(tokens[p].word in LEADS and not is_ordering(tokens, p) for p in behind):
        return ""
    near = [tokens[p].word for p in range(max(0, mention.start - 1), mention.end)]
    ends = {name: any(word in words for word in near) for name, words in _SURE_ENDS.items()}
    return next((name for name, said in ends.items() if said), "") if not _only_flow(links, mention) else ""


_RANKING = frozenset("which what who top bottom best worst".split())
_SURE_ENDS = {
    agg: frozenset(words for key in keys for words in read_cues()["superlatives"][key].split()) - {"most", "least"}
    for agg, keys in {"max": ("high",), "min": ("low",)}.items()
}


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
            first = _says(entry, 0, links, mention, 0.0) or _says(entry, -1, links, mention, 0.85)
            only = (
                _silent(entry, links, mention)
                or _is_table(links, mention)
                or (_only_flow(links, mention) and (not is_additive(entry) or is_piece(entry)))
                or (
                    mention.score < 0.8
                    and any(runs_against(t, entry) for t in links.tokens[mention.start : mention.end])
                )
            )
            if plain and not only and mention.score >= (0.2 if first else weakest) and before not in ("each", "per"):
                score = 2 * mention.score + 0.4 * max(links.scores["agg"].get(number, -6.0), -4.0)
                score += 0.3 * is_money(entry) - 0.3 * (before == "by") - 0.02 * mention.start
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
    """'purchases' alone means what was bought, not the column 'purchase price'; 'money' names no quantity."""
    return mention.score < 0.8 and all(
        is_flow(t) or t.word == "money" for t in links.tokens[mention.start : mention.end] if is_content(t)
    )


def _silent(entry: ColumnEntry, links: Links, mention: Mention) -> bool:
    """Whether the words that a mention shares with the column's name only say how to count: 'number of', 'total';
    'average output per' of a column 'avg_price_per_mwh'."""
    roots = {root for stems in entry.words for root, weight in stems if weight >= 0.85}
    tokens = links.tokens[mention.start : mention.end]
    shared = [token for token in tokens if any(root in roots for root, _ in token.stems)] or tokens
    return {stem(token.word) for token in shared} <= _COUNTING


_COUNTING = frozenset("number of total averag count mani how maximum minimum median sum per".split())


def find_summed_number(
    links: Links, schema: Schema, named: list[tuple[int, Mention]], at: int
) -> tuple[int, Mention] | None:
    """'number of employees' where a number column holds the employees: their sum is asked for, not a count of rows. So
    it is where the table is called by that very column ('trips' by month and station)."""
    for number, mention in named:
        if at < mention.start <= at + 3 and mention.score >= 0.85:
            tables = {n: m for n, ms in links.tables.items() for m in ms if m.start == mention.start and m.score >= 0.8}
            if not tables or (schema.columns[number].table in tables and _gives_table_its_name(number, schema)):
                return number, mention
    return None


def _gives_table_its_name(number: int, schema: Schema) -> bool:
    """Whether a column of how many is called as its table is; an amount of money is not how many."""
    entry = schema.columns[number]
    same = fold(entry.column.name) == fold(schema.tables[entry.table].table.name)
    return same and is_additive(entry) and not is_money(entry)
