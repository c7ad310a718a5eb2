"""Questions about a table as documents print it: a label a row, a period or measure a column, the measure in the title.

'Revenue in Q3 by segment' names the title, a column and the rows' label; no column is called revenue. This reads such
questions by which words of theirs the title, the headers and the labels account for. It runs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.i18n import translate
from core.records import Column, Table
from core.sql.data.names import kind_of
from core.sql.language.lexicon import Lexicon, fold
from core.sql.language.question import tokenize, word_stems
from core.sql.language.words import Token, split_name, stem
from core.sql.linking.link import is_content
from core.sql.safety.quoting import literal, quote

COVERED_MIN = 0.7  # of the question's content words
SURE = 0.85  # a question all of whose words are accounted for
_WORD = re.compile(r"\w+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_QUARTER = re.compile(r"[qt]([1-4])|([1-4])[qt]")
_ORDINAL = {"first": "1", "second": "2", "third": "3", "fourth": "4", "1st": "1", "2nd": "2", "3rd": "3", "4th": "4"}
_ORDINAL |= {"primer": "1", "primero": "1", "segundo": "2", "tercer": "3", "tercero": "3", "cuarto": "4"}
_TOP = {stem(word) for word in "highest most largest biggest top best maximum greatest high".split()}
_BOTTOM = {stem(word) for word in "lowest least smallest worst minimum fewest".split()}
_SUM = {stem(word) for word in "total sum altogether overall".split()}
_ASIDE = {
    stem(word) for word in "by each per every in of for breakdown split detail value amount figure number".split()
}


@dataclass(frozen=True, slots=True)
class Lookup:
    """One way to read a table: value columns of the rows with these labels (empty: all), ordered and cut or summed.

    `covered` (0..1) is the share of the question's content words that this accounts for, `unknown` are the others;
    `fit` tells apart lookups that cover the same: how closely title and headers say it."""

    table: Table
    label: Column
    columns: tuple[Column, ...]
    labels: tuple[str, ...]
    order: str
    limit: int
    total: bool
    covered: float
    unknown: tuple[str, ...]
    fit: float = 0.0


def read_lookup(question: str, lang: str, table: Table, lexicon: Lexicon) -> Lookup | None:
    """How the question reads this table; None where too little of it is accounted for, or no value is asked for."""
    label = next((column for column in table.columns if kind_of(column) in ("text", "date")), None)
    values = [column for column in table.columns if column is not label and kind_of(column) == "number"]
    if label is None or not values:
        return None
    tokens = tokenize(question, lang, lexicon)
    asked = {place: token for place, token in enumerate(tokens) if _counts(token)}
    quarters = _quarters(tokens)
    title = _stems(split_name(table.name.rsplit("_p", 1)[0]), lexicon)
    named = _stems(split_name(label.name), lexicon)
    told = {place for place, token in asked.items() if _said(token, title) or _said(token, named)}
    chosen, by_header, closeness = _choose_columns(asked, quarters, values, lexicon)
    labels, by_label = _choose_labels(question, tokens, label)
    if any(_said(token, named) for token in asked.values()):  # 'total by region' lists the regions
        labels = tuple(value for value in labels if not fold(value).startswith("total"))
    cues = {place for place, token in asked.items() if stem(token.word) in _TOP | _BOTTOM | _SUM}
    covered = told | by_header | by_label | cues
    if not asked or not (told or by_label):
        return None
    share = len(covered & set(asked)) / len(asked)
    left = [asked[place] for place in sorted(set(asked) - covered)]
    # A name that no row carries is a condition: without it the rows would answer another question.
    if share < COVERED_MIN or any(token.source[:1].isupper() and token.start for token in left):
        return None
    fit = closeness + sum(_weight(token, title) for token in asked.values())
    stems = {stem(token.word) for token in tokens}
    order = "DESC" if stems & _TOP else "ASC" if stems & _BOTTOM else ""
    total = bool(stems & _SUM) and not order and not labels and not any(_said(t, named) for t in asked.values())
    limit = next((t.value for t in tokens if t.kind in ("number", "number_word") and t.value in range(1, 21)), 1)
    unknown = tuple(token.source for token in left)
    return Lookup(table, label, chosen, labels, order, limit if order else 0, total, share, unknown, fit)


def write_lookup(lookup: Lookup) -> str:
    """The statement; a row of totals is left out where rows are listed, ordered or summed."""
    label, columns = quote(lookup.label.name), [quote(column.name) for column in lookup.columns]
    if lookup.total:
        items = ", ".join(f"SUM({column}) AS {column}" for column in columns)
    else:
        items = ", ".join([label, *columns])
    text = f"SELECT {items} FROM {quote(lookup.table.name)}"
    if lookup.labels:
        text += f" WHERE {label} IN ({', '.join(map(literal, lookup.labels))})"
    elif lookup.label.type == "VARCHAR":
        text += f" WHERE NOT starts_with(lower({label}), 'total')"
    if lookup.order:
        text += f" ORDER BY {columns[0]} {lookup.order} NULLS LAST LIMIT {lookup.limit}"
    return text


def read_words(lookup: Lookup, lang: str) -> str:
    """How the question was understood, in words."""

    def say(key: str, **params: str) -> str:
        return translate(f"sql.reading.{key}", lang, **params)

    items = ", ".join(f"“{column.name}”" for column in lookup.columns)
    text = say("list", items=say("sum", column=items) if lookup.total else items, tables=f"“{lookup.table.name}”")
    if lookup.labels:
        conditions = say("is", column=f"“{lookup.label.name}”", value=", ".join(lookup.labels))
        return f"{text}, {say('where', conditions=conditions)}"
    return text if lookup.total else f"{text}, {say('group', columns=f'“{lookup.label.name}”')}"


# ---------------------------------------------------------------- words


def _counts(token: Token) -> bool:
    """Whether a word of the question has to be accounted for."""
    if token.kind == "number":
        return bool(_YEAR.fullmatch(token.source))
    return is_content(token) and stem(token.word) not in _ASIDE


def _stems(words: tuple[str, ...], lexicon: Lexicon) -> dict[str, float]:
    found: dict[str, float] = {}
    for word in words:
        for text, weight in word_stems(word, lexicon):
            found[text] = max(found.get(text, 0.0), weight)
    return found


def _weight(token: Token, stems: dict[str, float]) -> float:
    """How well one of these names says a word: 1 its own, less by translation or synonym."""
    return max((weight * stems.get(text, 0.0) for text, weight in token.stems), default=0.0)


def _said(token: Token, stems: dict[str, float]) -> bool:
    return _weight(token, stems) >= 0.45


def _quarters(tokens: list[Token]) -> dict[int, str]:
    """place -> 'q3' of every token that is part of a quarter's name: Q3, 3T, third quarter, tercer trimestre."""
    found: dict[int, str] = {}
    for place, token in enumerate(tokens):
        match = _QUARTER.fullmatch(fold(token.source))
        if match:
            found[place] = f"q{match[1] or match[2]}"
        elif token.word == "quarter":
            for near in (place - 1, place + 1):
                if 0 <= near < len(tokens):
                    number = _ORDINAL.get(fold(tokens[near].source)) or _ORDINAL.get(tokens[near].word)
                    if number:
                        found[place] = found[near] = f"q{number}"
    return found


def _header_words(name: str) -> list[str]:
    """The folded words of a header, quarters alike: `3T 2025`, `Q3 2025` and `Third quarter 2025` -> q3, 2025."""
    words = _WORD.findall(fold(name))
    for place, word in enumerate(words):
        match = _QUARTER.fullmatch(word)
        if match:
            words[place] = f"q{match[1] or match[2]}"
        elif word in ("quarter", "trimestre") and place and words[place - 1] in _ORDINAL:
            words[place - 1 : place + 1] = ["", f"q{_ORDINAL[words[place - 1]]}"]
    return [word for word in words if word]


def _choose_columns(
    asked: dict[int, Token], quarters: dict[int, str], values: list[Column], lexicon: Lexicon
) -> tuple[tuple[Column, ...], set[int], float]:
    """(columns whose headers say most of what was asked and least of what was not, places they account for, how close
    they are); all where no header is named. Of columns that differ in the year alone, and no year was asked for, the
    latest."""
    scored = []
    for column in values:
        words = _header_words(column.name)
        places: set[int] = set()
        matched: set[str] = set()
        for word in words:
            stems = _stems((word,), lexicon)
            for place, token in asked.items():
                same = quarters.get(place) == word or (token.source == word if word.isdigit() else _said(token, stems))
                if same:
                    places.add(place)
                    matched.add(word)
        extra = [word for word in words if word not in matched and (len(word) > 2 or _QUARTER.fullmatch(word))]
        extra = [word for word in extra if not _YEAR.fullmatch(word)]
        scored.append((len(matched) - 0.5 * len(extra), column, places))
    best = max(score for score, _, _ in scored)
    if not any(places for _, _, places in scored):
        return tuple(values), set(), 0.0
    kept = [(column, places) for score, column, places in scored if score == best and places]
    if not kept:
        kept = [(column, places) for _, column, places in scored if places]
    if len(kept) > 1 and not any(_YEAR.fullmatch(token.source) for token in asked.values()):
        kept = _latest(kept)
    return tuple(column for column, _ in kept), set().union(*(places for _, places in kept)), best


def _latest(kept: list[tuple[Column, set[int]]]) -> list[tuple[Column, set[int]]]:
    bare = {_YEAR.sub("", column.name) for column, _ in kept}
    years = [max(_YEAR.findall(column.name), default="") for column, _ in kept]
    return [kept[years.index(max(years))]] if len(bare) == 1 and all(years) else kept


def _choose_labels(question: str, tokens: list[Token], label: Column) -> tuple[tuple[str, ...], set[int]]:
    """(labels that the question says whole, longest first wins, and the places that say them)."""
    said = " ".join(_WORD.findall(fold(question)))
    labels: list[str] = []
    places: set[int] = set()
    for value in sorted(label.values, key=len, reverse=True):
        words = _WORD.findall(fold(value))
        if not words or f" {' '.join(words)} " not in f" {said} ":
            continue
        own = {place for place, token in enumerate(tokens) if fold(token.source) in words}
        if own and not own <= places:
            labels.append(value)
            places |= own
    return tuple(labels), places
