"""Stored values are found though mistyped, renamed by users or said in another language; and not too easily."""

import functools

import pytest

from core.records import Catalog, Column, Table
from core.sql.data.schema import Schema, count_slips
from core.sql.language.lexicon import builtin_lexicon
from core.sql.linking.mentions import find_mentions

CITIES = ("Barcelona", "Sevilla", "Lisboa", "New Hampshire", "Release", "Maria", "Marta")
TABLE = Table(
    "stores",
    (
        Column("city", "VARCHAR", values=CITIES),
        Column("country", "VARCHAR", values=("ES", "PT"), value_names=(("Hispania", "ES"),)),
    ),
    9,
    "x",
)


@functools.cache
def schema():
    return Schema(Catalog((TABLE,)), builtin_lexicon())


def slips_naive(one, other):
    """Optimal string alignment by its definition."""

    @functools.cache
    def cost(i, j):
        if not i or not j:
            return i + j
        least = min(cost(i - 1, j) + 1, cost(i, j - 1) + 1, cost(i - 1, j - 1) + (one[i - 1] != other[j - 1]))
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            least = min(least, cost(i - 2, j - 2) + 1)
        return least

    return cost(len(one), len(other))


@pytest.mark.parametrize(
    "pair", [("lisboa", "lisobа"), ("abc", "cab"), ("sevilla", "sevila"), ("a", "xyz"), ("", "ab")]
)
def test_slips_are_counted_as_they_are_defined(pair):
    for most in (1, 2, 3, 9):
        assert count_slips(*pair, most) == min(slips_naive(*pair), most)


@pytest.mark.parametrize(
    ("question", "lang", "value"),
    [
        ("sales in Barcelna", "en", "Barcelona"),
        ("ventas en barcelonna", "es", "Barcelona"),
        ("ventas en Sevlila", "es", "Sevilla"),
        ("stores in new hampshre", "en", "New Hampshire"),
        ("tiendas de España", "es", "ES"),
        ("stores in Spain", "en", "ES"),
        ("ventas en Hispania", "es", "ES"),
        ("tiendas de SEVÍLLA", "es", "Sevilla"),
    ],
)
def test_a_value_is_found(question, lang, value):
    found = find_mentions(question, lang, schema(), builtin_lexicon())
    assert value in [mention.value for mention in found.values if mention.hits]


@pytest.mark.parametrize(
    "question",
    ["albums released", "sales in Marxa", "what belongs to whom", "stores with a relative"],
)
def test_a_word_or_what_is_equally_near_to_two_values_is_none(question):
    found = find_mentions(question, "en", schema(), builtin_lexicon())
    assert not [mention for mention in found.values if mention.hits]
