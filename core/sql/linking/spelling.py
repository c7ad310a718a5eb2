"""Mistyped words of a question, put right from what is here: names of tables and columns, stored values, known words.

A word is only changed where it means nothing as it stands and one word of the same kind, no other, is near enough.
Nothing is linked here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from core.sql.data.schema import Schema
from core.sql.language.lexicon import Lexicon, fold
from core.sql.language.question import word_stems
from core.sql.language.spanish import meanings_of
from core.sql.language.words import Token, split_name, stem

SHORTEST = 5
LONG = 9


@dataclass(frozen=True, slots=True)
class Correction:
    """`meant` is put in place of `written`, both as text of the question."""

    written: str
    meant: str


class Vocabulary:
    """The words that a question about a schema may use, by length; made once a schema."""

    def __init__(self, schema: Schema, lexicon: Lexicon) -> None:
        self.names: dict[int, dict[str, str]] = defaultdict(dict)
        self.words: dict[int, dict[str, str]] = defaultdict(dict)
        self.values: dict[int, dict[str, str]] = defaultdict(dict)
        for name in (*schema.table_of, *(column for _, column in schema.column_of)):
            for word in split_name(name):
                self.names[len(word)].setdefault(word, word)
        for folded, places in schema.values.items():
            self.values[len(folded)].setdefault(folded, places[0][1])
        for (word, *rest), texts in lexicon.spanish.items():
            if not rest and len(word) >= SHORTEST and any(_is_named(text, schema) for text in texts):
                self.words[len(word)].setdefault(word, word)

    def nearest(self, word: str, values: bool, spanish: bool = True) -> str | None:
        """The one name (or stored value) that is an edit or two from the folded word; None for none or several."""
        if values:
            return self._nearest_in(self.values, word)
        return self._nearest_in(self.names, word) or (self._nearest_in(self.words, word) if spanish else None)

    def _nearest_in(self, table: dict[int, dict[str, str]], word: str) -> str | None:
        limit = 2 if len(word) >= LONG else 1
        if len(word) < SHORTEST:
            return None
        found: dict[int, set[str]] = defaultdict(set)
        for length in range(len(word) - limit, len(word) + limit + 1):
            for other, text in table.get(length, {}).items():
                if other[0] == word[0] or other[-1] == word[-1]:
                    edits = edit_distance(word, other, limit)
                    if edits <= limit:
                        found[edits].add(text)
        best = found[min(found)] if found else set()
        return best.pop() if len(best) == 1 or _one_meaning(best) else None


_KEPT: dict[int, tuple[Schema, Vocabulary]] = {}


def vocabulary_of(schema: Schema, lexicon: Lexicon) -> Vocabulary:
    """The vocabulary of a schema, made once as long as the schema lives; the last eight are kept."""
    found = _KEPT.get(id(schema))
    if found is None or found[0] is not schema:
        if len(_KEPT) >= 8:
            _KEPT.pop(next(iter(_KEPT)), None)
        found = _KEPT[id(schema)] = (schema, Vocabulary(schema, lexicon))
    return found[1]


def _is_named(text: str, schema: Schema) -> bool:
    return " " not in text and (stem(fold(text)) in schema.column_words or stem(fold(text)) in schema.table_words)


def _one_meaning(words: set[str]) -> bool:
    """'cliente' and 'clientes' are the same word."""
    return len({stem(fold(word)) for word in words}) == 1 if words else False


def edit_distance(a: str, b: str, limit: int) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours between two words (optimal string alignment); some
    number above `limit` where it is more."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row, older = row, [i], before
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        before = last
        if min(row) > limit:
            return limit + 1
    return row[-1]


def find_corrections(
    tokens: list[Token], places: Iterable[int], vocabulary: Vocabulary, lexicon: Lexicon, schema: Schema, lang: str
) -> list[Correction]:
    """What the words at `places`, which found nothing, were likely meant to be."""
    out = []
    for place in places:
        token = tokens[place]
        word = fold(token.source)
        if token.kind != "word" or not word.isalpha() or _is_known(word, lexicon, schema):
            continue
        capital = token.source[:1].isupper()
        meant = vocabulary.nearest(word, capital, lang == "es") or vocabulary.nearest(word, not capital, lang == "es")
        if meant:
            out.append(Correction(token.source, meant))
    return out


def _is_known(word: str, lexicon: Lexicon, schema: Schema) -> bool:
    known = bool(meanings_of(word, lexicon)) or (word,) in lexicon.phrases
    return known or any(text in schema.column_words for text, weight in word_stems(word, lexicon) if weight >= 0.9)


def suggest_names(word: str, schema: Schema, count: int = 3) -> list[str]:
    """The table and column names most like a word that found nothing, for 'did you mean'; may be empty."""
    import difflib

    names = {fold(name): name for name in (*schema.table_of, *(column for _, column in schema.column_of))}
    parts = {part: name for folded, name in names.items() for part in (folded, *split_name(name))}
    close = difflib.get_close_matches(fold(word), parts, n=count, cutoff=0.6)
    return list(dict.fromkeys(parts[part] for part in close))
