"""Which of many tables a question is about, by its words alone: what narrows hundreds of document tables to a few.

A report brings dozens of tables that look alike. They are not linked together with the tables of the user's files;
the few whose names, headers and row labels hold the question's rarest words are asked instead. It writes no query.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from core.records import Catalog, Table
from core.sql.data.schema import fold_value
from core.sql.language.lexicon import Lexicon
from core.sql.language.question import tokenize, word_stems
from core.sql.language.words import split_name
from core.sql.linking.link import is_content

NEAREST = 6
_LABELS_MAX = 60  # values of a column that can be the rows' labels
_NEAR = 0.6  # of the best table's score, to be asked beside it


class NearestTables:
    """An index of stems to the tables of a catalog. Built once for it."""

    def __init__(self, catalog: Catalog, lexicon: Lexicon) -> None:
        self.tables = catalog.tables
        self.lexicon = lexicon
        self.index: dict[str, dict[int, float]] = defaultdict(dict)
        for number, table in enumerate(catalog.tables):
            for word in _words(table):
                for text, weight in word_stems(word, lexicon):
                    places = self.index[text]
                    places[number] = max(places.get(number, 0.0), weight)

    def find(self, question: str, lang: str) -> Catalog:
        """The tables nearest to the question, best first; none where no word of it is found."""
        scores: dict[int, float] = defaultdict(float)
        for token in tokenize(question, lang, self.lexicon):
            stems = (
                token.stems if is_content(token) else [(token.source.lower(), 1.0)] if token.kind == "number" else ()
            )
            best: dict[int, float] = {}
            for text, weight in stems:
                for number, other in self.index.get(text, {}).items():
                    best[number] = max(best.get(number, 0.0), weight * other)
            rarity = math.log(1 + len(self.tables) / len(best)) if best else 0.0
            for number, weight in best.items():
                scores[number] += rarity * weight
        ranked = sorted(scores, key=lambda number: (-scores[number], number))[:NEAREST]
        near = [number for number in ranked if scores[number] >= _NEAR * scores[ranked[0]]]
        return Catalog(tuple(self.tables[number] for number in near))


def _words(table: Table) -> Iterable[str]:
    """The folded words of a table's name, its headers, its synonyms and its rows' labels."""
    names = [table.name, *table.synonyms]
    for column in table.columns:
        names += [column.name, *column.synonyms]
    found = {word for name in names for word in split_name(name)}
    for column in table.columns:
        if len(column.values) <= _LABELS_MAX:
            found.update(word for value in column.values for word in fold_value(value).split())
    return found
