"""Words of one root in both languages ('constitución', 'constitution'), told by their letters alone. It lists none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from itertools import islice

from core.lexicon.entries import fold

_SHORTEST = 6  # shorter words look alike by chance
_ALIKE = 0.82
_OPENING = 4
_MOST = 3
_ENDINGS = (
    ("aciones", "ation"), ("iciones", "ition"), ("ciones", "tion"), ("cion", "tion"), ("siones", "sion"),
    ("idades", "ity"), ("idad", "ity"), ("ities", "ity"), ("edad", "ety"), ("encias", "nce"), ("encia", "nce"),
    ("ancias", "nce"), ("ancia", "nce"), ("ences", "nce"), ("ence", "nce"), ("ency", "nce"), ("ancy", "nce"),
    ("ance", "nce"), ("arios", "ari"), ("arias", "ari"), ("ario", "ari"), ("aria", "ari"), ("aries", "ari"),
    ("ary", "ari"), ("orios", "ori"), ("orio", "ori"), ("oria", "ori"), ("ories", "ori"), ("ory", "ori"),
    ("icamente", "ic"), ("ically", "ic"), ("icos", "ic"), ("icas", "ic"), ("ico", "ic"), ("ica", "ic"),
    ("ical", "ic"), ("ics", "ic"), ("ivamente", "iv"), ("ively", "iv"), ("ivos", "iv"), ("ivas", "iv"), ("ivo", "iv"),
    ("iva", "iv"), ("ives", "iv"), ("ive", "iv"), ("osos", "ous"), ("osas", "ous"), ("oso", "ous"), ("osa", "ous"),
    ("mentos", "ment"), ("mento", "ment"), ("ments", "ment"), ("ismos", "ism"), ("ismo", "ism"), ("istas", "ist"),
    ("ista", "ist"), ("ists", "ist"), ("logia", "log"), ("logy", "log"), ("grafia", "graf"), ("graphy", "graf"),
    ("mente", ""), ("ly", ""), ("izar", "iz"), ("ized", "iz"), ("ised", "iz"), ("ize", "iz"), ("ise", "iz"),
    ("ificar", "ific"), ("ified", "ific"), ("ify", "ific"), ("ados", "at"), ("adas", "at"), ("ado", "at"),
    ("ada", "at"), ("ated", "at"), ("ates", "at"), ("ate", "at"), ("idos", ""), ("idas", ""), ("ido", ""),
    ("ida", ""), ("ing", ""), ("ed", ""), ("ar", ""), ("er", ""), ("ir", ""), ("us", ""), ("um", ""),
)  # fmt: skip


_BY_LAST = {last: tuple(pair for pair in _ENDINGS if pair[0][-1] == last) for last in {end[-1] for end, _ in _ENDINGS}}
_TWICE = re.compile(r"(.)\1")


def root_of(word: str) -> str:
    """What a word of Latin or Greek root shares with its sister in the other language; '' for short words."""
    word = fold(word)
    if len(word) < _SHORTEST or not word.isalpha():
        return ""
    text = next((word[: -len(end)] + common for end, common in _BY_LAST.get(word[-1], ()) if word.endswith(end)), word)
    if text.startswith(("esp", "est", "esc", "esf", "esl")):
        text = text[1:]
    text = text.replace("ph", "f").replace("th", "t").replace("qu", "c").replace("k", "c").replace("y", "i")
    text = _TWICE.sub(r"\1", text.replace("nm", "mm")).rstrip("s").rstrip("aeio")
    return text if len(text) >= _SHORTEST - 2 else ""


class Cognates:
    """The words of one language by root, to find those that look like a word of the other; words may be added."""

    def __init__(self) -> None:
        self._roots: dict[str, list[str]] = {}
        self._openings: dict[str, list[str]] = {}
        self.count = 0

    def add(self, words: Iterable[str]) -> None:
        for word in words:
            self.count += 1
            root = root_of(word)
            if not root:
                continue
            if root not in self._roots:
                self._openings.setdefault(root[:_OPENING], []).append(root)
            self._roots.setdefault(root, []).append(word)

    def find(self, word: str, held: Callable[[str], bool] = lambda _: True) -> tuple[str, ...]:
        """The words with the root of `word`, likest first; where there is none, those whose root is nearly the same.

        Only words that are `held`: in what order words were added, and what was there once, makes no difference."""
        root = root_of(word)
        if not root:
            return ()
        if same := self._with_root(root, word, held):
            return tuple(same[:_MOST])
        near = [(_similarity(root, other), other) for other in self._openings.get(root[:_OPENING], ())]
        likeliest = sorted((pair for pair in near if pair[0] >= _ALIKE), reverse=True)
        return tuple(islice((found for _, other in likeliest for found in self._with_root(other, word, held)), _MOST))

    def _with_root(self, root: str, word: str, held: Callable[[str], bool]) -> list[str]:
        like = SequenceMatcher(b=fold(word), autojunk=False)

        def place(other: str) -> tuple[float, str]:
            like.set_seq1(fold(other))
            return -like.ratio(), other

        return sorted(filter(held, self._roots.get(root, ())), key=place)


def _similarity(one: str, other: str) -> float:
    """0..1: the share of letters in common runs (Ratcliff & Obershelp 1988); 0 where lengths differ much."""
    if min(len(one), len(other)) < _SHORTEST - 1 or abs(len(one) - len(other)) > 3:
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
