"""What a question says of where to look: sources named, comparing, counting, explaining.

Patterns are in `cues.toml`, one set a language. It decides nothing and reads no workspace.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

_CUES = Path(__file__).with_name("cues.toml")
GROUPS = ("document", "table", "compare", "report", "quantity", "prose", "anaphora")


@dataclass(frozen=True, slots=True)
class Said:
    """How often each group of cues is said (capped at 3), whether a table or a document is called by its name, and
    whether the answer is to be a table's and no document's ('according to the table')."""

    document: int = 0
    table: int = 0
    compare: int = 0
    report: int = 0
    quantity: int = 0
    prose: int = 0
    anaphora: int = 0
    names_table: bool = False
    names_document: bool = False
    by_table: bool = False


def read_cues(question: str, lang: str, tables: tuple[str, ...] = (), documents: tuple[str, ...] = ()) -> Said:
    """The cues of a question; `tables` and `documents` are the names of what is here (files without their endings)."""
    folded = fold(question)
    counts = {group: min(3, len(pattern(group, lang).findall(folded))) for group in GROUPS}
    named = {"names_table": _names(folded, tables), "names_document": _names(folded, documents)}
    by_table = not counts["document"] and re.search(rf"\b{_BY[lang]}(?:{cue('table', lang)})\b", folded) is not None
    return Said(**counts, **named, by_table=by_table)


_BY = {
    "en": r"(?:according to|as per|going by) (?:(?:the|our|your) )?(?:\w+ )?",
    "es": r"segun (?:(?:el|la|los|las|nuestr[oa]s?|tus?) )?",
}


def _names(folded: str, names: tuple[str, ...]) -> bool:
    padded = f" {_words(folded)} "
    return any(len(words) > 3 and f" {words} " in padded for words in map(_words, map(fold, names)))


def _words(folded: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", folded))


@functools.cache
def pattern(group: str, lang: str) -> re.Pattern[str]:
    """The cues of a group as whole words, on folded text."""
    return re.compile(rf"\b(?:{_cues()[lang][group]})\b")


def cue(group: str, lang: str) -> str:
    """The alternatives of a group, to be built into a larger pattern."""
    return _cues()[lang][group]


@functools.cache
def _cues() -> dict[str, dict[str, str]]:
    return tomllib.loads(_CUES.read_text(encoding="utf-8"))


def fold(text: str) -> str:
    """Lower case without accents, each character for one: positions in the folded text are those of `text`."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


class _Folding(dict[int, str]):
    """A table for `str.translate` that learns each character when it is first met."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code).lower())
        kept = "".join(mark for mark in plain if not unicodedata.combining(mark))
        self[code] = kept if len(kept) == 1 else chr(code).lower()[:1] or chr(code)
        return self[code]


_FOLDING = _Folding()
