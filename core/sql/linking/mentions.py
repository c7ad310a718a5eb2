"""Finds what a question's words may name: columns and tables by stems of both languages, and which columns to score.

Stored values are found in `value_mentions.py`. It decides nothing about the query.
"""

from __future__ import annotations

from collections import defaultdict

from core.sql.data.schema import Schema
from core.sql.language.lexicon import Lexicon
from core.sql.language.question import tokenize
from core.sql.language.words import Token, long_forms
from core.sql.linking.link import Links, Mention, is_content
from core.sql.linking.value_mentions import find_dated, find_values

COLUMNS_MAX = 70


def find_mentions(question: str, lang: str, schema: Schema, lexicon: Lexicon) -> Links:
    """Links without scores: mentions of columns, tables and values."""
    tokens = tokenize(question, lang, lexicon)
    links = Links(question, lang, tokens)
    links.values = find_values(tokens, question, schema, lexicon)
    links.periods = find_dated(tokens)
    links.columns = _find_names(tokens, schema.column_words, [len(c.words) for c in schema.columns], schema.columns)
    links.tables = _find_names(tokens, schema.table_words, [len(t.words) for t in schema.tables], schema.tables)
    links.candidates = _choose_candidates(links, schema)
    return links


def _find_names(tokens: list[Token], index: dict, sizes: list[int], entries: list) -> dict[int, list[Mention]]:
    hits: dict[tuple[int, int], list[tuple[int, int, float]]] = defaultdict(list)
    for place, token in enumerate(tokens):
        if token.kind not in ("word", "number_word"):
            if token.kind == "number":
                for number, which, word, weight in index.get(token.source, ()):
                    hits[number, which].append((place, word, weight))
            continue
        strongest: dict[tuple[int, int, int], float] = {}
        for text, weight in token.stems:
            for number, which, word, other in index.get(text, ()):
                key = (number, which, word)
                strongest[key] = max(strongest.get(key, 0.0), weight * other)
        for (number, which, word), weight in strongest.items():
            hits[number, which].append((place, word, weight))
    _add_cut_words(hits, tokens, index)
    found: dict[int, list[Mention]] = defaultdict(list)
    for (number, which), places in hits.items():
        size = sizes[number] if which == 0 else len(entries[number].others[which - 1])
        found[number] += _runs(places, size, tokens)
    return {number: sorted(runs, key=lambda m: (-m.score, m.start))[:4] for number, runs in found.items() if runs}


def _add_cut_words(hits: dict, tokens: list[Token], index: dict) -> None:
    """Words that a name holds cut short ('expectancy' in 'lifeExp'), beside a word that it holds whole."""
    for place, token in enumerate(tokens):
        if token.kind != "word":
            continue
        for text in long_forms(token.word):
            for number, which, word, weight in index.get(text, ()):
                known = hits.get((number, which), ())
                if any(abs(p - place) == 1 and w != word for p, w, _ in known) and all(p != place for p, *_ in known):
                    hits[number, which] = sorted([*known, (place, word, weight)])


def _runs(places: list[tuple[int, int, float]], size: int, tokens: list[Token]) -> list[Mention]:
    """Runs of tokens that match distinct words of one name, the best at each start, overlapping ones dropped."""
    runs = []
    if len(places) == 1:  # nearly all names of a large catalog
        place, _, weight = places[0]
        named = is_content(tokens[place]) or tokens[place].kind == "number_word"
        return [Mention(place, place + 1, round(weight / max(size, 1), 4), 1, size)] if named else []
    for first, (start, _, _) in enumerate(places):
        taken: dict[int, float] = {}
        end = start
        for place, word, weight in places[first:]:
            if place > start + size + 2 or _parted(tokens[end + 1 : place]):
                break
            if weight > taken.get(word, 0.0) and (word not in taken or weight > 0.8):
                taken[word] = weight
                end = place
        if not any(is_content(tokens[p]) for p in range(start, end + 1)) and tokens[start].kind != "number_word":
            continue
        score = sum(taken.values()) / max(size, 1) - 0.05 * max(0, end - start + 1 - len(taken))
        runs.append(Mention(start, end + 1, round(score, 4), len(taken), size))
    runs.sort(key=lambda m: (-m.score, m.end - m.start))
    kept: list[Mention] = []
    for run in runs:
        if all(run.end <= other.start or run.start >= other.end for other in kept):
            kept.append(run)
    return kept


def _parted(between: list[Token]) -> bool:
    """'cancelled in 2024 by reason' is no 'reason of cancellation': a number, or what splits or ranks, parts a name."""
    return any(token.kind in ("number", "date", "quoted") or token.word in _PARTING for token in between)


_PARTING = frozenset("by per each every most least with without than".split())


def _choose_candidates(links: Links, schema: Schema) -> list[int]:
    """Column numbers worth scoring: mentioned, holding a mentioned value, or in a table that is."""
    strength: dict[int, float] = defaultdict(float)
    for number, mentions in links.columns.items():
        strength[number] += mentions[0].score
    tables: dict[int, float] = defaultdict(float)
    for number, mentions in links.tables.items():
        tables[number] = max(m.score for m in mentions)
    for mention in links.values:
        for number, _, weight in mention.hits:
            strength[number] += weight
    for number, weight in list(strength.items()):
        table = schema.columns[number].table
        tables[table] = max(tables[table], weight * 0.6)
    if len(schema.columns) <= COLUMNS_MAX:
        return list(range(len(schema.columns)))
    for table, weight in sorted(tables.items(), key=lambda pair: -pair[1])[:12]:
        for number in schema.tables[table].columns:
            entry = schema.columns[number]
            useful = 0.2 if entry.primary or entry.name_like or entry.first_text else 0.1
            strength[number] += useful * weight
    best = sorted(strength, key=lambda number: -strength[number])[:COLUMNS_MAX]
    return sorted(best)
