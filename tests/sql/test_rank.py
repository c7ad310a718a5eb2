"""What the ranker sees of statements that hardly anybody means, on the shop."""

from dataclasses import replace

import pytest
from shop import make_shop

from core.sql.lexicon import builtin_lexicon
from core.sql.plan import STAR, Item, Query
from core.sql.propose import builtin_parser, compose_candidates, link_question
from core.sql.rank import candidate_features, feature_signs
from core.sql.schema import schema_of

ODD = ("keys_unasked", "values_counted", "single_rows", "parts_left")
CITY, KEY, AMOUNT = ("customers", "city"), ("customers", "customer_id"), ("orders", "amount")


@pytest.fixture(scope="module")
def shop():
    return schema_of(make_shop("en")[1], builtin_lexicon())


def odd_of(question, plan, shop):
    parser = builtin_parser()
    links = link_question(question, "en", shop, builtin_lexicon(), parser)
    candidates, context = compose_candidates(links, shop, parser.shapes)
    row = candidate_features(replace(candidates[0], plan=plan), 0, context)
    return {name for name, value in zip(ODD, row[-len(ODD) :], strict=True) if value}


def count_by(column):
    return Query((Item(column), Item(STAR, "count")), group=(column,))


@pytest.mark.parametrize(
    ("question", "plan", "expected"),
    [
        ("list the customers", Query((Item(KEY),)), {"keys_unasked"}),
        ("list the ids of customers", Query((Item(KEY),)), set()),
        ("how many orders", Query((Item(AMOUNT, "count", distinct=True),)), {"values_counted"}),
        ("how many different amounts of orders", Query((Item(AMOUNT, "count", distinct=True),)), set()),
        ("customers with the most orders", count_by(KEY), {"single_rows"}),
        ("how many customers in each city", count_by(CITY), set()),
        ("average and highest amount of orders", Query((Item(AMOUNT, "avg"),)), {"parts_left"}),
        ("average and highest amount of orders", Query((Item(AMOUNT, "avg"), Item(AMOUNT, "max"))), set()),
    ],
)
def test_what_hardly_anybody_means_is_told(question, plan, expected, shop):
    assert odd_of(question, plan, shop) == expected


def test_it_can_only_speak_against_a_candidate(shop):
    parser = builtin_parser()
    links = link_question("list the customers", "en", shop, builtin_lexicon(), parser)
    candidates, context = compose_candidates(links, shop, parser.shapes)
    width = len(candidate_features(candidates[0], 0, context))
    assert parser.ranker.features == width
    assert feature_signs(width)[-len(ODD) :] == [-1] * len(ODD)
