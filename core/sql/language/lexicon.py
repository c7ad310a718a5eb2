"""The bilingual lexicon: Spanish words and phrases in English, synonyms, short forms, and names for stored values.

The words of both languages are `core.lexicon`'s (`ventas = sales, revenue`); the other files lie in
`core/sql/language/lexicon/`, one entry a line: `phrases.txt` (function phrases: `más de = more than`), `synonyms.txt`
(`salary ~ pay, wage`), `short.txt` (`dept = department`), `values.txt` (`spain = españa, es`). `#` opens a comment.
Users extend all of them with files of their own. Nothing here looks at a question or a catalog.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.lexicon.entries import TABLES, fold, read_lines, read_pairs

_FOLDER = Path(__file__).parent / "lexicon"


@dataclass(frozen=True)
class Lexicon:
    """`spanish` and `phrases` map folded Spanish words (a tuple) to English texts; the rest map folded words."""

    spanish: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    phrases: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    short: dict[str, tuple[str, ...]] = field(default_factory=dict)
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _by_stem: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False)

    def spanish_by_stem(self, root: str, stem_of: Callable[[str], str]) -> tuple[str, ...]:
        """English texts of the Spanish single words that have this stem: verbs bend in many ways."""
        if not self._by_stem:
            for key, texts in self.spanish.items():
                if len(key) == 1 and len(key[0]) >= 5:
                    own = stem_of(key[0])
                    self._by_stem[own] = tuple(dict.fromkeys((*self._by_stem.get(own, ()), *texts)))
        return self._by_stem.get(root, ())

    @functools.cached_property
    def english(self) -> frozenset[str]:
        """The English words in it, folded: words that are words, whatever a table stores."""
        texts = (
            text for table in (self.spanish, self.phrases, self.synonyms) for found in table.values() for text in found
        )
        return frozenset(word for text in (*texts, *self.synonyms) for word in fold(text).split())


@functools.cache
def builtin_lexicon() -> Lexicon:
    """The lexicon that ships with the code."""
    return read_lexicon(_FOLDER, Lexicon(spanish=read_pairs(TABLES)))


@functools.cache
def read_cues() -> dict[str, Any]:
    """`cues.toml`: words that tell the kind of query, phrases that tell a comparison."""
    return tomllib.loads((_FOLDER / "cues.toml").read_text(encoding="utf-8"))


def read_lexicon(folder: Path, below: Lexicon | None = None) -> Lexicon:
    """The lexicon of a folder's files; entries of `below` are kept where the folder has none for the same key."""
    below = below or Lexicon()
    return Lexicon(
        spanish={**below.spanish, **read_pairs(folder / "spanish.txt")},
        phrases={**below.phrases, **read_pairs(folder / "phrases.txt")},
        synonyms=_merge(below.synonyms, _symmetric(folder / "synonyms.txt")),
        short={**below.short, **{" ".join(key): texts for key, texts in read_pairs(folder / "short.txt").items()}},
        values=_merge(below.values, _groups(folder / "values.txt")),
    )


def _symmetric(path: Path) -> dict[str, tuple[str, ...]]:
    """`a ~ b, c`: a means b and c, and each of these means a."""
    table: dict[str, tuple[str, ...]] = {}
    for line in read_lines(path):
        left, _, right = line.partition("~")
        others = [fold(part.strip()) for part in right.split(",") if part.strip()]
        key = fold(left.strip())
        table[key] = (*table.get(key, ()), *others)
        for other in others:
            table[other] = (*table.get(other, ()), key)
    return table


def _groups(path: Path) -> dict[str, tuple[str, ...]]:
    """`a = b, c`: all of them are names for one value."""
    table: dict[str, tuple[str, ...]] = {}
    for line in read_lines(path):
        left, _, right = line.partition("=")
        names = [fold(left.strip()), *(fold(part.strip()) for part in right.split(",") if part.strip())]
        for name in names:
            table[name] = tuple(dict.fromkeys((*table.get(name, ()), *(n for n in names if n != name))))
    return table


def _merge(below: dict[str, tuple[str, ...]], above: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(dict.fromkeys((*below.get(key, ()), *above.get(key, ())))) for key in {**below, **above}}
