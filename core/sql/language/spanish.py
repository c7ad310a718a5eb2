"""Spanish read as English: the tokens of a question, the words of a name.

A Spanish question becomes a row of English tokens, each with the span of the Spanish words it came from, so that
everything after this step is written (and learned) once. Nothing here knows a catalog.
"""

from __future__ import annotations

import functools
from dataclasses import replace

from core.lexicon.translate import builtin_bilingual
from core.sql.language.lexicon import Lexicon, fold
from core.sql.language.words import NUMBERS, Token, spanish_stem, stem

_NAMING = {
    "sales",
    "revenue",
    "spending",
    "profit",
    "purchases",
    "total",
    "price",
    "population",
    "duration",
    "old",
    "month",
    "quarter",
    "year",
    "information",
    "expensive",
    "populous",
    "popular",
    "recent",
    "common",
}


def translate_tokens(raw: list[Token], lexicon: Lexicon) -> list[Token]:
    """English tokens for Spanish ones: the longest phrase first; a word without an entry stays as it is."""
    out: list[Token] = []
    place = 0
    while place < len(raw):
        run, texts, phrase = _longest_entry(raw, place, lexicon)
        if not run:
            out.append(raw[place])
            place += 1
            continue
        first, last = raw[place], raw[place + run - 1]
        source = " ".join(token.source for token in raw[place : place + run])
        out += _english_tokens(texts or ("",), first.start, last.end, source, phrase)
        place += run
    return _pair_more(_pair_both(_tell_calls(out)))


def _tell_calls(tokens: list[Token]) -> list[Token]:
    """'ventas por llamada': a call, where no name follows; 'una tienda llamada Sol' is named so."""
    out = list(tokens)
    for place, token in enumerate(tokens):
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        name = after is not None and (after.kind == "quoted" or after.source[:1].isupper())
        if fold(token.source) in ("llamada", "llamadas") and not name:
            out[place] = replace(token, word="call")
    return out


def _pair_more(tokens: list[Token]) -> list[Token]:
    """'más oro que plata': 'que' compares there, and 'más' is no superlative; 'más ventas que tienen' is none."""
    out = list(tokens)
    for place, token in enumerate(tokens[:-3]):
        than, after = tokens[place + 2], tokens[place + 3]
        said = (fold(token.source), fold(than.source))
        if said in _MORE_THAN and after.kind == "word" and after.word not in _NO_THING:
            out[place] = replace(token, word=_MORE_THAN[said], kind="word")
            out[place + 2] = replace(than, word="than", kind="word")
    return out


_MORE_THAN = {("mas", "que"): "more", ("menos", "que"): "less"}
_NO_THING = frozenset("have has had is are was were be do does did not no sell sold buy bought".split())


def _pair_both(tokens: list[Token]) -> list[Token]:
    """'tanto A como B': 'como' says 'and' there, not 'how'."""
    opened = False
    out = list(tokens)
    for place, token in enumerate(tokens):
        source = fold(token.source)
        opened = opened or source.startswith("tanto")
        if opened and source == "como":
            out[place], opened = replace(token, word="and"), False
    return out


def _longest_entry(raw: list[Token], place: int, lexicon: Lexicon) -> tuple[int, tuple[str, ...], bool]:
    """(words taken, their English texts, whether they are a function phrase); no words where nothing fits."""
    words = []
    for token in raw[place : place + 5]:
        if token.kind not in ("word", "number_word"):
            break
        words.append(token.word)
    for run in range(len(words), 0, -1):
        for key in _forms(tuple(words[:run])) if _may_bend(words[:run]) else [tuple(words[:run])]:
            if key in lexicon.phrases:
                return run, lexicon.phrases[key], True
            if key in lexicon.spanish:
                return run, lexicon.spanish[key], False
    named = place > 0 and raw[place].source[:1].isupper()  # 'Madrid' is no mother
    if words and len(words[0]) >= 6 and not named:
        texts = lexicon.spanish_by_stem(spanish_stem(words[0]), spanish_stem)
        if texts:
            return 1, texts, False
    return 0, (), False


def _may_bend(words: list[str]) -> bool:
    """'número de clientes' counts, it is no 'número de cliente'; 'cuántas compras' is no 'cuánto compra'."""
    counted = words[:2] == ["numero", "de"] or words[0].startswith("cuant")
    return not (counted and len(words) > 1)


def translate_name(words: tuple[str, ...], lexicon: Lexicon) -> tuple[str, ...]:
    """The English words of a Spanish name where its words mean something together ('punto de pedido'), else none."""
    raw = [Token(word, "word", 0, 0, word) for word in words]
    out: list[str] = []
    together, place = False, 0
    while place < len(raw):
        run, texts, _ = _longest_entry(raw, place, lexicon)
        out += (texts[0] if texts else raw[place].word).split()
        together = together or run > 1
        place += max(run, 1)
    return tuple(fold(word) for word in out) if together else ()


def meanings_of(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The stems of what one folded Spanish word means in English, in any of its forms ('perdidos' -> 'lost')."""
    return tuple(dict.fromkeys(stem(fold(text)) for text in in_english(word, lexicon)[0]))


def _forms(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The words as written, then with the last (or first) in its likely singular and masculine forms."""
    forms = [words]
    singles = [_singulars(word) for word in words]
    if len(words) == 1:
        forms += [(single,) for single in singles[0]]
    else:
        forms += [(*words[:-1], single) for single in singles[-1]]
        forms += [(single, *words[1:]) for single in singles[0]]
        if singles[0] and singles[-1]:
            forms += [(a, *words[1:-1], b) for a in singles[0][:2] for b in singles[-1][:2]]
    return forms


def _singulars(word: str) -> list[str]:
    forms = []
    if word.endswith("ces"):
        forms.append(word[:-3] + "z")
    if word.endswith("es") and len(word) > 4:
        forms.append(word[:-2])
    if word.endswith("s") and len(word) > 3:
        forms.append(word[:-1])
    for form in [word, *forms]:
        if form.endswith("a") and len(form) > 3:
            forms.append(form[:-1] + "o")
            forms.append(form[:-1])
    return forms


def _english_tokens(texts: tuple[str, ...], start: int, end: int, source: str, phrase: bool) -> list[Token]:
    """Tokens of the first text; single-word texts after it are kept as further stems of a single token.

    Words of a function phrase name no column (kind `cue`), `total` and the like excepted."""
    words = texts[0].split()
    others = tuple((stem(fold(other)), 0.85) for text in texts[1:] for other in text.split()[-1:])
    tokens = []
    for word in words:
        silent = phrase and len(words) > 1 and word not in _NAMING
        kind = "number_word" if word in NUMBERS else "cue" if silent else "word"
        value = NUMBERS.get(word)
        tokens.append(Token(word, kind, start, end, source, others if len(words) == 1 else (), value))
    return tokens


def in_english(word: str, lexicon: Lexicon) -> tuple[tuple[str, ...], float]:
    """(single English words for a folded Spanish one in any of its forms, how surely they say the same); those of the
    whole lexicon where the words of tables have none."""
    for key in _forms((word,)):
        if key in lexicon.spanish:
            return tuple(text for text in lexicon.spanish[key] if " " not in text), 0.9
    return _in_wide_english(word), 0.85


@functools.lru_cache(maxsize=50_000)
def _in_wide_english(word: str) -> tuple[str, ...]:
    read = builtin_bilingual().read(word, "es", "en") if len(word) > 3 and word.isalpha() else []
    return tuple(meaning[0] for meaning in read[0].meanings if len(meaning) == 1) if read else ()
