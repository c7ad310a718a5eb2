"""Questions and names as words: tokens with spans, stems of both languages, numbers, and Spanish read as English.

A Spanish question becomes a row of English tokens, each with the span of the Spanish words it came from, so that
everything after this step is written (and learned) once. Nothing here knows a catalog.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from typing import Any

from core.i18n import NUMBER_WORDS
from core.lexicon.translate import builtin_bilingual
from core.sql.lexicon import Lexicon, fold

_TOKEN = re.compile(
    r"(?P<quoted>\"[^\"]{1,120}\"|“[^”]{1,120}”|«[^»]{1,120}»|``[^`']{1,120}''|`[^`]{1,120}`|(?<![\w])'[^']{1,120}'(?![\w]))"
    r"|(?P<date>\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{4})"
    r"|(?P<number>\d+(?:[.,]\d+)*)(?=$|[^\w]|%|k\b|st\b|nd\b|rd\b|th\b|º|ª|€)"
    r"|(?P<word>[^\W_]+(?:['’][a-z]{1,2}\b)?|[<>]=?|%|=)"
    r"|(?P<mark>[,;?.!:()])"
)
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
_NUMBERS = {
    **NUMBER_WORDS["en"],
    **{"zero": 0, "one": 1, "once": 1, "twice": 2, "hundred": 100, "thousand": 1000, "million": 1000000},
}


@dataclass(frozen=True, slots=True)
class Token:
    """One English word (or number, quoted text, mark) and where it stands in the question as written.

    `stems` maps each stem it may match to a weight (1 its own, less for a synonym); `value` is a number, a date text or
    the quoted text; `source` is the text as written."""

    word: str
    kind: str
    start: int
    end: int
    source: str
    stems: tuple[tuple[str, float], ...] = ()
    value: Any = None


@functools.cache
def _stemmers() -> tuple[Any, Any]:
    import Stemmer

    return Stemmer.Stemmer("english"), Stemmer.Stemmer("spanish")


@functools.lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The English stem of a folded word."""
    if word.endswith("people") and word != "people":
        word = word.removesuffix("people") + "person"  # 'salespeople'
    return _IRREGULAR.get(word) or _stemmers()[0].stemWord(word)


@functools.lru_cache(maxsize=100_000)
def spanish_stem(word: str) -> str:
    """The Spanish stem of a folded word, marked so that it never meets an English one."""
    return "es:" + fold(_stemmers()[1].stemWord(word))


_IRREGULAR = {
    "people": "person", "persons": "person", "men": "man", "women": "woman", "children": "child", "feet": "foot",
    "wives": "wife", "lives": "live", "born": "birth", "bought": "buy", "sold": "sell", "sales": "sale", "paid": "pay",
    "countries": "countri", "aged": "age", "ages": "age", "dates": "date", "days": "day", "taught": "teach",
    "won": "win", "written": "write", "wrote": "write", "spent": "spend", "held": "hold", "taken": "take",
    "classes": "class", "codes": "code", "times": "time", "names": "name", "movies": "movi", "leaving": "leav",
    "data": "data", "news": "news", "statuses": "status", "status": "status", "addresses": "address",
    "grew": "grow", "grown": "grow",
}  # fmt: skip


def read_number(text: str, lang: str) -> int | float:
    """`1,234.5` or, in Spanish, `1.234,5` as a number; a lone separator followed by three digits parts thousands."""
    if lang == "es":
        text = text.translate(str.maketrans(".,", ",."))
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    text = text.replace(",", ".")
    if text.count(".") > 1:
        text = text.replace(".", "")
    number = float(text)
    return int(number) if number.is_integer() and "." not in text else number


def tokenize(question: str, lang: str, lexicon: Lexicon) -> list[Token]:
    """The question's tokens, in English, left to right."""
    raw = [_raw_token(match, lang) for match in _TOKEN.finditer(question)]
    if lang == "es":
        raw = _translate(raw, lexicon)
    return [_with_stems(token, lang, lexicon) for token in _silence_order(_multiply(raw), lang)]


def _multiply(tokens: list[Token]) -> list[Token]:
    """'5 million', 'veinte mil', '30k': one number."""
    out: list[Token] = []
    for token in tokens:
        before = out[-1] if out and out[-1].kind in ("number", "number_word") else None
        times = _MULTIPLES.get(token.word, 0)
        if before and token.word == "k":
            times = 1000 if before.end == token.start else 0
        if before is None or not times or before.value >= times:
            out.append(token)
            continue
        value = before.value * times
        value = int(value) if float(value).is_integer() else value
        out[-1] = replace(before, end=token.end, source=f"{before.source} {token.source}", value=value)
    return out


_MULTIPLES = {"thousand": 1000, "million": 10**6, "millions": 10**6, "billion": 10**9}


_DIRECTIONS = {"ascending", "descending", "alphabetical", "alphabetic", "increasing", "decreasing", "lexicographical"}


def _silence_order(tokens: list[Token], lang: str) -> list[Token]:
    """'ordered by', 'in descending order' speak of sorting: they name no table of orders."""
    out = list(tokens)
    for place, token in enumerate(tokens):
        before = tokens[place - 1].word if place else ""
        after = tokens[place + 1].word if place + 1 < len(tokens) else ""
        sorting = token.word in ("order", "ordered") and (after == "by" or before in _DIRECTIONS) and before != "per"
        said = lang != "es" or token.source.lower().startswith("orden")
        if (said and sorting) or (token.word == "order" and (before, after) == ("in", "of")):
            out[place] = replace(token, kind="cue")
    return out


def _raw_token(match: re.Match, lang: str) -> Token:
    kind, text = match.lastgroup or "word", match.group()
    start, end = match.span()
    if kind == "quoted":
        inner = text.strip("\"“”«»`'").strip()
        return Token("<v>", "quoted", start, end, text, value=inner)
    if kind == "date":
        return Token("<n>", "date", start, end, text, value=_iso_date(text))
    if kind == "number":
        return Token("<n>", "number", start, end, text, value=read_number(text, lang))
    word = fold(re.sub(r"['’]s$", "", text))
    if lang == "en" and word in _NUMBERS:
        return Token(word, "number_word", start, end, text, value=_NUMBERS[word])
    return Token(word, kind, start, end, text)


def _iso_date(text: str) -> str:
    """Day first where slashes part it, as Spanish writes it; the month is told by its size where it can be."""
    if "-" in text:
        year, month, day = (int(part) for part in text.split("-"))
    else:
        day, month, year = (int(part) for part in text.split("/"))
        if month > 12:
            day, month = month, day
    return f"{year:04d}-{month:02d}-{day:02d}"


def _translate(raw: list[Token], lexicon: Lexicon) -> list[Token]:
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
        kind = "number_word" if word in _NUMBERS else "cue" if silent else "word"
        value = _NUMBERS.get(word)
        tokens.append(Token(word, kind, start, end, source, others if len(words) == 1 else (), value))
    return tokens


def _with_stems(token: Token, lang: str, lexicon: Lexicon) -> Token:
    if token.kind not in ("word", "number_word"):
        return token
    stems = dict(word_stems(token.word, lexicon, spanish=lang == "es"))
    for other, weight in token.stems:
        stems[other] = max(stems.get(other, 0.0), weight)
    if token.kind == "word" and len(token.source) > 5:
        stems[f"={fold(token.source)}"] = 1.0  # a header of several words written as one
    if lang == "es" and token.kind == "word":
        stems.update(_cognates(fold(token.source)))
        if token.source.isalpha() and fold(token.source) not in _JOINING:
            stems[_spanish_form(fold(token.source))] = OWN_WORD
            stems.setdefault(spanish_stem(fold(token.source)), 0.9)
    return Token(token.word, token.kind, token.start, token.end, token.source, tuple(stems.items()), token.value)


@functools.lru_cache(maxsize=50_000)
def _own_stems(word: str) -> tuple[str, ...]:
    return (stem(word), spanish_stem(word))


def word_stems(word: str, lexicon: Lexicon, spanish: bool = True) -> list[tuple[str, float]]:
    """(stem, weight) of a folded word: its own 1, its short form's long form .95, a translation .9, a synonym .7."""
    found: dict[str, float] = {}
    english, other = _own_stems(word)
    found[other] = 1.0
    for text in lexicon.short.get(word, ()):
        for part in text.split():
            found[stem(part)] = max(found.get(stem(part), 0), 0.95)
    if spanish:
        texts, weight = in_english(word, lexicon)
        for place, text in enumerate(texts):  # what it means first is likelier than what it may mean too
            sure = weight - FURTHER * bool(place)
            found[stem(fold(text))] = max(found.get(stem(fold(text)), 0), sure)
    for key in {word, english}:
        for text in lexicon.synonyms.get(key, ()):
            if " " not in text:
                found[stem(text)] = max(found.get(stem(text), 0), 0.7)
    found[english] = 1.0
    return list(found.items())


FURTHER = 0.05


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


def name_stems(word: str, lexicon: Lexicon) -> list[tuple[str, float]]:
    """`word_stems` of a word of a table's or column's name, with what it shares with a sister in the other language."""
    return [*word_stems(word, lexicon), (_spanish_form(word), 1.0), *((text, 1.0) for text, _ in _cognates(word))]


_SHORT_MIN, _SHORT_MAX = 3, 5


def short_form(word: str) -> tuple[tuple[str, float], ...]:
    """The mark of a name's word that may be the beginning of a longer one ('exp'); see `long_forms`."""
    return ((f"<{word}", 0.85),) if _SHORT_MIN <= len(word) <= _SHORT_MAX and word.isalpha() else ()


def long_forms(word: str) -> tuple[str, ...]:
    """The marks of the beginnings that a word ('expectancy') may be cut to, two letters left out at least."""
    return tuple(f"<{word[:length]}" for length in range(_SHORT_MIN, min(_SHORT_MAX, len(word) - 2) + 1))


_JOINING = frozenset("a al con de del e el en la las lo los o para por que se su sus un una y".split())
OWN_WORD = 1.1  # a header in the question's own word outdoes one that only translates it


def _spanish_form(word: str) -> str:
    """A folded word without its plural ending, marked: 'importe' and 'importes' are one, 'facturado' is another."""
    return "es=" + (re.sub(r"(es|s|e)$", "", word) if len(word) > 4 else word)


_ENDINGS = (
    ("ciones", "tion"), ("cion", "tion"), ("siones", "tion"), ("sion", "tion"), ("sions", "tion"), ("tions", "tion"),
    ("idades", "ity"), ("idad", "ity"), ("ities", "ity"), ("encias", "nce"), ("encia", "nce"), ("ancia", "nce"),
    ("ences", "nce"), ("ence", "nce"), ("ance", "nce"), ("arios", "ari"), ("ario", "ari"), ("aria", "ari"),
    ("ary", "ari"), ("orio", "ori"), ("ory", "ori"), ("icos", "ic"), ("icas", "ic"), ("ico", "ic"), ("ica", "ic"),
    ("ical", "ic"), ("ivos", "iv"), ("ivo", "iv"), ("iva", "iv"), ("ive", "iv"), ("oso", "ous"), ("osa", "ous"),
    ("mentos", "ment"), ("mento", "ment"), ("ismo", "ism"), ("ista", "ist"),
)  # fmt: skip


@functools.lru_cache(maxsize=50_000)
def _cognates(word: str) -> tuple[tuple[str, float], ...]:
    """What a Spanish word of Latin or Greek root and its English sister have in common ('clasificación' and
    'classification'), as a stem of its own kind; nothing for short words, which meet by chance."""
    if len(word) < 6 or not word.isalpha():
        return ()
    text = next((word[: -len(end)] + common for end, common in _ENDINGS if word.endswith(end)), word)
    text = re.sub(r"^es(?=[ptc])", "s", text).replace("ph", "f").replace("th", "t").replace("qu", "c").replace("y", "i")
    text = re.sub(r"(.)\1", r"\1", text).rstrip("s").rstrip("aeo")
    return (("~" + text, 0.7),) if len(text) >= 5 else ()


_CAMEL = re.compile(r"[A-ZÁÉÍÓÚÑ]?[a-záéíóúñü]+|[A-ZÁÉÍÓÚÑ]+(?![a-záéíóúñü])|\d+")


@functools.lru_cache(maxsize=50_000)
def split_name(name: str) -> tuple[str, ...]:
    """The folded words of a table's or column's name: `customerID`, `order_date`, `Importe (€)`."""
    if len(name) <= 3 and name.isalpha():
        return (fold(name),)  # 'pH', 'kWh' are words
    return tuple(fold(part) for part in _CAMEL.findall(name))
