"""The words of office documents in English and Spanish, so that a question meets what is written in the other
language. A plain list (`bilingual.txt`), no translation: it knows words, not sentences.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

from core.index.lexical import analyzer, fold, words

_FILE = Path(__file__).with_name("bilingual.txt")


def translate_word(word: str, source: str, target: str) -> tuple[str, ...]:
    """The words of language `target` for a word of `source`, whatever its inflection; empty where it is not listed."""
    if source == target:
        return ()
    table = _tables().get((source, target), {})
    return table.get(_stem(word, source), ())


def with_translations(question: str, lang: str, langs: Iterable[str]) -> str:
    """The question, and after it the words that its listed words have in the other languages of a library."""
    others = [other for target in langs for word in words(question) for other in translate_word(word, lang, target)]
    return f"{question} {' '.join(others)}" if others else question


@functools.cache
def _tables() -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    """For each direction, the translations by stem."""
    found: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {("en", "es"): {}, ("es", "en"): {}}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        english, spanish = ([part.strip() for part in side.split(",")] for side in line.split("="))
        for source, own, target, others in (("en", english, "es", spanish), ("es", spanish, "en", english)):
            table = found[source, target]
            for stem in dict.fromkeys(_stem(form, source) for word in own for form in (word, f"{word}s", f"{word}es")):
                known = table.get(stem, ())
                table[stem] = known + tuple(other for other in others if other not in known)
    return found


def _stem(word: str, lang: str) -> str:
    return analyzer(lang)(fold(word.lower()) if lang == "en" else word.lower())[1]
