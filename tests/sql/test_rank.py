"""What the ranker sees of statements that hardly anybody means, on the shop."""

from dataclasses import replace

import pytest
from shop import make_shop

from core.records import QueryResult
from core.sql.data.schema import schema_of
from core.sql.language.lexicon import builtin_lexicon
from core.sql.language.question import tokenize
from core.sql.linking.link import Links
from core.sql.linking.ordering import asked_order
from core.sql.parser.compose import Fill
from core.sql.parser.plan import STAR, Cond, Item, Query
from core.sql.parser.propose import builtin_parser, compose_candidates, link_question
from core.sql.parser.rank import candidate_features, feature_signs
from core.sql.parser.rank_cues import odd_features, time_features
from core.sql.parser.rank_results import facts_of

ODD = ("keys_unasked", "values_counted", "single_rows", "parts_left")
TIME = ("unit_said", "parts_used", "other_unit", "unit_unsaid", "periods_left", "year_as_amount")
CITY, KEY, AMOUNT = ("customers", "city"), ("customers", "customer_id"), ("orders", "amount")


@pytest.fixture(scope="module")
def shop():
    return schema_of(make_shop("en")[1], builtin_lexicon())


def odd_of(question, plan, shop):
    parser = builtin_parser()
    links = link_question(question, "en", shop, builtin_lexicon(), parser)
    _, context = compose_candidates(links, shop, parser.shapes)
    return {name for name, value in zip(ODD, odd_features(plan, context), strict=True) if value}


def time_of(question, plan, shop):
    parser = builtin_parser()
    links = link_question(question, "en", shop, builtin_lexicon(), parser)
    candidates, context = compose_candidates(links, shop, parser.shapes)
    empty = replace(candidates[0], plan=plan, fill=Fill())
    return {name for name, value in zip(TIME, time_features(empty, context), strict=True) if value}


def by_part(part):
    bucket = Item(("orders", "order_date"), part=part)
    return Query((bucket, Item(STAR, "count")), group=(bucket,))


def dearer_than(amount):
    return Query((Item(STAR, "count"),), where=(Cond(Item(AMOUNT), ">", amount),))


def count_by(column):
    return Query((Item(column), Item(STAR, "count")), group=(Item(column),))


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
    assert feature_signs(width)[-len(ODD) - len(TIME) :] == [-1] * len(ODD) + [0, 0] + [-1] * 4


@pytest.mark.parametrize(
    ("question", "plan", "expected"),
    [
        ("orders by month", by_part("month"), {"unit_said", "parts_used"}),
        ("orders by year", by_part("month"), {"unit_said", "parts_used", "other_unit"}),
        ("how many orders", by_part("month"), {"parts_used", "unit_unsaid"}),
        ("orders in June 2023", Query((Item(STAR, "count"),), tables=("orders",)), {"periods_left"}),
        ("orders in 2023", dearer_than(2023), {"year_as_amount"}),
        ("orders of more than 2023 euros", dearer_than(2023), set()),
    ],
)
def test_time_is_held_against_a_candidate(question, plan, expected, shop):
    assert time_of(question, plan, shop) == expected


@pytest.mark.parametrize(
    ("question", "falling"),
    [
        ("customers sorted by age", None),
        ("clientes ordenados por edad", None),
        ("names in descending alphabetical order", True),
        ("names in reverse alphabetical order", True),
        ("names in alphabetical order", False),
        ("clientes en orden alfabético", False),
        ("sales by region, highest first", True),
    ],
)
def test_rows_in_order_are_asked_for(question, falling):
    lang = "es" if "clientes" in question else "en"
    assert asked_order(Links(question, lang, tokenize(question, lang, builtin_lexicon())))[1] is falling


@pytest.mark.parametrize("question", ["orders by region", "how many orders", "pedidos por cliente", "order quantity"])
def test_no_order_is_asked_for(question):
    lang = "es" if "pedidos" in question else "en"
    assert asked_order(Links(question, lang, tokenize(question, lang, builtin_lexicon()))) is None


def test_other_orders_are_other_answers_only_where_an_order_is_asked_for():
    up, down = (QueryResult(("name",), ("VARCHAR",), rows) for rows in ((("a",), ("b",)), (("b",), ("a",))))
    assert facts_of(up).key == facts_of(down).key
    assert facts_of(up, True).key != facts_of(down, True).key
    assert facts_of(up, True).key == facts_of(up, True).key
