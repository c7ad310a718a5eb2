"""Words of a text as they are compared: by stem, by what says the same, and across the two languages.

A word matches another where they share a key. It knows opposites and negations, and which of a text's words stand
under one. It judges nothing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.validation import measures
from core.validation.measures import fold
from core.validation.word_lists import lexicon, sound_of, stem_of, stems_of

_TOKEN = re.compile(r"[^\W\d_]+(?:['’+&][^\W\d_]+)*", re.UNICODE)
_NOUN_CUES = frozenset(("no", "without", "sin", "free", "excluding", "excl"))  # before a noun, up to a preposition
_PREPOSITIONS = frozenset("for of in on to with from para de del en por con".split())
_PARTICIPLE = re.compile(r"(?:ad|id)[oa]s?$")
_BREAK = re.compile(
    r"[;:!?()\n]|\.(?=\s|$)|,\s|"
    r"\b(?:but|pero|while|mientras|although|aunque|sino|until|hasta que|because|porque)\b",
    re.I,
)
_MORE_OR_LESS = frozenset(
    "encima debajo above below more less fewer least most mas menos longer older later higher lower over under".split()
)
_PARTICLES = frozenset(("up", "down"))
_GOING = frozenset("go goes going gone went come came coming move moved moves brought pushed pulled edged".split())
_MODALS = frozenset("may can might could".split())
_DUTIES = frozenset("must should shall need debe deben debera deberan deberia".split())
_UNLESS = frozenset("without sin unless salvo".split())
_LESS = frozenset(("less", "menos"))
_BOUNDS = frozenset(
    (("al", "menos"), ("lo", "menos"), ("cuando", "menos"), ("at", "least"), ("at", "most"), ("y", "menos"))
)
_ABLE = re.compile(r"[- ]?(?:refund|transfer|assign|return|recover|negoti|deduct|reimburs|cancel\w?|renew)[ai]ble\b")
# 'non-refundable' denies; 'non-marketable investments' are a kind of them
_FRACTIONS = (
    "thirds?",
    "quarters?",
    "fifths?",
    "tercios?",
    "cuart[oa]s?",
    "tercera",
    "quint[oa]s?",
    "twice",
    "doble",
    "triple",
)
_UP_BY = re.compile(r" (?:by |from |to |on |about |[€$£]?\d)")
_SCOPE = 5  # words behind a 'not' that stand under it
_COGNATE, _ROOT = 6, 6  # letters of a word that may be alike in both languages, and how many count

_Known = tuple[frozenset[str], bool, "tuple[int, int] | None", int, bool, bool]
Spanish = Mapping[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Word:
    """`stop`: says nothing of its own. `side` is (pair of opposites, +1 or -1) or None. `negated`: stands under a
    negation; `cue`: is one; `denies`: says no without one ('lapse'); `known`: is in the lists; `way`: +1 or -1 where
    it says which way a figure goes."""

    start: int
    end: int
    text: str
    keys: frozenset[str]
    stop: bool
    side: tuple[int, int] | None = None
    negated: bool = False
    cue: bool = False
    way: int = 0
    denies: bool = False
    known: bool = True


class Vocabulary:
    """Reads words of both languages. `spanish` maps Spanish words (folded, in a tuple) to English ones; more of them
    make more answers in another language than their source's provable."""

    def __init__(self, spanish: Spanish | None = None) -> None:
        self._english_of: dict[str, frozenset[str]] = {}
        for spoken, texts in (spanish or {}).items():
            if len(spoken) == 1:
                keys = frozenset(f"en:{stem_of(text, 'en')}" for text in texts if " " not in text)
                for form in {spoken[0], *stems_of(spoken[0], "es")}:
                    self._english_of[form] = self._english_of.get(form, frozenset()) | keys
        self._english = frozenset().union(*self._english_of.values())
        self._known: dict[tuple[str, str], _Known] = {}

    def read(self, text: str, lang: str) -> list[Word]:
        """The words of `text` in order, with what stands under a negation."""
        table = lexicon()
        words: list[Word] = []
        spans = _negation_spans(text)
        for match in _TOKEN.finditer(text):
            token = match.group().lower()
            keys, stop, side, way, denies, known = self._look_up(token, lang)
            token = fold(token)
            cue = (token in table["negations"] or token.endswith(("n't", "n’t"))) and any(
                a <= match.start() < b for a, b in spans
            )
            cue = cue and (token != "non" or _ABLE.match(text, match.end()) is not None)
            words.append(
                Word(match.start(), match.end(), match.group(), keys, stop, side, False, cue, way, denies, known)
            )
        return _conditional(_under_negation(text, _no_bounds(text, _joined(words, lang))))

    def _look_up(self, spoken: str, lang: str) -> _Known:
        """Keys, whether it says nothing, side, way, whether it denies and whether it is known, of a lower-case word."""
        found = self._known.get((spoken, lang))
        if found is None:
            table = lexicon()
            bare = spoken.removesuffix("'s").removesuffix("’s")
            token, stems = fold(bare), [f"{lang}:{stem}" for stem in stems_of(bare, lang)]
            keys = {f"w:{token}", *stems}.union(*(table["same"].get(stem, ()) for stem in stems))
            if lang == "es":
                forms = (token, *stems_of(bare, lang))
                keys |= next((self._english_of[form] for form in forms if form in self._english_of), frozenset())
            if token in measures.lexicon()["numbers"]:
                keys.add(f"#{measures.lexicon()['numbers'][token]}")
            if len(token) > _COGNATE:
                keys.add(f"~{sound_of(token)[:_ROOT]}")
            stop = len(token) == 1 or token in table["stop"][lang]
            side = next((table["sides"][stem] for stem in stems if stem in table["sides"]), None)
            way = next((table["ways"][stem] for stem in stems if stem in table["ways"]), 0)
            denies = any(stem in table["denying"] for stem in stems)
            known = (
                stop or bool(side or way) or any(key[0] in "=#" for key in keys) or not keys.isdisjoint(self._english)
            )
            found = self._known[(spoken, lang)] = (frozenset(keys), stop, side, way, denies, known)
        return found


def _negation_spans(text: str) -> list[tuple[int, int]]:
    """Where a negation may count: everywhere but in 'not only', 'no later than' and before a number's 'No. 5'."""
    folded = fold(text)
    holes = [at.span() for at in lexicon()["not_negations"].finditer(folded)]
    holes += [(at.start(), at.end()) for at in re.finditer(r"\bno\.?\s*(?=\d)|\bno\s*[º°]|\bn\.?\s*[º°]", folded)]
    spans, at = [], 0
    for start, end in sorted(holes):
        if start >= at:
            spans.append((at, start))
            at = end
    return [*spans, (at, len(text) + 1)]


def _forbidden(word: Word) -> Word:
    """A denied 'may' or 'must': what is not allowed."""
    return replace(word, negated=True, side=word.side or lexicon()["sides"]["en:allow"])


def _modal(word: Word) -> Word:
    """'can't' as a denied 'can'."""
    stem = {"ca": "can", "wo": "will"}.get(fold(word.text)[:-3], fold(word.text)[:-3])
    side = lexicon()["sides"].get(f"en:{stem_of(stem, 'en')}")
    return replace(word, side=side, negated=side is not None)


def _joined(words: list[Word], lang: str) -> list[Word]:
    """Two words that mean something together ('quedan fuera', 'no longer'): the second one takes their side."""
    pairs, found = lexicon()["pairs"], list(words)
    for n in range(1, len(words)):
        first, second = (stems_of(word.text.lower(), lang) for word in words[n - 1 : n + 1])
        side = next((pairs[f"{lang}:{a}_{b}"] for a in first for b in second if f"{lang}:{a}_{b}" in pairs), None)
        if side is not None:
            found[n - 1] = replace(found[n - 1], cue=False)
            found[n] = replace(words[n], side=side, stop=False)
    return found


def _no_bounds(text: str, words: list[Word]) -> list[Word]:
    """The words of a bound ('at least 15', 'al menos', 'more than 4 hours') say which way nothing goes; 'less' before
    what has an opposite ('less expensive') turns it."""
    found = list(words)
    for n, word in enumerate(words):
        token = fold(word.text)
        alone = token in _PARTICLES and word.side == lexicon()["sides"].get(f"en:{token}")  # and not 'turned down'
        if alone and n and not _is_way(words[n - 1], text[word.end : word.end + 8]):
            found[n] = replace(word, way=0, side=None)  # 'gives up', 'sets down'
        if token not in _MORE_OR_LESS:
            continue
        before = fold(words[n - 1].text) if n else ""
        if (before, token) in _BOUNDS or _bound().match(fold(text[word.end : word.end + 28])):
            found[n] = replace(word, way=0, side=None, stop=True)
        elif token in _LESS and n + 1 < len(words) and _turns(words[n + 1]):
            found[n] = replace(word, way=0, side=None)
            found[n + 1] = replace(words[n + 1], negated=True)
    return found


def _is_way(before: Word, behind: str) -> bool:
    """Whether 'up' or 'down' tells a way: behind a form of 'be' or 'go', or before a figure."""
    return before.stop or bool(before.way) or fold(before.text) in _GOING or bool(_UP_BY.match(behind))


@functools.cache
def _bound() -> re.Pattern[str]:
    """What makes a limit of 'more' or 'less': a figure behind it, in digits or words."""
    numbers = "|".join((*measures.lexicon()["numbers"], "half", "one", "mitad", *_FRACTIONS))
    return re.compile(
        r"\s+(?:than|de|del|que)?\s*(?:los |las |el |la |the |un |una |a )?(?:[€$£]\s?)?"
        rf"(?:(?!(?:19|20)\d\d\b)\d|(?:{numbers})\b)"  # '7 % below 2021' is no bound
    )


def _turns(word: Word) -> bool:
    return word.side is not None and word.side[0] not in lexicon()["unturned"]


def _conditional(words: list[Word]) -> list[Word]:
    """'May not be sublet without consent' forbids nothing outright: what is denied up to 'without' takes no side."""
    cues = [n for n, word in enumerate(words) if word.cue or fold(word.text) in _UNLESS]
    lacking = next((n for n in cues[1:] if fold(words[n].text) in _UNLESS), None)
    if lacking is None:
        return words
    pair = lexicon()["sides"]["en:allow"][0]
    return [
        replace(word, side=None) if n < lacking and word.side is not None and word.side[0] == pair else word
        for n, word in enumerate(words)
    ]


def _under_negation(text: str, words: list[Word]) -> list[Word]:
    """The words with `negated` set: the next few behind a cue, up to the end of the clause."""
    if not any(word.cue for word in words):
        return words
    left, end_of_last, marked, noun = 0, 0, [], False
    for word in words:
        token = fold(word.text)
        if left and _BREAK.search(text, end_of_last, word.end):
            left = 0
        if noun and left < _SCOPE and token in _PREPOSITIONS:
            left = 0  # 'no minimum for samples': the samples are not denied
        end_of_last = word.end
        if word.cue:
            left = _SCOPE
            noun = token in _NOUN_CUES
            if marked and fold(marked[-1].text) in _MODALS | _DUTIES:
                marked[-1] = _forbidden(marked[-1])  # 'may not', 'must not'
            elif word.side is None and token.endswith("n't"):
                word = _modal(word)
            marked.append(word)
            continue
        if left == _SCOPE and token in _DUTIES:
            marked.append(_forbidden(word))  # 'no debe'
        elif left == _SCOPE and word.stop and word.side is not None:
            marked.append(replace(word, negated=True))  # 'no pueden'
        elif left and not word.stop:
            left = 0 if left == _SCOPE and _PARTICIPLE.search(token) else left - 1  # 'no disfrutados'
            marked.append(replace(word, negated=True))
        else:
            marked.append(word)
    return marked
