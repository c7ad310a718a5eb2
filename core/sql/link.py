"""Links a question's words to tables, columns and stored values, with a score for each role a column can play.

Mentions are found by stems of both languages; values by exact folded text (plurals, short forms and country names
through the lexicon); the scores come from boosted trees over `link_features`. It decides nothing about the query.
"""

from __future__ import annotations

import difflib
import functools
import itertools
import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.lexicon.translate import builtin_bilingual
from core.sql.lexicon import Lexicon, fold, read_cues
from core.sql.schema import NEAR_LENGTH_MIN, ColumnEntry, Schema, fold_value
from core.sql.trees import Trees
from core.sql.words import Token, stem, tokenize

ROLES = ("select", "agg", "where", "group", "order", "any")
_NEAR_LETTERS = 6
_NEAR_SPELLING = 0.86
VALUE_WORDS_MAX = 8
COLUMNS_MAX = 70


@dataclass(frozen=True, slots=True)
class Mention:
    """A run of tokens (`start` to `end`, the latter not included) that names something, and how well."""

    start: int
    end: int
    score: float
    matched: int
    of: int


@dataclass(frozen=True, slots=True)
class ValueMention:
    """A run of tokens read as a value: `hits` are (column number, stored value, how well); `kind`: text, quoted,
    number or date."""

    start: int
    end: int
    value: Any
    kind: str
    hits: tuple[tuple[int, Any, float], ...] = ()


@dataclass
class Links:
    """What the question's words may mean. `scores[role][column]` and `table_scores[table]` are log probabilities."""

    question: str
    lang: str
    tokens: list[Token]
    columns: dict[int, list[Mention]] = field(default_factory=dict)
    tables: dict[int, list[Mention]] = field(default_factory=dict)
    values: list[ValueMention] = field(default_factory=list)
    candidates: list[int] = field(default_factory=list)
    scores: dict[str, dict[int, float]] = field(default_factory=dict)
    table_scores: dict[int, float] = field(default_factory=dict)


def find_mentions(question: str, lang: str, schema: Schema, lexicon: Lexicon) -> Links:
    """Links without scores: mentions of columns, tables and values."""
    tokens = tokenize(question, lang, lexicon)
    links = Links(question, lang, tokens)
    links.values = _find_values(tokens, question, schema, lexicon)
    links.columns = _find_names(tokens, schema.column_words, [len(c.words) for c in schema.columns], schema.columns)
    links.tables = _find_names(tokens, schema.table_words, [len(t.words) for t in schema.tables], schema.tables)
    links.candidates = _choose_candidates(links, schema)
    return links


# ---------------------------------------------------------------- names

_WEAK_WORDS = frozenset(
    "the a an of in on at to for by with and or is are was were be do does did have has had what which who "
    "whom whose how many much show list find give tell me all each every their its his her that this there from as "
    "than more less most least not no any some it they we you i return display please count".split()
)
_WEAK = {stem(word) for word in _WEAK_WORDS}


def is_content(token: Token) -> bool:
    """Whether a token can name something by itself."""
    if token.kind != "word" or len(token.word) < 2:
        return False
    thing = stem(token.word) == "return" and token.source.lower() != "return"  # 'returns', 'devoluciones': goods back
    return thing or stem(token.word) not in _WEAK


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
    found: dict[int, list[Mention]] = defaultdict(list)
    for (number, which), places in hits.items():
        size = sizes[number] if which == 0 else len(entries[number].others[which - 1])
        found[number] += _runs(places, size, tokens)
    return {number: sorted(runs, key=lambda m: (-m.score, m.start))[:4] for number, runs in found.items() if runs}


def _runs(places: list[tuple[int, int, float]], size: int, tokens: list[Token]) -> list[Mention]:
    """Runs of tokens that match distinct words of one name, the best at each start, overlapping ones dropped."""
    runs = []
    for first, (start, _, _) in enumerate(places):
        taken: dict[int, float] = {}
        end = start
        for place, word, weight in places[first:]:
            if place > start + size + 2:
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


# ---------------------------------------------------------------- values


def _find_values(tokens: list[Token], question: str, schema: Schema, lexicon: Lexicon) -> list[ValueMention]:
    found = [m for m in (_own_value(i, token, schema) for i, token in enumerate(tokens)) if m]
    taken = {m.start for m in found if m.kind in ("quoted", "date")}
    texts = []
    for start in range(len(tokens)):
        for end in range(min(len(tokens), start + VALUE_WORDS_MAX), start, -1):
            if any(place in taken for place in range(start, end)) or tokens[end - 1].kind == "mark":
                continue
            hits = _value_hits(tokens, start, end, question, schema, lexicon)
            if hits:
                texts.append(ValueMention(start, end, hits[0][1], "text", tuple(hits)))
    texts.sort(key=lambda m: -(m.end - m.start))
    kept: list[ValueMention] = []
    for mention in texts:
        if all(mention.end <= other.start or mention.start >= other.end for other in kept):
            kept.append(mention)
    kept += _translated_values(tokens, kept, schema)
    kept += _mistyped_values(tokens, kept, schema, lexicon.english, question)
    kept += _unstored_names(tokens, kept, schema)
    return sorted(found + kept, key=lambda m: m.start)


def _own_value(place: int, token: Token, schema: Schema) -> ValueMention | None:
    if token.kind == "quoted":
        hits = [(c, v, 1.0) for c, v in schema.values.get(fold_value(str(token.value)), ())]
        return ValueMention(place, place + 1, token.value, "quoted", tuple(hits))
    if token.kind in ("number", "number_word"):
        return ValueMention(place, place + 1, token.value, "number")
    if token.kind == "date":
        return ValueMention(place, place + 1, token.value, "date")
    return None


def _value_hits(
    tokens: list[Token], start: int, end: int, question: str, schema: Schema, lexicon: Lexicon
) -> list[tuple[int, Any, float]]:
    text = question[tokens[start].start : tokens[end - 1].end]
    if (
        len({(t.start, t.end) for t in tokens[start:end]}) < end - start
        and start
        and tokens[start - 1].start == tokens[start].start
    ):
        return []
    folded = fold_value(text)
    single = end - start == 1
    number = tokens[start].kind == "number"
    if single and not number and (tokens[start].kind == "mark" or (len(folded) < 2 and not text.isupper())):
        return []
    if (
        single
        and (folded in _WEAK_WORDS or stem(folded) in _WEAK or stem(tokens[start].word) in _WEAK)
        and not (folded not in _WEAK_WORDS and folded == tokens[start].word and folded in schema.values)
        and not (text.isupper() and len(text) > 1)
    ):
        return []
    hits: dict[int, tuple[Any, float]] = {}
    for form, weight in _value_forms(folded, tokens[start:end], lexicon):
        for column, value in schema.values.get(form, ()):
            exact = weight + (0.05 if value == text else 0.0)
            if column not in hits or hits[column][1] < exact:
                hits[column] = (value, exact)
    return sorted(((c, v, w) for c, (v, w) in hits.items()), key=lambda hit: -hit[2])


def _value_forms(folded: str, tokens: list[Token], lexicon: Lexicon) -> list[tuple[str, float]]:
    forms = [(folded, 1.0)]
    plain = all(token.kind not in ("number", "date", "quoted") for token in tokens)
    english = fold_value(" ".join(token.word for token in tokens)) if plain else folded
    if english and english != folded:
        forms.append((english, 0.85))
        forms += [(other, 0.8) for other in _in_english(folded)]
    for text in dict.fromkeys((folded, english)):
        for form in _other_numbers(text):
            forms.append((form, 0.8))
            forms += [(other, 0.75) for other in lexicon.values.get(form, ())]
        forms += [(other, 0.8) for other in lexicon.values.get(text, ())]
    return forms


@functools.lru_cache(maxsize=4096)
def _in_english(text: str) -> tuple[str, ...]:
    """What a Spanish run of words may be called in English, also noun last: 'cheque electrónico', electronic check."""
    read = builtin_bilingual().read(text, "es", "en")
    if not 1 < len(read) <= 3 or not all(word.meanings for word in read):
        return ()
    said = itertools.product(*([" ".join(meaning) for meaning in word.meanings[:3]] for word in read))
    return tuple(dict.fromkeys(fold_value(" ".join(turned)) for words in said for turned in (words, words[::-1])))


_BENT_LENGTH_MIN = 4


def _other_numbers(text: str) -> list[str]:
    """Plural for singular and the reverse; short texts ('as', 'ES') are only ever themselves."""
    if len(text) < _BENT_LENGTH_MIN:
        return []
    forms = [text + "s"]
    for ending, instead in (("s", ""), ("es", ""), ("ies", "y")):
        if text.endswith(ending):
            forms.append(text.removesuffix(ending) + instead)
    return [form for form in forms if len(form) >= _BENT_LENGTH_MIN]


MISTYPED = 0.7
TRANSLATED = 0.75


def _translated_values(tokens: list[Token], kept: list[ValueMention], schema: Schema) -> list[ValueMention]:
    """English words for short lists of stored Spanish values: 'lost' where 'Perdido' is stored."""
    found = []
    for place, token in enumerate(tokens):
        hits = schema.meant_values.get(stem(token.word), ()) if is_content(token) and token.kind == "word" else ()
        if hits and not any(m.start <= place < m.end for m in kept):
            found.append(ValueMention(place, place + 1, hits[0][1], "text", tuple((c, v, TRANSLATED) for c, v in hits)))
    return found


def _mistyped_values(
    tokens: list[Token], kept: list[ValueMention], schema: Schema, known: frozenset[str], question: str
) -> list[ValueMention]:
    """Words that name nothing, one of them in no lexicon, and that are a slip or two away from one stored value."""
    free, odd = [], []
    for place, token in enumerate(tokens):
        named = any(text in schema.column_words or text in schema.table_words for text, _ in token.stems)
        taken = any(mention.start <= place < mention.end for mention in kept)
        free.append(is_content(token) and fold(token.source) == token.word and not named and not taken)
        own = [text for text, _ in token.stems if not text.startswith(("~", "=", "es="))]
        odd.append(len(own) <= 2 and token.word not in known and stem(token.word) not in known)
    runs: list[ValueMention] = []
    for start in range(len(tokens)):
        for end in range(min(start + 3, len(tokens)), start, -1):
            if not all(free[start:end]) or not any(odd[start:end]) or any(run.end > start for run in runs):
                continue
            folded = fold_value(question[tokens[start].start : tokens[end - 1].end])
            hits = schema.near_values(folded) if len(folded) >= NEAR_LENGTH_MIN else []
            if hits:
                runs.append(ValueMention(start, end, hits[0][1], "text", tuple((c, v, MISTYPED) for c, v in hits)))
    return runs


def _unstored_names(tokens: list[Token], kept: list[ValueMention], schema: Schema) -> list[ValueMention]:
    """Runs of capitalised words inside the question that no column is known to store: perhaps a value all the same."""
    runs: list[ValueMention] = []
    place = 1
    while place < len(tokens):
        end = place
        while end < len(tokens) and tokens[end].kind == "word" and tokens[end].source[:1].isupper():
            end += 1
        if end > place and all(m.end <= place or m.start >= end for m in kept):
            text = " ".join(token.source for token in tokens[place:end])
            known = all(
                any(s in schema.column_words or s in schema.table_words for s, w in t.stems if w > 0.8)
                for t in tokens[place:end]
            )
            if not known:
                runs.append(ValueMention(place, end, text, "name", _near_values(text, schema)))
        place = max(end, place + 1)
    return runs


def _near_values(name: str, schema: Schema) -> tuple[tuple[int, Any, float], ...]:
    """Stored values spelt nearly like a name ('Nordics' for 'Nórdicos'): the same opening, nine letters in ten."""
    folded = fold_value(name)
    if len(folded) < _NEAR_LETTERS:
        return ()
    alike = [v for v in schema.values if v[:3] == folded[:3] and abs(len(v) - len(folded)) <= 2]
    near = difflib.get_close_matches(folded, alike, n=1, cutoff=_NEAR_SPELLING)
    return tuple((column, value, 0.75) for column, value in schema.values[near[0]]) if near else ()


# ---------------------------------------------------------------- candidates and features


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


_CUES = {name: frozenset(stem(word) for word in words.split()) for name, words in read_cues()["words"].items()}
_CUE_NAMES = tuple(_CUES)


def cue_rows(tokens: list[Token]) -> np.ndarray:
    """(token, cue) 0/1."""
    rows = np.zeros((len(tokens), len(_CUE_NAMES)), np.float32)
    for place, token in enumerate(tokens):
        root = stem(token.word)
        for column, name in enumerate(_CUE_NAMES):
            if root in _CUES[name]:
                rows[place, column] = 1
    return rows


def link_features(links: Links, schema: Schema) -> np.ndarray:
    """One row a candidate column, for the linker's trees."""
    tokens = links.tokens
    cues = cue_rows(tokens)
    overall = cues.max(axis=0) if len(tokens) else np.zeros(len(_CUE_NAMES), np.float32)
    at_token: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for number, mentions in links.columns.items():
        for mention in mentions:
            for place in range(mention.start, mention.end):
                at_token[place].append((mention.score, number))
    value_best: dict[int, tuple[float, int, str, int]] = {}
    for mention in links.values:
        for number, _, weight in mention.hits:
            if number not in value_best or value_best[number][0] < weight:
                value_best[number] = (weight, len(mention.hits), mention.kind, mention.start)
    numbers = [m for m in links.values if m.kind in ("number", "date")]
    names = [m for m in links.values if m.kind in ("quoted", "name") and not m.hits]
    table_best = {n: max(m.score for m in mentions) for n, mentions in links.tables.items()}
    shared = np.array([len(numbers), len(names), sum(bool(m.hits) for m in links.values), len(tokens)], np.float32)
    rows = []
    for number in links.candidates:
        rows.append(
            _column_row(
                schema.columns[number],
                links,
                schema,
                at_token,
                value_best,
                table_best,
                cues,
                overall,
                shared,
                numbers,
                names,
            )
        )
    return np.array(rows, np.float32) if rows else np.zeros((0, 1), np.float32)


def _column_row(
    entry: ColumnEntry, links: Links, schema: Schema, at_token: dict, value_best: dict, table_best: dict,
    cues: np.ndarray, overall: np.ndarray, shared: np.ndarray, numbers: list, names: list,
) -> np.ndarray:  # fmt: skip
    mentions = links.columns.get(entry.number, [])
    size = len(links.tokens)
    best = mentions[0] if mentions else None
    table_mentions = links.tables.get(entry.table, [])
    head = [
        best.score if best else 0.0,
        float(best.matched) if best else 0.0,
        float(len(entry.words)),
        float(best.matched == best.of) if best else 0.0,
        float(best.end - best.start - best.matched) if best else 0.0,
        mentions[1].score if len(mentions) > 1 else 0.0,
        best.start / size if best else -1.0,
        float(best.start) if best else -1.0,
        float(size - best.end) if best else -1.0,
        table_best.get(entry.table, 0.0),
        float(len(table_mentions)),
        max(table_best.values(), default=0.0),
        float(len(links.tables)),
    ]
    rivals = [(s, n) for p in range(best.start, best.end) for s, n in at_token[p] if n != entry.number] if best else []
    rival = max(rivals, default=(0.0, -1))
    same = {n for s, n in rivals if abs(s - (best.score if best else 0)) < 0.03}
    stronger = {n for s, n in rivals if s > (best.score if best else 0) + 0.02}
    residual, distance = _near_table(entry, best, table_mentions)
    whole = [(max(m.score for m in ms)) for n, ms in links.columns.items() if schema.columns[n].table == entry.table]
    head += [
        rival[0], (best.score if best else 0.0) - rival[0], float(len(same)), float(len(stronger)),
        float(sum(table_best.get(schema.columns[n].table, 0.0) > table_best.get(entry.table, 0.0) for n in same)),
        residual, distance, max(whole, default=0.0), float(len(whole)),
    ]  # fmt: skip
    value = value_best.get(entry.number)
    gap = min((abs(m.start - (best.start if best else 99)) for m in numbers), default=50) if best else 60
    ahead = min((m.start - best.end for m in numbers if m.start >= best.end), default=50) if best else 60
    named = min((m.start - best.end for m in names if m.start >= best.end), default=50) if best else 60
    head += [
        value[0] if value else 0.0,
        float(value[1]) if value else 0.0,
        float(value[2] == "quoted") if value else 0.0,
        float(abs(value[3] - best.start)) if value and best else -1.0,
        float(min(gap, 60)), float(ahead), float(named),
    ]  # fmt: skip
    head += [
        float(entry.kind == "number"), float(entry.kind == "text"), float(entry.kind in ("date", "bool")),
        float(entry.primary), float(entry.foreign), float(entry.id_like), float(entry.name_like),
        float(entry.date_like), float(entry.place_like), float(entry.first_text), entry.unique,
        float(entry.extra), float(len(schema.tables)), float(len(schema.tables[entry.table].columns)),
        float(schema.tables[entry.table].keys_only), float(entry.number - schema.tables[entry.table].columns[0]),
        math.log10(1 + schema.tables[entry.table].table.rows),
    ]  # fmt: skip
    nothing = np.zeros(len(_CUE_NAMES), np.float32)
    if best:
        left = cues[max(0, best.start - 4) : best.start]
        near = cues[max(0, best.start - 1) : best.start]
        inside = cues[best.start : best.end]
        right = cues[best.end : best.end + 3]
        context = [block.max(axis=0) if len(block) else nothing for block in (left, near, inside, right)]
        before = cues[: best.start].sum(axis=0) if best.start else nothing
    else:
        context, before = [nothing] * 4, nothing
    return np.concatenate([np.array(head, np.float32), *context, before, overall, shared])


def _near_table(entry: ColumnEntry, best: Mention | None, table_mentions: list[Mention]) -> tuple[float, float]:
    """(share of the column's name said if its table's words count as said, distance to its table's mention)."""
    if not best or not table_mentions:
        return 0.0, 30.0
    said = min(1.0, (best.matched + min(entry.extra, best.of - best.matched)) / max(best.of, 1))
    distance = min(min(abs(best.start - m.end), abs(m.start - best.end)) for m in table_mentions)
    return said, float(min(distance, 30))


def table_features(links: Links, schema: Schema, any_scores: dict[int, float]) -> tuple[list[int], np.ndarray]:
    """(table numbers, one row each) for the trees that say whether a table is in the query."""
    numbers = sorted({*links.tables, *(schema.columns[n].table for n in links.candidates)})
    best_column: dict[int, list[float]] = defaultdict(list)
    for number, score in any_scores.items():
        best_column[schema.columns[number].table].append(math.exp(score))
    strongest = max((m.score for ms in links.tables.values() for m in ms), default=0.0)
    first = min((m.start for ms in links.tables.values() for m in ms[:1]), default=0)
    cues = cue_rows(links.tokens)
    rows = []
    for number in numbers:
        mentions = links.tables.get(number, [])
        best = mentions[0] if mentions else None
        scores = [*sorted(best_column[number], reverse=True), 0.0, 0.0]
        entry = schema.tables[number]
        peers = [
            n
            for n, ms in links.tables.items()
            if n != number and best and any(m.start < best.end and best.start < m.end for m in ms)
        ]
        peer = max((links.tables[n][0].score for n in peers), default=0.0)
        fewer = sum(len(schema.tables[n].words) < len(entry.words) for n in peers)
        left = (
            cues[max(0, best.start - 2) : best.start].max(axis=0) if best and best.start else np.zeros(len(_CUE_NAMES))
        )
        rows.append([
            best.score if best else 0.0, float(best.matched) if best else 0.0, float(len(entry.words)),
            float(len(mentions)), peer, float(len(peers)), float(fewer), strongest,
            float(best.start) if best else -1.0, float(best.start == first) if best else 0.0,
            scores[0], scores[1], sum(scores), float(entry.keys_only), float(len(entry.columns)),
            float(len(schema.tables)), math.log10(1 + entry.table.rows),
            float(len(schema.graph.edges[entry.table.name])), *left,
        ])  # fmt: skip
    return numbers, np.array(rows, np.float32) if rows else np.zeros((0, 1), np.float32)


def score_links(links: Links, schema: Schema, trees: dict[str, Trees]) -> Links:
    """Fill the scores of a question's links from the linker's trees."""
    features = link_features(links, schema)
    for role in ROLES:
        raw = trees[role].predict(features) if len(features) else np.zeros(0)
        links.scores[role] = dict(zip(links.candidates, log_sigmoid(raw).tolist(), strict=True))
    numbers, rows = table_features(links, schema, links.scores["any"])
    raw = trees["table"].predict(rows) if len(rows) else np.zeros(0)
    links.table_scores = dict(zip(numbers, log_sigmoid(raw).tolist(), strict=True))
    return links


def log_sigmoid(raw: np.ndarray) -> np.ndarray:
    return -np.logaddexp(0.0, -np.asarray(raw, np.float64))
