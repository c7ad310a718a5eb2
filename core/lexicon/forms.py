"""How words bend where a stemmer does not follow: irregular forms, Spanish verbs that change their root, stems.

`families_en.txt` and `families_es.txt` hold one word a line with its irregular forms and nearest kin (`sell sold
sale`); verbs built on a listed one bend like it ('obtener' like 'tener'). It knows no translations.
"""

from __future__ import annotations

import functools

from core.lexicon.entries import WORDS, fold, read_lines

_SNOWBALL = {"en": "english", "es": "spanish"}
_PREFIXES = {
    "en": "un re over under out fore mis with up be down inter".split(),
    "es": "a abs ante atra auto bene com con contra de des deten dis em en ex expo fo im inter maldi man ob o pos pre "
    "pro re recom satis sobre sos su sub super tras trans pres ad".split(),
}


@functools.lru_cache(maxsize=100_000)
def stem(word: str, lang: str) -> str:
    """The folded Snowball stem of a word in lower case; with its accents the stemmer sees more endings."""
    return fold(_stemmer(lang).stemWord(word))


@functools.cache
def _stemmer(lang: str):
    import Stemmer

    return Stemmer.Stemmer(_SNOWBALL[lang])


@functools.lru_cache(maxsize=50_000)
def kin(word: str, lang: str) -> tuple[str, ...]:
    """The other forms, with their accents, of a folded dictionary word that its stem does not reach: 'sell' -> 'sold',
    'perder' -> 'pierde'."""
    own = _families(lang).get(word)
    if own is None:
        own = _like_a_listed_one(word, lang)
    bent = _bend(word) if lang == "es" and word[-2:] in ("ar", "er", "ir") and len(word) > 4 else ()
    return tuple(form for form in dict.fromkeys((*own, *bent)) if fold(form) != word)


@functools.cache
def heads(lang: str) -> dict[str, str]:
    """The word under which each irregular form is listed: 'sold' -> 'sell'."""
    return {fold(form): fold(forms[0]) for forms in _families(lang).values() for form in reversed(forms)}


def singulars(word: str) -> list[str]:
    """A folded Spanish word's likely singular and masculine forms, likeliest first."""
    found = []
    if word.endswith("ces"):
        found.append(word[:-3] + "z")
    if word.endswith("s") and len(word) > 3:
        found.append(word[:-1])
    if word.endswith("es") and len(word) > 4:
        found.append(word[:-2])
    found += [form[:-1] + "o" for form in (word, *found) if form.endswith("a") and len(form) > 3]
    found += [form[:-1] for form in (word, *found) if form.endswith("a") and len(form) > 4]
    return found


@functools.cache
def _families(lang: str) -> dict[str, tuple[str, ...]]:
    """Each family by its first word."""
    lines = (tuple(line.split()) for line in read_lines(WORDS / f"families_{lang}.txt"))
    return {fold(forms[0]): forms for forms in lines}


def _like_a_listed_one(word: str, lang: str) -> tuple[str, ...]:
    for prefix in _PREFIXES[lang]:
        forms = _families(lang).get(word.removeprefix(prefix)) if word.startswith(prefix) else None
        if forms:
            return tuple(prefix + form for form in forms)
    return ()


def _bend(infinitive: str) -> tuple[str, ...]:
    """Forms of a Spanish verb with another root, were it one that changes it: most are no words and meet nothing."""
    root, ending = infinitive[:-2], infinitive[-2:]
    close = "a" if ending == "ar" else "e"
    found = []
    at = max(root.rfind("e"), root.rfind("o"))
    if at > 0:
        wide, narrow = ("ie", "i") if root[at] == "e" else ("ue", "u")
        found.append(root[:at] + wide + root[at + 1 :] + close)
        if ending == "ir":
            found.append(root[:at] + narrow + root[at + 1 :] + "io")
    if ending == "ar" and root[-1:] in ("c", "g", "z"):
        found.append(root[:-1] + {"c": "que", "g": "gue", "z": "ce"}[root[-1]])
    if ending != "ar" and root[-1:] == "g":
        found.append(root[:-1] + "ja")
    if ending != "ar" and root[-2:-1] in tuple("aeiou") and root[-1:] == "c":
        found.append(root[:-1] + "zca")
        if root.endswith("duc"):
            found.append(root[:-1] + "jo")
    if ending == "ir" and root[-1:] == "u":
        found += [root + "ye", root + "yo"]
    return tuple(found)
