"""Spanish text with its words in English, one by one, for an encoder that has learned English alone.

Such an encoder cuts a Spanish word into pieces that mean nothing to it; given the English word instead it finds in
Spanish text nearly what it finds in English, and one language from the other (word-by-word translation by a dictionary,
Pirkola 1998). A word that the list lacks is tried as a form of one that it has, then as a cognate among the encoder's
own words ('constitución': constitution); what is found nowhere stays. It is no translation and nobody is shown it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator
from pathlib import Path

_WORD = re.compile(r"[^\W\d_]+")
_OPENS = frozenset('.!?¿¡:;\n"«([')  # before a word whose capital says nothing
_REMEMBERED_MOST = 50_000
_VERB_LEAST, _COGNATE_LEAST = 4, 6

# What the regular forms of -ar, -er and -ir verbs add to the stem, pronouns included; accents folded.
_VERB_ENDINGS = tuple(
    sorted(
        set(
            "o as a amos ais an e aste asteis aron aba abas abamos aban are aras ara aremos aran aria arian es emos en "
            "ase asen ando ado ada ados adas ar arse arlo arla arlos arlas arle arles andose aramos ariamos "
            "i iste io imos ieron ia ias iamos ian ere era eremos eran eria erian iera ieran iese iendo ido ida idos "
            "idas er erse erlo erla erlos erlas erle ir irse irlo irla irlos ire ira iran iria irian iendose yendo yo "
            "yeron ieramos eriamos".split()
        ),
        key=lambda ending: (-len(ending), ending),
    )
)
# A stem is written otherwise before other vowels: 'busqué' of buscar, 'pague' of pagar, 'utilice' of utilizar.
_STEM_SPELLINGS = (("qu", "c"), ("gu", "g"), ("c", "z"), ("j", "g"), ("z", "c"))

# How Spanish words end, and their English cognates; the longest that fits leads. '' is the bare word.
_COGNATE_ENDINGS = tuple(
    sorted(
        (
            (spanish, english)
            for spanish, *found in (
                line.split()
                for line in (
                    "ciones tions", "cion tion", "siones sions", "sion sion", "idades ities", "idad ity", "edad ety",
                    "tad ty", "icamente ically", "mente ly", "logias logies", "logia logy", "grafia graphy",
                    "ismos isms", "ismo ism", "istas ists", "ista ist", "encias ences encies", "encia ence ency",
                    "ancias ances", "ancia ance", "oso ous", "osa ous", "osos ous", "osas ous", "ico ic ical ist",
                    "ica ic ical", "icos ic ical", "icas ic ical", "ivo ive", "iva ive", "ivos ive", "ivas ive",
                    "ario ary", "aria ary", "arios aries", "arias aries", "orio ory", "ente ent", "entes ents",
                    "ante ant", "antes ants", "ina in", "inas ins", "ino ine in inal", "ado ate", "ada ate",
                    "ados ates", "ia y", "ias ies", "io y ium e", "cia cy", "eza ty", "uro ure", "ura ure",
                    "uras ures", "able able", "ibles ible", "ables able", "ores ors", "or er", "ales al", "iles ile",
                    "o - e us al", "a - e al", "e -", "os s es -", "as s es -", "es s -", "ar ate e -", "ir -",
                    "izar ize", "ificar ify", "- -",
                )
            )
            for english in found
        ),
        key=lambda pair: -len(pair[0].strip("-")),
    )
)  # fmt: skip
_COGNATE_ENDINGS = tuple((spanish.strip("-"), english.strip("-")) for spanish, english in _COGNATE_ENDINGS)
# Letters that the two languages write otherwise in a cognate, each tried once and alone.
_COGNATE_SPELLINGS = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"^es(?=[cpqt])", "s"), (r"f", "ph"), (r"cc", "ct"), (r"^in(?=m)", "im"), (r"t", "th"), (r"i", "y"),
        (r"n$", "nn"), (r"c", "ch"), (r"cu", "qu"), (r"l", "ll"), (r"s", "ss"), (r"f", "ff"), (r"c", "cc"),
        (r"m", "mm"), (r"t", "tt"), (r"p", "pp"), (r"cion", "ction"),
    )
)  # fmt: skip


class Gloss:
    """The words of a list as a function over texts. `vocabulary`: the encoder's whole words, where cognates are
    looked for. Threads may share it."""

    def __init__(self, path: Path, vocabulary: Collection[str] = ()) -> None:
        self._words: dict[str, str] = {}
        self._folded: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        for spanish, english in _read_list(path):
            folded = fold(spanish)
            self._words.setdefault(spanish, english)
            self._folded.setdefault(folded, english)
            if " " not in spanish and len(folded) >= _VERB_LEAST and folded[-2:] in ("ar", "er", "ir"):
                self._stems.setdefault(folded[:-2], english)
        self._longest: dict[str, int] = {}  # words of the longest phrase that begins with a word
        for spanish in self._words:
            first, *others = fold(spanish).split()
            self._longest[first] = max(self._longest.get(first, 1), 1 + len(others))
        self._vocabulary = frozenset(word for word in vocabulary if word.isascii() and word.isalpha())
        self._remembered: dict[tuple[str, bool], str | None] = {}

    def __call__(self, text: str) -> str:
        """The text with the English of each known word in its place; all else as it was."""
        found = list(_WORD.finditer(text))
        parts, at, i = [], 0, 0
        while i < len(found):
            count, english = self._read(text, found, i)
            if english is not None:
                parts += [text[at : found[i].start()], english]
                at = found[i + count - 1].end()
            i += count
        return "".join([*parts, text[at:]])

    def read(self, text: str, lang: str) -> str:
        """The text as the encoder is to see it: with English words where it is Spanish, else as it is."""
        return self(text) if lang == "es" else text

    def _read(self, text: str, found: list[re.Match[str]], i: int) -> tuple[int, str | None]:
        """The longest phrase from the i-th word on, else the word: (words read, English or None)."""
        word = found[i][0]
        for count in range(min(self._longest.get(fold(word.lower()), 1), len(found) - i), 1, -1):
            phrase = text[found[i].start() : found[i + count - 1].end()].lower()
            english = self._folded.get(fold(phrase))
            if english is not None:
                return count, english
        if word.isupper() and len(word) < 5 and not text.isupper():  # an abbreviation
            return 1, None
        before = text[max(found[i].start() - 3, 0) : found[i].start()].rstrip(" ")
        is_name = word[0].isupper() and bool(before) and before[-1] not in _OPENS
        return 1, self._find(word.lower(), is_name)

    def _find(self, word: str, is_name: bool) -> str | None:
        """The English of a word in lower case; of what may be a name only where the list holds it."""
        key = (word, is_name)
        if key not in self._remembered:
            if len(self._remembered) >= _REMEMBERED_MOST:
                self._remembered.clear()
            self._remembered[key] = self._look_up(word, is_name)
        return self._remembered[key]

    def _look_up(self, word: str, is_name: bool) -> str | None:
        if word in self._words:
            return self._words[word]
        plain = fold(word)
        for form in (plain, *_singulars(plain)):
            if form in self._folded:
                return self._folded[form]
        if is_name or len(plain) < _VERB_LEAST:
            return None
        for ways in (self._adverb, self._verb, self._cognate):
            english = ways(plain)
            if english is not None:
                return english
        return None

    def _adverb(self, word: str) -> str | None:
        stem = word.removesuffix("mente")
        found = (self._folded[form] for form in (stem, f"{stem[:-1]}o") if stem != word and form in self._folded)
        return next((f"{english}ly" for english in found if english), None)

    def _verb(self, word: str) -> str | None:
        for ending in _VERB_ENDINGS:
            stem = word.removesuffix(ending)
            if stem == word or len(stem) < 2 or (len(stem) < 3 and len(ending) < 3):
                continue
            forms = [stem, *(stem.removesuffix(a) + b for a, b in _STEM_SPELLINGS if stem.endswith(a))]
            for form in forms:
                if form in self._stems:
                    return self._stems[form]
        return None

    def _cognate(self, word: str) -> str | None:
        if len(word) < _COGNATE_LEAST or word in self._vocabulary:
            return None
        written = [word, *(pattern.sub(letters, word, count=1) for pattern, letters in _COGNATE_SPELLINGS)]
        for form in dict.fromkeys(written):
            for spanish, english in _COGNATE_ENDINGS:
                if form.endswith(spanish):
                    guess = form.removesuffix(spanish) + english
                    if len(guess) >= _COGNATE_LEAST - 1 and guess in self._vocabulary:
                        return guess
        return None


def open_gloss(words: Path, encoder: Path) -> Gloss:
    """The list for the encoder in a folder, whose `tokenizer.json` says which words it knows whole."""
    from tokenizers import Tokenizer

    return Gloss(words, Tokenizer.from_file(str(encoder / "tokenizer.json")).get_vocab())


def fold(text: str) -> str:
    """Without accents; ñ is n."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def hash_list(path: Path) -> str:
    """The sha256 of a list: texts read by another one have other vectors."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_list(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            spanish, _, english = line.partition("=")
            for form in spanish.split(","):
                yield form.strip(), english.strip()


def _singulars(word: str) -> Iterator[str]:
    """What a word may be the plural or the feminine of."""
    for ending, others in (
        ("ces", ("z",)),
        ("isimo", ("o",)),
        ("isima", ("o",)),
        ("es", ("",)),
        ("as", ("a", "o", "")),
        ("s", ("",)),
        ("a", ("o", "")),
    ):
        if len(word) >= _VERB_LEAST and word.endswith(ending):
            yield from (word.removesuffix(ending) + other for other in others)
