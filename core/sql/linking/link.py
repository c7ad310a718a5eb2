"""Links a question's words to tables, columns and stored values, with a score for each role a column can play.

Mentions are found by stems of both languages; values by exact folded text (plurals, short forms and country names
through the lexicon); the scores come from boosted trees over `link_features`. It decides nothing about the query.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.sql.language.lexicon import read_cues
from core.sql.language.words import Token, stem

ROLES = ("select", "agg", "where", "group", "order", "any")


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
    number, date or period."""

    start: int
    end: int
    value: Any
    kind: str
    hits: tuple[tuple[int, Any, float], ...] = ()


@dataclass
class Links:
    """What the question's words may mean. `scores[role][column]` and `table_scores[table]` are log probabilities.

    `periods` are runs of words that name a stretch of days, as values (first ISO day or None, last or None); the
    numbers in them are among the `values` too."""

    question: str
    lang: str
    tokens: list[Token]
    columns: dict[int, list[Mention]] = field(default_factory=dict)
    tables: dict[int, list[Mention]] = field(default_factory=dict)
    values: list[ValueMention] = field(default_factory=list)
    periods: list[ValueMention] = field(default_factory=list)
    candidates: list[int] = field(default_factory=list)
    scores: dict[str, dict[int, float]] = field(default_factory=dict)
    table_scores: dict[int, float] = field(default_factory=dict)


# ---------------------------------------------------------------- names

WEAK_WORDS = frozenset(
    "the a an of in on at to for by with and or is are was were be do does did have has had what which who "
    "whom whose how many much show list find give tell me all each every their its his her that this there from as "
    "than more less most least not no any some it they we you i return display please count".split()
)


WEAK = {stem(word) for word in WEAK_WORDS}


def is_content(token: Token) -> bool:
    """Whether a token can name something by itself."""
    if token.kind != "word" or len(token.word) < 2:
        return False
    thing = stem(token.word) == "return" and token.source.lower() != "return"  # 'returns', 'devoluciones': goods back
    return thing or stem(token.word) not in WEAK


_CUES = {name: frozenset(stem(word) for word in words.split()) for name, words in read_cues()["words"].items()}


CUE_NAMES = tuple(_CUES)


def cue_rows(tokens: list[Token]) -> np.ndarray:
    """(token, cue) 0/1."""
    rows = np.zeros((len(tokens), len(CUE_NAMES)), np.float32)
    for place, token in enumerate(tokens):
        root = stem(token.word)
        for column, name in enumerate(CUE_NAMES):
            if root in _CUES[name]:
                rows[place, column] = 1
    return rows
