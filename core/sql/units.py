"""Units that column headers and questions name: 'Distance (km)', 'price per km', 'top 3 by kilos'.

It reads words alone; what is added up or multiplied is decided where measures are made.
"""

from __future__ import annotations

import functools

from core.sql.lexicon import fold, read_cues
from core.sql.words import split_name


@functools.cache
def _names() -> dict[str, str]:
    return {fold(word): unit for unit, words in read_cues()["units"].items() for word in words.split()}


def unit_of(word: str) -> str:
    """The unit that a word names ('kilos' -> 'kg'), '' where it names none."""
    return _names().get(fold(word), "")


def same_unit(price: str, header: str) -> bool:
    """Whether a price is for each unit of what another column counts: 'Price per km' and 'Distance (km)'."""
    return bool(_units_in(price) & _units_in(header))


def _units_in(header: str) -> set[str]:
    return {unit_of(word) for word in split_name(header)} - {""}
