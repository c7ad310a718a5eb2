"""Words of a text with what they match by: stems from the index, weight by rarity. It knows no question kinds and no
scores.

A word matches another when they share any key (stem or surface form). Weights lie in 0..1 and stay useful in a corpus
of one document, where inverse document frequency alone says nothing.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from core.index.bilingual import Across

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:[\-'’][^\W\d_]+)*|[^\W_]+", re.UNICODE)
_UNSEEN = "\x00unseen"

STOP_WORDS = {
    "en": frozenset(
        "a an the of to and or in on at with by for from as that which who whom whose what when where why how is are "
        "was were be been being am has have had having do does did doing done it its this these those there their "
        "they them he his him she her hers we our us you your i my me if than then so but not no nor into about "
        "between through during before after over under again also any some such only own same other others can could "
        "will would shall should may might must get gets got each per s t d ll m re ve more most many much one kind "
        "type sort name named called call give tell show me please list document documents report say says said "
        "according out up down off because while both few very just long far old often compare comparison difference "
        "differences versus vs explain describe mention enumerate summarise summarize summary overview".split()
    ),
    "es": frozenset(
        "el la los las lo un una unos unas de del al a y e o u en con por para que cual cuales quien quienes cuando "
        "cuanto cuanta cuantos cuantas donde adonde como porque su sus se le les me mi mis te tu tus nos es son fue "
        "fueron era eran ser sido siendo esta estan estaba estaban estar ha han habia habian haber hay hubo no ni si "
        "sin sobre entre desde hasta cuyo cuya cuyos cuyas este estos esta estas ese esos esa esas eso esto aquel "
        "aquella aquellos muy pero tambien mas menos durante ante bajo tras segun cada otro otra otros otras mismo "
        "misma puede pueden podia podria debe deben tipo clase nombre llama llamaba llamado llamada llaman dime dame "
        "muestra lista documento documentos informe dice dicen hacer hace hizo hacia tiene tienen tenia tuvo tan solo "
        "ya pudo pudieron podra podran corresponde corresponden todo toda todos todas algun alguna algunos algunas "
        "uno dos compara comparar diferencia diferencias explica describe menciona enumera indica significa resume "
        "resumen resumir resumeme".split()
    ),
}


class Terms(Protocol):
    """What is needed from a search index: the keys of a text, how rare a key is, which documents it names."""

    def terms(self, text: str, lang: str) -> list[str]: ...

    def idf(self, term: str) -> float: ...

    def bearers(self, term: str) -> frozenset[int]: ...

    def holders(self, term: str) -> frozenset[int]: ...

    def read_across(self, question: str, lang: str, other: str) -> Sequence[Across]: ...


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: its range there, what it matches by, and how much a match is worth (0 for stop words).

    `opening` are the first five letters of a longer word, folded."""

    text: str
    start: int
    end: int
    keys: frozenset[str]
    weight: float
    opening: str = ""

    @property
    def named(self) -> bool:
        """Capitalised, and not because a sentence begins with it."""
        return self.start > 1 and self.text[0].isupper()

    @property
    def exact(self) -> bool:
        """Digits or a capital: matched by its form more than by its meaning."""
        return any(char.isdigit() or char.isupper() for char in self.text)


class _Folding(dict[int, str]):
    """A table for `str.translate` that learns each character when it is first met."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFD", chr(code))[0].lower()
        self[code] = plain if len(plain) == 1 else chr(code)
        return self[code]


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Lower case without accents, of the same length as `text` so that offsets stay true (ñ becomes n)."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


class Vocabulary:
    """Reads words against one index; one for each answer, so that it never outlives a change of the index."""

    def __init__(self, index: Terms) -> None:
        self._index = index
        self._terms = index.terms
        self._weights: dict[str, float] = {}
        self._rarest = max(index.idf(_UNSEEN), 1e-6)

    def words(self, text: str, lang: str) -> list[Word]:
        """The words of a document's text; every content word weighs 1."""
        terms = self._terms
        return [
            Word(match.group(), match.start(), match.end(), *_read(terms, match.group(), lang))
            for match in _TOKEN.finditer(text)
        ]

    def all_keys(self, text: str, lang: str) -> frozenset[str]:
        """What the words of a document's text match by, all together."""
        return frozenset().union(*(_read(self._terms, token, lang)[0] for token in set(_TOKEN.findall(text))))

    def question_words(self, text: str, lang: str) -> list[Word]:
        """The content words of a question, weighed by how rare they are in the index."""
        return [replace(word, weight=self.weight(word.keys)) for word in self.words(text, lang) if word.weight > 0]

    def words_across(self, text: str, lang: str, other: str) -> list[Word]:
        """The content words of a question as text in the language `other` may hold them, in order; a phrase gives as
        many words as it has there, and weighs as much as it does here."""
        own = [word for word in self.words(text, lang) if word.weight > 0]
        found = []
        for one in self._index.read_across(text, lang, other):
            inside = [word for word in own if word.start < one.end and one.start < word.end]
            slots = [slot for slot in one.slots if not is_stop(slot[0], other)]
            if not inside or not slots:
                continue
            share = min(len(inside) / len(slots), 1.0)
            for place, slot in enumerate(slots):
                word = inside[min(place, len(inside) - 1)]
                keys = [self.keys(form, other) for form in slot]
                weight = share * self._weight_of_any(keys)
                found.append(replace(word, keys=frozenset().union(*keys), weight=weight, opening=""))
        return found

    def _weight_of_any(self, forms: Sequence[frozenset[str]]) -> float:
        """How much a word weighs by what it may be called: the mean of the forms that some passage holds."""
        weights = [self.weight(keys) for keys in forms]
        seen = [weight for weight in weights if weight < 1.0]
        return sum(seen) / len(seen) if seen else 1.0

    def keys(self, token: str, lang: str) -> frozenset[str]:
        return _read(self._terms, token, lang)[0]

    def weight(self, keys: Iterable[str]) -> float:
        """0.2 (in every passage) to 1 (in none), by the commonest of a word's keys."""
        return min((self._weight(key) for key in keys), default=1.0)

    def seen(self, word: Word) -> bool:
        """Whether any passage of the index holds the word in some form."""
        return any(self._weight(key) < 1.0 for key in word.keys)

    def bearers(self, word: Word) -> frozenset[int]:
        """The documents that a word names: a company's reports, a product's manual."""
        return frozenset().union(*(self._index.bearers(key) for key in word.keys))

    def holders(self, word: Word) -> frozenset[int]:
        """The documents that hold a word in some form."""
        return frozenset().union(*(self._index.holders(key) for key in word.keys))

    def _weight(self, key: str) -> float:
        if key not in self._weights:
            share = min(self._index.idf(key) / self._rarest, 1.0)
            self._weights[key] = 0.2 + 0.8 * max(share, 0.0)
        return self._weights[key]


@functools.lru_cache(maxsize=100_000)
def _read(terms: Callable[[str, str], list[str]], token: str, lang: str) -> tuple[frozenset[str], float, str]:
    """Keys, weight and opening of a token: what the same token gives in every text of its language."""
    folded = fold(token)
    opening = folded[:5] if len(token) > 5 and token.isalpha() else ""
    return frozenset(terms(token, lang)) | {folded}, 0.0 if is_stop(token, lang) else 1.0, opening


def is_stop(token: str, lang: str) -> bool:
    return fold(token) in STOP_WORDS.get(lang, STOP_WORDS["en"])
