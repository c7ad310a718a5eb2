"""What statements leave unsaid of a question about the shop."""

import pytest
from shop import make_shop

from core.sql.data.schema import schema_of
from core.sql.language.lexicon import builtin_lexicon
from core.sql.parser.fidelity import LAPSES, STRAINS, find_lapses, find_strains, undenied, unsaid
from core.sql.parser.propose import builtin_parser, link_question


@pytest.fixture(scope="module")
def shop():
    return schema_of(make_shop("en")[1], builtin_lexicon())


def links_of(question, schema):
    return link_question(question, "en", schema, builtin_lexicon(), builtin_parser())


@pytest.mark.parametrize(
    ("question", "sql", "lapse"),
    [
        ("name and city of customers", 'SELECT "name" FROM "customers"', "names_left"),
        ("how many glorious orders", 'SELECT COUNT(*) FROM "orders"', "words_left"),
        ("orders with amount under 40", 'SELECT * FROM "orders"', "values_left"),
        ("orders with amount under 40", 'SELECT * FROM "orders" WHERE "amount" = 40', "compared"),
        ("average and total amount", 'SELECT SUM("amount") FROM "orders"', "averaged"),
        ("products", 'SELECT "product_name" FROM "products" JOIN "orders" USING ("product_id")', "joins"),
        ("names of customers", 'SELECT "name", "birth_year" FROM "customers"', "unasked"),
        ("names of customers in alphabetical order", 'SELECT "name" FROM "customers"', "unsorted"),
        ("names of customers in descending order", 'SELECT "name" FROM "customers" ORDER BY "name"', "unsorted"),
        ("names of customers sorted by city", 'SELECT "name" FROM "customers" ORDER BY "name"', "unsorted"),
    ],
)
def test_a_lapse_is_told(question, sql, lapse, shop):
    assert dict(zip(LAPSES, find_lapses(sql, links_of(question, shop), shop), strict=True))[lapse] == 1


def test_a_statement_that_says_all_lapses_in_nothing(shop):
    sql = 'SELECT "name", "city" FROM "customers" WHERE "birth_year" < 1970'
    assert not any(find_lapses(sql, links_of("name and city of customers with birth year under 1970", shop), shop))


@pytest.mark.parametrize(
    ("question", "sql", "strain", "expected"),
    [
        ("total amount and number of orders", 'SELECT SUM("amount") FROM "orders"', "parts_left", 1),
        ("total amount and number of orders", 'SELECT SUM("amount"), COUNT(*) FROM "orders"', "parts_left", 0),
        (
            "total amount and number of orders by city",
            'SELECT "city", SUM("amount") FROM "orders" GROUP BY "city"',
            "parts_left",
            1,
        ),
        (
            "customers from Paris and Rome",
            """SELECT "name" FROM "customers" WHERE "city" IN ('a', 'b')""",
            "parts_left",
            0,
        ),
        ("orders between 5 and 10", 'SELECT * FROM "orders" WHERE "amount" BETWEEN 5 AND 10', "parts_left", 0),
        ("name and city of customers", 'SELECT "name" FROM "customers"', "open", 1),
        ("name and city of customers", 'SELECT "name", "city" FROM "customers"', "open", 0),
        ("customers", 'SELECT * FROM "orders" JOIN "customers" USING ("customer_id")', "tables", 1),
        ("city, birth year and name", 'SELECT "city", "name" FROM "customers"', "parts_left", 1),
        ("name as well as city", 'SELECT "name" FROM "customers"', "parts_left", 1),
        ("In Paris, customers", 'SELECT "name" FROM "customers"', "parts_left", 0),
        ("how many order quantities", 'SELECT COUNT(*) FROM "orders"', "uncounted", 1),
        ("how many orders", 'SELECT COUNT(*) FROM "orders"', "uncounted", 0),
        ("orders that are paid", """SELECT * FROM "orders" WHERE "status" = 'paid'""", "doubtful", 0),
        ("customers", 'SELECT * FROM "a" WHERE "x" > (SELECT AVG("x") FROM "a")', "nested", 1),
    ],
)
def test_what_makes_a_reading_doubtful(question, sql, strain, expected, shop):
    found = dict(zip(STRAINS, find_strains(sql, links_of(question, shop), shop), strict=True))
    assert found[strain] == expected


def test_values_and_denials_that_a_statement_lacks(shop):
    links = links_of("customers not from Paris", shop)
    assert (unsaid('SELECT "name" FROM "customers"', links), undenied('SELECT "name" FROM "customers"', links)) == (
        1,
        1,
    )
    kept = """SELECT "name" FROM "customers" WHERE "city" != 'Paris'"""
    assert (unsaid(kept, links), undenied(kept, links)) == (0, 0)
