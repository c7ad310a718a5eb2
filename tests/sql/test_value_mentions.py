"""Values in questions: periods said by more than a year, and what candidates make of them and of lists of values."""

import pytest
from shop import make_shop

from core.sql.data.schema import schema_of
from core.sql.language.lexicon import builtin_lexicon
from core.sql.language.question import tokenize
from core.sql.linking.value_mentions import find_dated
from core.sql.parser.propose import builtin_parser, compose_candidates, link_question
from core.sql.parser.render import render_query

_, CATALOG = make_shop("en")


@pytest.mark.parametrize(
    ("question", "lang", "periods"),
    [
        ("orders in June 2024", "en", [("2024-06-01", "2024-06-30")]),
        ("pedidos del tercer trimestre de 2023", "es", [("2023-07-01", "2023-09-30")]),
        ("ventas entre marzo y mayo de 2024", "es", [("2024-03-01", "2024-05-31")]),
        ("orders since May 2021", "en", [("2021-05-01", None)]),
        ("orders before 2022", "en", [(None, "2021-12-31")]),
        ("orders in 2024", "en", []),  # a bare year is a number too
        ("orders of the last month", "en", []),  # hangs on today
        ("orders in June", "en", []),
    ],
)
def test_periods_are_values(question, lang, periods):
    found = find_dated(tokenize(question, lang, builtin_lexicon()))
    assert [mention.value for mention in found] == periods


def composed(question, lang="en"):
    lexicon, parser = builtin_lexicon(), builtin_parser()
    schema = schema_of(CATALOG, lexicon)
    links = link_question(question, lang, schema, lexicon, parser)
    candidates, _ = compose_candidates(links, schema, parser.shapes)
    return [render_query(candidate.plan, schema.graph) or "" for candidate in candidates]


@pytest.mark.parametrize(
    ("question", "lang", "part"),
    [
        ("How many orders were there in June 2023?", "en", "\"order_date\" BETWEEN '2023-06-01' AND '2023-06-30"),
        ("¿Cuántos pedidos hubo desde mayo de 2023?", "es", "\"order_date\" >= '2023-05-01'"),
        ("number of orders by month", "en", 'MONTH("order_date")'),
        ("total amount per year", "en", 'YEAR("order_date")'),
    ],
)
def test_candidates_read_time(question, lang, part):
    assert any(part in sql for sql in composed(question, lang))
