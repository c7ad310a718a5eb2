"""What the words of a question are called in the other language: the longest phrase first, then words in any form.

A list of words and phrases, no translation of sentences. The files lie in `core/lexicon/words/`, by topic; a workspace
adds its own in `lexicon.txt`. Nothing here knows an index, weights or stop lists of answers.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.lexicon.entries import TABLES, WORDS, fold, read_entries
from core.lexicon.forms import heads, kin, singulars, stem

OWN_FILE = "lexicon.txt"
_LONGEST = 5  # words of a phrase
_MOST = 4  # translations of a word
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:\d+[^\W_]*)?", re.UNICODE)
_VERB_FORM = re.compile(r".{2,}(?:ó|ió|aron|ieron|aba|aban|ía|ían|ará|erá|irá|arán|erán|irán|ando|iendo)$")
FUNCTION_WORDS = {
    "es": frozenset(
        "a al ante aquel aquella aun aunque cada como con contra cual cuales cuando cuanta cuantas cuanto cuantos "
        "cuya cuyas cuyo cuyos de debe deben del desde donde durante e el ella ellas ellos en entre era eran es esa "
        "esas ese eso esos esta estaba estaban estan estar estas este esto estos fue fueron ha habia habian haber han "
        "hasta hay hubo la las le les lo los mas me menos mi mis muy ni no nos o otra otras otro otros para pero por "
        "porque pueda puede pueden que quien quienes se segun ser si sido siendo sin sobre son su sus tal tambien tan "
        "te tiene tienen tras tu tus u un una unas uno unos y ya dime dame haya sea sean tenia tenian tuvo fuera "
        "fueran seria serian ademas asi".split()
    ),
    "en": frozenset(
        "a about after all also am an and any are as at be because been before being between but by can could did do "
        "does doing done during each for from had has have having he her here him his how i if in into is it its me "
        "might more most must my no nor not of on or our shall she should so some such than that the their them then "
        "there these they this those through to under up us was we were what when where which while who whom whose why "
        "will with would you your s t".split()
    ),
}

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Words `start`..`end` (characters of the question) and what they may be called: each of `meanings` a word or the
    words of a phrase, likeliest first, their irregular forms included; none where the lexicon has nothing."""

    text: str
    start: int
    end: int
    meanings: tuple[Phrase, ...]


@dataclass
class _Side:
    """One direction: entries by their folded words, and single words by stem."""

    entries: dict[Phrase, list[str]] = field(default_factory=dict)
    by_stem: dict[str, list[str]] = field(default_factory=dict)
    by_form: dict[str, list[str]] = field(default_factory=dict)


class Bilingual:
    """The lexicon in both directions. Threads may share it."""

    def __init__(self, pairs: Iterable[tuple[str, Sequence[str]]]) -> None:
        """`pairs` are Spanish texts with what they are called in English; the first ones of a text weigh most."""
        pairs = list(pairs)
        self._sides = {"es": _Side(), "en": _Side()}
        spelled: dict[str, str] = {}
        for text, _ in pairs:
            if spelled.get(fold(text), "").isascii():  # without its accents a stemmer takes a word for another
                spelled[fold(text)] = text.lower()
        back: dict[Phrase, list[tuple[int, int, str]]] = {}
        for number, (spanish, texts) in enumerate(pairs):
            known = self._sides["es"].entries.setdefault(tuple(fold(spanish).split()), [])
            known += [text for text in map(fold, texts) if text not in known]
            for place, text in enumerate(texts):
                back.setdefault(tuple(fold(text).split()), []).append((place, number, spelled[fold(spanish)]))
        for key, found in back.items():
            self._sides["en"].entries[key] = _one_of_each_stem([text for _, _, text in sorted(found)], "es")
        for lang, side in self._sides.items():
            _bend_all(side, lang)

    @functools.cached_property
    def words(self) -> dict[Phrase, Phrase]:
        """Each single Spanish word, folded, with the likeliest words that it is called by in English."""
        return {key: tuple(texts[:_MOST]) for key, texts in self._sides["es"].entries.items() if len(key) == 1}

    def read(self, question: str, source: str, target: str) -> list[Reading]:
        """The question's words in order, function words left out."""
        if source == target or source not in self._sides or target not in self._sides:
            return []
        spans = [(match[0].lower(), match.start(), match.end()) for match in _WORD.finditer(question)]
        found, place = [], 0
        while place < len(spans):
            run, texts = self._longest([word for word, _, _ in spans[place : place + _LONGEST]], source)
            start, end = spans[place][1], spans[place + run - 1][2]
            if run > 1 or fold(spans[place][0]) not in FUNCTION_WORDS[source]:
                found.append(Reading(question[start:end], start, end, _meanings(texts, target)))
            place += run
        return found

    def _longest(self, words: list[str], source: str) -> tuple[int, list[str]]:
        """(words taken, their translations)."""
        side = self._sides[source]
        for run in range(len(words), 1, -1):
            if fold(words[run - 1]) in FUNCTION_WORDS[source]:
                continue
            for key in _phrase_keys(tuple(words[:run]), source):
                if key in side.entries:
                    return run, side.entries[key]
        return 1, self._word(words[0], source)

    def _word(self, word: str, source: str) -> list[str]:
        """Translations of one word, as it stands, then by the dictionary forms that it may have."""
        side, plain = self._sides[source], fold(word)
        if plain in FUNCTION_WORDS[source]:
            return []
        keys = list(_lookups(word, source))
        if source == "es" and _VERB_FORM.match(word):
            keys = [*side.by_form.get(plain, ()), *side.by_stem.get(stem(word, source), ()), *keys]
        for key in keys:
            if (key,) in side.entries:
                return side.entries[(key,)]
        stems = dict.fromkeys((stem(word, source), stem(plain, source)))
        near = side.by_form.get(plain) or next((side.by_stem[root] for root in stems if root in side.by_stem), ())
        texts = [side.entries[(key,)][:_MOST] for key in near[:2]]
        return list(dict.fromkeys(text for row in itertools.zip_longest(*texts) for text in row if text))


@functools.cache
def builtin_bilingual() -> Bilingual:
    """The lexicon that ships with the code."""
    return Bilingual(_builtin_pairs())


@functools.lru_cache(maxsize=8)
def _with_own(path: Path, changed: float) -> Bilingual:
    return Bilingual([*read_entries(path), *_builtin_pairs()])


def bilingual_of(folder: Path) -> Bilingual:
    """The lexicon, and before it the entries of `lexicon.txt` in a workspace's folder where there is one."""
    path = folder / OWN_FILE
    return _with_own(path, path.stat().st_mtime) if path.exists() else builtin_bilingual()


def _builtin_pairs() -> list[tuple[str, Sequence[str]]]:
    topics = sorted(path for path in WORDS.glob("*.txt") if path != TABLES and not path.name.startswith("families_"))
    return [pair for path in (*topics, TABLES) for pair in read_entries(path)]


def _one_of_each_stem(texts: Sequence[str], lang: str) -> list[str]:
    """The texts without those that only bend one before them ('vende' after 'vender')."""
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(stem(text, lang), text)
    return list(found.values())


def _bend_all(side: _Side, lang: str) -> None:
    """Fill in under which stems and irregular forms the single words are found."""
    for key in [key for key in side.entries if len(key) == 1 and key[0].endswith(("arse", "erse", "irse"))]:
        side.entries.setdefault((key[0][:-2],), side.entries[key])
    singles = [key[0] for key in side.entries if len(key) == 1]
    for word in singles:
        if len(word) > 3:
            side.by_stem.setdefault(stem(word, lang), []).append(word)
    for word in singles:
        for form in kin(word, lang):
            side.by_form.setdefault(fold(form), []).append(word)
            if len(form) > 4:
                side.by_stem.setdefault(stem(form, lang), []).append(word)


def _lookups(word: str, lang: str) -> Iterable[str]:
    """Dictionary forms that a word may have, likeliest first."""
    plain = fold(word)
    yield plain
    if lang == "es":
        yield from singulars(plain)
    if plain in heads(lang):
        yield heads(lang)[plain]


def _phrase_keys(words: Phrase, lang: str) -> Iterable[Phrase]:
    """The words as they stand, then with those that bend in their dictionary forms."""
    plain = tuple(map(fold, words))
    yield plain
    if lang == "en":
        last = plain[-1]
        if last.endswith("s"):
            yield (*plain[:-1], last[:-1])
            yield (*plain[:-1], re.sub(r"ies$", "y", last))
        return
    ends = [plain[-1], *singulars(plain[-1])]
    starts = [plain[0], *singulars(plain[0])]
    for start in starts:
        for end in ends:
            yield (start, *plain[1:-1], end)


def _meanings(texts: Sequence[str], target: str) -> tuple[Phrase, ...]:
    """Each text as words, a single word with the forms that its stem does not reach."""
    found: dict[Phrase, None] = {}
    for text in texts[:_MOST]:
        words = tuple(word for word in text.split() if fold(word) not in FUNCTION_WORDS[target])
        if words:
            found[words] = None
    for words in list(found):
        if len(words) == 1:
            head = fold(words[0])
            head = heads(target).get(head, head)
            irregular = [] if head == fold(words[0]) else [head]
            found |= dict.fromkeys((form,) for form in (*irregular, *kin(head, target)))
    return tuple(found)
