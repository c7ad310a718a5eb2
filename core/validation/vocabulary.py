"""Words of a text as they are compared: by stem, by what says the same, and across the two languages.

A word matches another where they share a key. It knows opposites and negations, and which of a text's words stand
under one. It judges nothing.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.validation.quantities import fold

_FOLDER = Path(__file__).parent / "lexicon"
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*", re.UNICODE)
_BREAK = re.compile(r"[.;:!?()\n]|,\s|\b(?:but|pero|while|mientras|although|aunque|sino)\b", re.I)
_SCOPE = 5  # words behind a 'not' that stand under it
_COGNATE = 7

Spanish = Mapping[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Word:
    """`stop`: says nothing of its own. `side` is (pair of opposites, +1 or -1) or None. `negated`: stands under a
    negation; `cue`: is one."""

    start: int
    end: int
    text: str
    keys: frozenset[str]
    stop: bool
    side: tuple[int, int] | None = None
    negated: bool = False
    cue: bool = False


class Vocabulary:
    """Reads words of both languages. `spanish` maps Spanish words (folded, in a tuple) to English ones; more of them
    make more answers in another language than their source's provable."""

    def __init__(self, spanish: Spanish | None = None) -> None:
        self._english_of: dict[str, frozenset[str]] = {}
        for spoken, texts in (spanish or {}).items():
            if len(spoken) == 1:
                keys = frozenset(f"en:{_stem(text, 'en')}" for text in texts if " " not in text)
                for form in (spoken[0], _stem(spoken[0], "es")):
                    self._english_of[form] = self._english_of.get(form, frozenset()) | keys
        self._known: dict[tuple[str, str], tuple[frozenset[str], bool, tuple[int, int] | None]] = {}

    def read(self, text: str, lang: str) -> list[Word]:
        """The words of `text` in order, with what stands under a negation."""
        table = lexicon()
        words: list[Word] = []
        spans = _negation_spans(text)
        for match in _TOKEN.finditer(text):
            token = fold(match.group())
            keys, stop, side = self._look_up(token, lang)
            cue = (token in table["negations"] or token.endswith(("n't", "n’t"))) and any(
                a <= match.start() < b for a, b in spans
            )
            words.append(Word(match.start(), match.end(), match.group(), keys, stop, side, False, cue))
        return _under_negation(text, words)

    def _look_up(self, token: str, lang: str) -> tuple[frozenset[str], bool, tuple[int, int] | None]:
        found = self._known.get((token, lang))
        if found is None:
            table = lexicon()
            token = token.removesuffix("'s").removesuffix("’s")
            stem = _stem(token, lang)
            keys = {f"{lang}:{stem}", f"w:{token}"} | table["same"].get(f"{lang}:{stem}", frozenset())
            if lang == "es":
                keys |= self._english_of.get(token, self._english_of.get(stem, frozenset()))
            if len(token) > _COGNATE:
                keys.add(f"~{token[:_COGNATE]}")
            stop = len(token) == 1 or token in table["stop"][lang]
            found = (frozenset(keys), stop, table["sides"].get(f"{lang}:{stem}"))
            self._known[(token, lang)] = found
        return found


@functools.cache
def lexicon() -> dict[str, Any]:
    """`lexicon/words.toml`, by stems."""
    raw = tomllib.loads((_FOLDER / "words.toml").read_text(encoding="utf-8"))
    same: dict[str, set[str]] = {}
    for n, line in enumerate(raw["same"]):
        for key in _stems(line):
            same.setdefault(key, set()).add(f"={n}")
    sides: dict[str, tuple[int, int]] = {}
    for n, line in enumerate(raw["opposite"]):
        for sign, part in zip((1, -1), line.split("<>"), strict=True):
            for key in _stems(part):
                sides.setdefault(key, (n, sign))
    return {
        "same": {key: frozenset(groups) for key, groups in same.items()},
        "sides": sides,
        "negations": frozenset(raw["negations"]),
        "not_negations": tuple(raw["not_negations"]),
        "common_names": frozenset(map(fold, raw["common_names"])),
        "stop": {lang: frozenset(raw[f"stop_{lang}"].split()) for lang in ("en", "es")},
    }


def _stems(line: str) -> list[str]:
    english, _, spanish = line.partition("|")
    return [f"en:{_stem(w, 'en')}" for w in english.split()] + [f"es:{_stem(w, 'es')}" for w in spanish.split()]


@functools.lru_cache(maxsize=50_000)
def _stem(word: str, lang: str) -> str:
    return _stemmer(lang).stemWord(fold(word))


@functools.cache
def _stemmer(lang: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer("spanish" if lang == "es" else "english")


def _negation_spans(text: str) -> list[tuple[int, int]]:
    """Where a negation may count: everywhere but in 'not only', 'no later than' and before a number's 'No. 5'."""
    folded = fold(text)
    holes = [
        (at.start(), at.end())
        for phrase in lexicon()["not_negations"]
        if phrase.split()[0] in folded
        for at in re.finditer(rf"\b{phrase}", folded)
    ]
    holes += [(at.start(), at.end()) for at in re.finditer(r"\bno\.?\s*(?=\d)|\bno\s*[º°]|\bn\.?\s*[º°]", folded)]
    spans, at = [], 0
    for start, end in sorted(holes):
        if start >= at:
            spans.append((at, start))
            at = end
    return [*spans, (at, len(text) + 1)]


def _under_negation(text: str, words: list[Word]) -> list[Word]:
    """The words with `negated` set: the next few behind a cue, up to the end of the clause."""
    if not any(word.cue for word in words):
        return words
    left, end_of_last, marked = 0, 0, []
    for word in words:
        if left and _BREAK.search(text, end_of_last, word.end):
            left = 0
        end_of_last = word.end
        if word.cue:
            left = _SCOPE
            marked.append(word)
            continue
        if left and not word.stop:
            left -= 1
            marked.append(Word(word.start, word.end, word.text, word.keys, word.stop, word.side, True, False))
        else:
            marked.append(word)
    return marked
