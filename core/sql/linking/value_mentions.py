"""Finds the stored values, numbers, dates and unstored names in a question.

Values are found by exact folded text (plurals, short forms and names in the other language through the lexicon), then
by spelling. Which condition they make is not decided here.
"""

from __future__ import annotations

import datetime
import difflib
import functools
import itertools
from typing import Any

from core.lexicon.translate import builtin_bilingual
from core.sql.data.schema import NEAR_LENGTH_MIN, Schema, fold_value
from core.sql.language.calendar import MONTHS, NO_DAY, OPEN_END, OPEN_START
from core.sql.language.lexicon import Lexicon, fold
from core.sql.language.periods import find_periods
from core.sql.language.words import Token, stem
from core.sql.linking.link import WEAK, WEAK_WORDS, ValueMention, is_content

_NEAR_LETTERS = 6


_NEAR_SPELLING = 0.86


VALUE_WORDS_MAX = 8


# written small they relate two things: no 'PER' (Peru) is meant by 'GDP per capita'
_RELATING = frozenset("per over under between since until during versus vs".split())


def find_values(tokens: list[Token], question: str, schema: Schema, lexicon: Lexicon) -> list[ValueMention]:
    """Every stored value, number, date and unstored name that the question may say, left to right."""
    said = ((i, token) for i, token in enumerate(tokens) if not _stands_for_thing(tokens, i))
    found = [m for m in (_own_value(i, token, schema) for i, token in said) if m]
    taken = {m.start for m in found if m.kind in ("quoted", "date")}
    texts = []
    for start in range(len(tokens)):
        for end in range(min(len(tokens), start + VALUE_WORDS_MAX), start, -1):
            ends = (tokens[start].kind, tokens[end - 1].kind)
            if any(place in taken for place in range(start, end)) or "mark" in ends:
                continue
            hits = _value_hits(tokens, start, end, question, schema, lexicon)
            if hits:
                texts.append(ValueMention(start, end, hits[0][1], "text", tuple(hits)))
    texts.sort(key=lambda m: -(m.end - m.start))
    kept: list[ValueMention] = []
    for mention in texts:
        if all(mention.end <= other.start or mention.start >= other.end for other in kept):
            kept.append(mention)
    kept += _translated_values(tokens, kept, schema)
    kept += _mistyped_values(tokens, kept, schema, lexicon.english, question)
    kept += _unstored_names(tokens, kept, schema)
    return sorted(found + kept, key=lambda m: m.start)


def find_dated(tokens: list[Token]) -> list[ValueMention]:
    """Periods said by more than a bare year ('June 2024', 'Q3 of 2023', 'since May 2021', 'from 2019 to 2021'), as
    (first ISO day or None, last ISO day or None). What hangs on today or on a year that is not said is left out."""
    found = []
    for period in find_periods(tokens, datetime.date.today()):
        dated = any(t.kind in ("number", "date") and len(t.source) >= 4 for t in tokens[period.start : period.end])
        ends = (period.first > OPEN_START, period.after < OPEN_END)
        plain = period.end - period.start == 1 and all(ends)
        if period.assumed or not dated or period.unit == NO_DAY or plain:
            continue
        first = period.first.isoformat() if ends[0] else None
        last = (period.after - datetime.timedelta(days=1)).isoformat() if ends[1] else None
        found.append(ValueMention(period.start, period.end, (first, last), "period"))
    return found


def _stands_for_thing(tokens: list[Token], place: int) -> bool:
    """'each one', 'cada uno': no number."""
    one = tokens[place].kind == "number_word" and tokens[place].value == 1
    return one and place > 0 and tokens[place - 1].word in ("each", "every", "which", "this", "that")


def _own_value(place: int, token: Token, schema: Schema) -> ValueMention | None:
    if token.kind == "quoted":
        hits = [(c, v, 1.0) for c, v in schema.values.get(fold_value(str(token.value)), ())]
        return ValueMention(place, place + 1, token.value, "quoted", tuple(hits))
    if token.kind in ("number", "number_word"):
        return ValueMention(place, place + 1, token.value, "number")
    if token.kind == "date":
        return ValueMention(place, place + 1, token.value, "date")
    return None


def has_object(tokens: list[Token], place: int) -> bool:
    """'customers who have placed more than 2 orders': a deed and how many of what, no state that is stored."""
    had = place > 0 and tokens[place - 1].word in ("have", "has", "had")
    numbers = any(token.kind in ("number", "number_word") for token in tokens[place + 1 : place + 4])
    return had and numbers and (tokens[place].word.endswith("ed") or tokens[place].word in _DONE)


_DONE = frozenset("made done bought sold had".split())


def _value_hits(
    tokens: list[Token], start: int, end: int, question: str, schema: Schema, lexicon: Lexicon
) -> list[tuple[int, Any, float]]:
    text = question[tokens[start].start : tokens[end - 1].end]
    if (
        len({(t.start, t.end) for t in tokens[start:end]}) < end - start
        and start
        and tokens[start - 1].start == tokens[start].start
    ):
        return []
    folded = fold_value(text)
    single = end - start == 1
    number = tokens[start].kind == "number"
    if single and not number and (tokens[start].kind == "mark" or (len(folded) < 2 and not text.isupper())):
        return []
    if single and folded in _RELATING and not text.isupper():
        return []
    if single and has_object(tokens, start):
        return []
    if (
        single
        and (folded in WEAK_WORDS or stem(folded) in WEAK or stem(tokens[start].word) in WEAK)
        and not (folded not in WEAK_WORDS and folded == tokens[start].word and folded in schema.values)
        and not (text.isupper() and len(text) > 1)
    ):
        return []
    hits: dict[int, tuple[Any, float]] = {}
    own: set[int] = set()  # tables that hold the value as it is said: 'Americas' for 'America', not 'United States'
    for form, weight in _value_forms(folded, tokens[start:end], lexicon):
        for column, value in schema.values.get(form, ()):
            exact = weight + (0.05 if value == text else 0.0)
            named = form in (folded, *_other_numbers(folded))
            if not named and column not in hits and schema.columns[column].table in own:
                continue
            if column not in hits or hits[column][1] < exact:
                hits[column] = (value, exact)
            if named:
                own.add(schema.columns[column].table)
    return sorted(((c, v, w) for c, (v, w) in hits.items()), key=lambda hit: -hit[2])


def _value_forms(folded: str, tokens: list[Token], lexicon: Lexicon) -> list[tuple[str, float]]:
    forms = [(folded, 1.0)]
    plain = all(token.kind not in ("number", "date", "quoted") for token in tokens)
    english = fold_value(" ".join(token.word for token in tokens)) if plain else folded
    if english and english != folded:
        forms.append((english, 0.85))
        if is_content(tokens[0]):  # 'por retrasos' is no longer name than 'retrasos'
            forms += [(other, 0.8) for other in _in_english(folded)]
    for text in dict.fromkeys((folded, english)):
        for form in _other_numbers(text):
            forms.append((form, 0.8))
            forms += [(other, 0.75) for other in lexicon.values.get(form, ())]
        forms += [(other, 0.8) for other in lexicon.values.get(text, ())]
    return forms


@functools.lru_cache(maxsize=4096)
def _in_english(text: str) -> tuple[str, ...]:
    """What a Spanish run of words may be called in English, also noun last: 'cheque electrónico', electronic check;
    'tarjetas de regalo', gift card."""
    read = builtin_bilingual().read(" ".join(word for word in text.split() if word not in _OF), "es", "en")
    if not 1 < len(read) <= 3 or not all(word.meanings for word in read):
        return ()
    said = itertools.product(*([" ".join(meaning) for meaning in word.meanings[:3]] for word in read))
    return tuple(dict.fromkeys(fold_value(" ".join(turned)) for words in said for turned in (words, words[::-1])))


_OF = ("de", "del")
_BENT_LENGTH_MIN = 4


def _other_numbers(text: str) -> list[str]:
    """Plural for singular and the reverse; short texts ('as', 'ES') are only ever themselves."""
    if len(text) < _BENT_LENGTH_MIN:
        return []
    forms = [text + "s"]
    for ending, instead in (("s", ""), ("es", ""), ("ies", "y")):
        if text.endswith(ending):
            forms.append(text.removesuffix(ending) + instead)
    return [form for form in forms if len(form) >= _BENT_LENGTH_MIN]


MISTYPED = 0.7


TRANSLATED = 0.75


def _translated_values(tokens: list[Token], kept: list[ValueMention], schema: Schema) -> list[ValueMention]:
    """English words for short lists of stored Spanish values: 'lost' where 'Perdido' is stored."""
    found = []
    for place, token in enumerate(tokens):
        hits = schema.meant_values.get(stem(token.word), ()) if is_content(token) and token.kind == "word" else ()
        if hits and not any(m.start <= place < m.end for m in kept):
            found.append(ValueMention(place, place + 1, hits[0][1], "text", tuple((c, v, TRANSLATED) for c, v in hits)))
    return found


def _mistyped_values(
    tokens: list[Token], kept: list[ValueMention], schema: Schema, known: frozenset[str], question: str
) -> list[ValueMention]:
    """Words that name nothing, one of them in no lexicon, and that are a slip or two away from one stored value."""
    free, odd = [], []
    for place, token in enumerate(tokens):
        named = any(text in schema.column_words or text in schema.table_words for text, _ in token.stems)
        taken = any(mention.start <= place < mention.end for mention in kept)
        free.append(is_content(token) and fold(token.source) == token.word and not named and not taken)
        own = [text for text, _ in token.stems if not text.startswith(("~", "=", "es="))]
        odd.append(len(own) <= 2 and token.word not in known and stem(token.word) not in known)
    runs: list[ValueMention] = []
    for start in range(len(tokens)):
        for end in range(min(start + 3, len(tokens)), start, -1):
            if not all(free[start:end]) or not any(odd[start:end]) or any(run.end > start for run in runs):
                continue
            folded = fold_value(question[tokens[start].start : tokens[end - 1].end])
            hits = schema.near_values(folded) if len(folded) >= NEAR_LENGTH_MIN else []
            if hits:
                runs.append(ValueMention(start, end, hits[0][1], "text", tuple((c, v, MISTYPED) for c, v in hits)))
    return runs


def _unstored_names(tokens: list[Token], kept: list[ValueMention], schema: Schema) -> list[ValueMention]:
    """Runs of capitalised words inside the question that no column is known to store: perhaps a value all the same."""
    runs: list[ValueMention] = []
    place = 1
    while place < len(tokens):
        end = place
        while end < len(tokens) and tokens[end].kind == "word" and tokens[end].source[:1].isupper():
            end += 1
        if end > place and all(m.end <= place or m.start >= end for m in kept):
            text = " ".join(token.source for token in tokens[place:end])
            if not all(t.word in MONTHS or _is_name(t, schema) for t in tokens[place:end]):
                runs.append(ValueMention(place, end, text, "name", _near_values(text, schema)))
        place = max(end, place + 1)
    return runs


def _is_name(token: Token, schema: Schema) -> bool:
    return any(s in schema.column_words or s in schema.table_words for s, weight in token.stems if weight > 0.8)


def _near_values(name: str, schema: Schema) -> tuple[tuple[int, Any, float], ...]:
    """Stored values that a name is a part of ('Baker' for 'Tom Baker'), or that are spelt nearly like it ('Nordics' for
    'Nórdicos'): the same opening, nine letters in ten."""
    folded, parts = fold_value(name), schema.homes_of(name)
    if parts or len(folded) < _NEAR_LETTERS:
        return tuple((column, value, 0.75) for column, value in parts)
    alike = [v for v in schema.values if v[:3] == folded[:3] and abs(len(v) - len(folded)) <= 2]
    near = difflib.get_close_matches(folded, alike, n=1, cutoff=_NEAR_SPELLING)
    return tuple((column, value, 0.75) for column, value in schema.values[near[0]]) if near else ()
