"""A catalog made ready for linking: the words of its tables and columns, an index of stored values, the join graph.

Built once for a catalog and a lexicon and kept (`schema_of`). It reads no question.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace

from core.records import Catalog, Column, Table
from core.sql.data.joins import JoinGraph
from core.sql.language.lexicon import Lexicon, fold
from core.sql.data.names import is_filler, is_id, kind_of, month_of, spoken_words, time_of
from core.sql.language.question import name_stems
from core.sql.language.spanish import meanings_of, translate_name
from core.sql.data.spellings import Spellings
from core.sql.language.words import short_form, split_name

_NAME_WORDS = {"name", "title", "nombre", "titulo", "label", "description", "descripcion", "nombres"}
_DATE_WORDS = {"date", "day", "year", "month", "time", "fecha", "dia", "ano", "mes", "hora", "birthday", "since"}
_PLACE_WORDS = {"city", "country", "state", "location", "address", "place", "ciudad", "pais", "county", "region"}
_PLAIN_VALUES = frozenset("value values valor valores obs observation".split())
_NAME_WORDS_MAX = 4  # words of a value that is a name: 'María del Mar Ruiz'
NEAR_LENGTH_MIN, NEAR_TWO_SLIPS = 5, 10  # letters of a value that may be mistyped, and that may have two slips
_VALUE_SPLIT = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """A column's facts for linking. `words` holds, a word of its name, the (stem, weight) pairs it matches."""

    number: int
    table: int
    key: tuple[str, str]
    column: Column
    kind: str  # number, text, date, bool
    words: tuple[tuple[tuple[str, float], ...], ...]
    others: tuple[tuple[tuple[tuple[str, float], ...], ...], ...]  # synonyms and description names, same form
    extra: int  # words that repeat the table's name
    primary: bool
    foreign: bool
    id_like: bool
    name_like: bool
    date_like: bool
    place_like: bool
    first_text: bool
    unique: float
    time: str = ""  # date, day_text, month_text, year: how the column holds time, if it does


@dataclass(frozen=True, slots=True)
class TableEntry:
    number: int
    table: Table
    words: tuple[tuple[tuple[str, float], ...], ...]
    others: tuple[tuple[tuple[tuple[str, float], ...], ...], ...]
    columns: tuple[int, ...]
    keys_only: bool


class Schema:
    """Entries by number, words and values to entries, and the join graph."""

    def __init__(self, catalog: Catalog, lexicon: Lexicon) -> None:
        self.catalog = catalog
        self.lexicon = lexicon
        self.graph = JoinGraph(catalog)
        self.spellings = Spellings(catalog)
        self.tables: list[TableEntry] = []
        self.columns: list[ColumnEntry] = []
        self.column_of: dict[tuple[str, str], ColumnEntry] = {}
        self.table_of: dict[str, TableEntry] = {}
        names = [set(split_name(table.name)) for table in catalog.tables]
        self.shared = set.intersection(*names) if len(names) > 1 else set()
        foreign = {(k.table, c) for k in catalog.foreign_keys for c in k.columns}
        for table in catalog.tables:
            self._add_table(table, foreign)
        self.column_words = _index_words([(c.number, (c.words, *c.others)) for c in self.columns])
        self.table_words = _index_words([(t.number, (t.words, *t.others)) for t in self.tables])
        self.values = _index_values(self.columns)
        self.meant_values = _index_meanings(self.columns, lexicon)
        self._by_word: dict[str, dict[int, dict[str, None]]] | None = None
        self._by_length: dict[tuple[str, int], list[str]] | None = None

    def homes_of(self, text: str) -> list[tuple[int, str]]:
        """(column, value) of the values that are `text`, and of the only value of a column that holds it as a word of
        its own ('Baker' for 'Tom Baker')."""
        folded = fold_value(text)
        whole = self.values.get(folded, [])
        if self._by_word is None:
            self._by_word = defaultdict(lambda: defaultdict(dict))
            for entry in self.columns:
                for value in entry.column.values if entry.kind == "text" and not entry.time else ():
                    spelt = self.spellings.of(entry.key, value)[0]
                    words = fold_value(value).split()
                    for word in words if 1 < len(words) <= _NAME_WORDS_MAX else ():
                        self._by_word[word][entry.number][spelt] = None
        parts = self._by_word.get(folded, {}) if len(folded) > 2 else {}
        known = {column for column, _ in whole}
        single = [(c, next(iter(values))) for c, values in parts.items() if len(values) == 1 and c not in known]
        return [*whole, *single]

    def near_values(self, folded: str) -> list[tuple[int, str]]:
        """(column, value as stored) of the values that a mistyped, folded text most likely means: one slip in five to
        nine letters, two in more, the first letter right. Nothing where two values are equally near."""
        if self._by_length is None:
            self._by_length = defaultdict(list)
            for value in self.values:
                if len(value) >= NEAR_LENGTH_MIN:
                    self._by_length[value[0], len(value)].append(value)
        slips = 1 if len(folded) < NEAR_TWO_SLIPS else 2
        best, nearest = slips + 1, []
        for length in range(len(folded) - slips, len(folded) + slips + 1):
            for value in self._by_length.get((folded[0], length), ()):
                distance = count_slips(folded, value, best + 1)
                if distance < best:
                    best, nearest = distance, [value]
                elif distance == best <= slips:
                    nearest.append(value)
        return list(self.values[nearest[0]]) if len(nearest) == 1 else []

    def _add_table(self, table: Table, foreign: set[tuple[str, str]]) -> None:
        number = len(self.tables)
        names = tuple(word for word in split_name(table.name) if word not in self.shared and not is_filler(word))
        names = names or split_name(table.name)
        first = len(self.columns)
        texts = [c.name for c in table.columns if kind_of(c) == "text" and not is_id(c.name)]
        plain = [c.name for c in table.columns if set(split_name(c.name)) <= _PLAIN_VALUES and kind_of(c) == "number"]
        for column in table.columns:
            self.columns.append(
                self._column_entry(len(self.columns), number, table, column, names, foreign, texts[:1] == [column.name])
            )
            if plain == [column.name] and names:  # what a table 'unemployment_2024' holds as 'Value'
                said = (*self.columns[-1].others, self._stems(names[:1]))
                self.columns[-1] = replace(self.columns[-1], others=said)
            self.column_of[(table.name, column.name)] = self.columns[-1]
        own = self.columns[first:]
        entry = TableEntry(
            number,
            table,
            self._stems(names),
            self._other_names(names, table.synonyms),
            tuple(entry.number for entry in own),
            all(entry.foreign or entry.primary or entry.id_like for entry in own),
        )
        self.tables.append(entry)
        self.table_of[table.name] = entry

    def _stems(self, words: tuple[str, ...]) -> tuple[tuple[tuple[str, float], ...], ...]:
        cut = len(words) > 1  # 'lifeExp' is said as 'life expectancy'
        return tuple((*name_stems(word, self.lexicon), *(short_form(word) if cut else ())) for word in words)

    def _other_names(self, words: tuple[str, ...], synonyms: tuple[str, ...]) -> tuple:
        """The names that users gave, and what a Spanish name of several words means in English."""
        meant = translate_name(words, self.lexicon) or month_of(words)
        names = (*map(split_name, synonyms), *([meant] if meant else []))
        whole = ((((f"={''.join(words)}", 1.0),),),) if len(words) > 1 else ()  # typed as it stands: 'gdpPercap'
        return (*(self._stems(name) for name in names), *whole)

    def _column_entry(
        self, number: int, table: int, owner: Table, column: Column, names: tuple[str, ...], foreign: set, first: bool
    ) -> ColumnEntry:
        words = spoken_words(column.name)
        full = split_name(column.name)
        kind = kind_of(column)
        told = set(words)
        return ColumnEntry(
            number=number,
            table=table,
            key=(owner.name, column.name),
            column=column,
            kind=kind,
            words=self._stems(words),
            others=(*self._other_names(full, column.synonyms), *((self._stems(full),) if full != words else ())),
            extra=sum(word in names or word + "s" in names for word in words),
            primary=owner.primary_key == (column.name,),
            foreign=(owner.name, column.name) in foreign,
            id_like=is_id(column.name),
            name_like=bool(told & _NAME_WORDS) or column.name.lower().endswith("name"),
            date_like=kind == "date" or bool(told & _DATE_WORDS),
            place_like=bool(told & _PLACE_WORDS),
            first_text=first,
            unique=min(1.0, (column.distinct or 0) / owner.rows) if owner.rows else 0.0,
            time=time_of(column),
        )


def _index_words(entries: list) -> dict[str, list[tuple[int, int, int, float]]]:
    """stem -> (entry, which name of it, which word of that name, weight)."""
    index: dict[str, list[tuple[int, int, int, float]]] = defaultdict(list)
    for number, names in entries:
        for which, words in enumerate(names):
            for place, stems in enumerate(words):
                for text, weight in stems:
                    index[text].append((number, which, place, weight))
    return dict(index)


def fold_value(text: str) -> str:
    """A stored value or a piece of a question, as the value index compares them."""
    return " ".join(part for part in _VALUE_SPLIT.split(fold(text)) if part)


def count_slips(one: str, other: str, most: int) -> int:
    """Letters changed, dropped, added or swapped with their neighbour between two texts; `most` where it is no less.

    (Optimal string alignment, row by row, given up as soon as no row can stay below `most`.)"""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, target in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != target))
            if earlier and j > 1 and letter == other[j - 2] and one[i - 2] == target:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) >= most:
            return most
    return min(row[-1], most)


_REMARK = re.compile(r"\s*\([^()]*\)\s*$")


def _index_values(columns: list[ColumnEntry]) -> dict[str, list[tuple[int, str]]]:
    """folded value, or what users call it -> (column, value as stored); 'Bank transfer (automatic)' is also found
    without its remark."""
    index: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for entry in columns:
        for value in entry.column.values:
            for folded in dict.fromkeys((fold_value(value), fold_value(_REMARK.sub("", value)))):
                if folded:
                    index[folded].append((entry.number, value))
        for said, stored in entry.column.value_names:
            if fold_value(said):
                index[fold_value(said)].append((entry.number, stored))
    return dict(index)


_LIST_MAX = 40  # different values of a column that is a list to choose from


def _index_meanings(columns: list[ColumnEntry], lexicon: Lexicon) -> dict[str, list[tuple[int, str]]]:
    """stem of what a stored Spanish word means in English -> (column, value as stored), for columns that are lists."""
    index: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for entry in columns:
        listed = entry.kind == "text" and not entry.time and 1 < (entry.column.distinct or 0) <= _LIST_MAX
        for value in entry.column.values if listed else ():
            word = fold_value(value)
            for root in () if word in lexicon.english else meanings_of(word, lexicon):
                if (entry.number, value) not in index[root]:
                    index[root].append((entry.number, value))
    return dict(index)


_KEPT: dict[tuple[int, int], Schema] = {}


def schema_of(catalog: Catalog, lexicon: Lexicon) -> Schema:
    """The schema of a catalog, made once as long as both live; the last eight used are kept."""
    key = (id(catalog), id(lexicon))
    found = _KEPT.pop(key, None)
    if found is None or found.catalog is not catalog:
        found = Schema(catalog, lexicon)
    _KEPT[key] = found  # last used, last to go
    while len(_KEPT) > 8:
        _KEPT.pop(next(iter(_KEPT)), None)
    return found
