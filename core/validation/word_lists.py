"""The word lists of both languages, read by stems: what says the same, what is opposite, what denies, what tells a way;
and the stem and the sound of a word. It reads no texts (see vocabulary).
"""

from __future__ import annotations

import functools
import re
import tomllib
from pathlib import Path
from typing import Any

from core.validation.measures import fold

_FOLDER = Path(__file__).parent / "lexicon"
_SPELLINGS = tuple(pair.split(">") for pair in "ae>e oe>e ph>f th>t ch>c qu>c k>c y>i es>s".split())


@functools.cache
def lexicon() -> dict[str, Any]:
    """`lexicon/words.toml`, by stems."""
    raw = tomllib.loads((_FOLDER / "words.toml").read_text(encoding="utf-8"))
    same: dict[str, set[str]] = {}
    listed = (_FOLDER / "pairs.txt").read_text(encoding="utf-8").splitlines()
    for n, line in enumerate([*raw["same"], *(line for line in listed if line and not line.startswith("#"))]):
        for key in _stems(line):
            same.setdefault(key, set()).add(f"={n}")
    sides: dict[str, tuple[int, int]] = {}
    pairs: dict[str, tuple[int, int]] = {}
    for n, line in enumerate((*raw["opposite"], *raw["beside"], *raw["roles"])):
        for sign, part in zip((1, -1), line.split("<>"), strict=True):
            for key in _stems(part):
                (pairs if "_" in key else sides).setdefault(key, (n, sign))
    return {
        "same": {key: frozenset(groups) for key, groups in same.items()},
        "sides": sides,
        "pairs": pairs,
        "beside": frozenset(range(len(raw["opposite"]), len(raw["opposite"]) + len(raw["beside"]))),
        "unturned": frozenset(range(len(raw["opposite"]), sum(len(raw[n]) for n in ("opposite", "beside", "roles")))),
        "ways": {key: sign for sign, name in ((1, "up"), (-1, "down")) for key in _stems(raw[name])},
        "negations": frozenset(raw["negations"]),
        "denying": frozenset(_stems(raw["denying"])),
        "same_names": tuple(tuple(form.strip() for form in line.split("|")) for line in raw["same_names"]),
        "not_negations": re.compile("|".join(rf"\b{phrase}" for phrase in raw["not_negations"])),
        "common_names": frozenset(map(fold, raw["common_names"])),
        "stop": {lang: frozenset(raw[f"stop_{lang}"].split()) for lang in ("en", "es")},
    }


def is_ordinary(word: str) -> bool:
    """Whether a folded word is one of the lists' words, in either language: no name by itself."""
    same = lexicon()["same"]
    return any(f"{lang}:{stem}" in same for lang in ("en", "es") for stem in stems_of(word, lang))


def _stems(line: str) -> list[str]:
    english, _, spanish = line.partition("|")
    words = [(word, "en") for word in english.split()] + [(word, "es") for word in spanish.split()]
    joined = [(word.partition("_"), lang) for word, lang in words if "_" in word]
    found = [
        f"{lang}:{a}_{b}" for (one, _, two), lang in joined for a in stems_of(one, lang) for b in stems_of(two, lang)
    ]
    return found + [f"{lang}:{stem}" for word, lang in words if "_" not in word for stem in stems_of(word, lang)]


@functools.lru_cache(maxsize=50_000)
def stems_of(word: str, lang: str) -> tuple[str, ...]:
    """The stem with the word's accents ('creció' -> 'crec') and the one without them, folded; a word of the lists,
    which have none, gets back that of '-ción'."""
    stem = _stemmer(lang).stemWord
    forms = [word, fold(word)]
    if lang == "es" and word.endswith(("cion", "sion")):
        forms.append(word[:-2] + "ón")
    return tuple(dict.fromkeys(fold(stem(form)) for form in forms))


def sound_of(word: str) -> str:
    """A folded word as both languages would write it: 'paediatric' and 'pediatria', 'photo' and 'foto'."""
    for written, plain in _SPELLINGS:
        word = word.replace(written, plain)
    return re.sub(r"(.)\1", r"\1", word)


def stem_of(word: str, lang: str) -> str:
    return stems_of(fold(word), lang)[0]


@functools.cache
def _stemmer(lang: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer("spanish" if lang == "es" else "english")
