"""Units that column headers and questions name: 'Distance (km)', 'price per km', 'top 3 by kilos'.

It reads words alone; what is added up or multiplied is decided where measures are made.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence

from core.sql.language.lexicon import fold, read_cues
from core.sql.language.words import Token, split_name


@functools.cache
def _names() -> dict[str, str]:
    return {fold(word): unit for unit, words in read_cues()["units"].items() for word in words.split()}


def unit_of(word: str) -> str:
    """The unit that a word names ('kilos' -> 'kg'), '' where it names none."""
    return _names().get(fold(word), "")


def unit_at(tokens: Sequence[Token], place: int) -> tuple[str, int]:
    """(the unit that one or two words name at a place, how many): 'per square metre', 'por kilo'; ('', 0) for none."""
    words = [token.word for token in tokens[place : place + 2]]
    pair = unit_of("_".join(words)) if len(words) == 2 else ""
    one = unit_of(words[0]) if words and not pair else ""
    return pair or one, 2 if pair else int(bool(one))


def same_unit(price: str, header: str) -> bool:
    """Whether a price is for each unit of what another column counts: 'Price per km' and 'Distance (km)'."""
    return bool(_units_in(price) & _units_in(header))


def _units_in(header: str) -> set[str]:
    words = split_name(header)
    pairs = ("".join(pair) for pair in itertools.pairwise(words))  # 'floor_area_m2'
    return {unit_of(word) for word in (*words, *pairs)} - {""}
