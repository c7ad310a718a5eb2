"""Plans: statements read back to the same rows, composed SQL parses and runs, joins are found, results compare."""

import random

import pytest
import sqlglot
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shop import make_shop, run_one

from core.records import QueryResult
from core.sql.data.joins import JoinGraph
from core.sql.data.schema import schema_of
from core.sql.language.lexicon import builtin_lexicon
from core.sql.learning.gold import read_gold
from core.sql.parser.compare import same_answer
from core.sql.parser.plan import abstract
from core.sql.parser.propose import builtin_parser, compose_candidates, link_question
from core.sql.parser.render import render_query
from core.sql.parser.understand import shape_from_json, shape_to_json

SHOP, CATALOG = make_shop("en")
GRAPH = JoinGraph(CATALOG)
STATEMENTS = [
    "SELECT name FROM customers WHERE country = 'Spain' AND birth_year > 1970",
    "SELECT country, count(*) FROM customers GROUP BY country HAVING count(*) > 2",
    "SELECT c.name, sum(o.amount) FROM customers c JOIN orders o ON c.customer_id = o.customer_id GROUP BY c.name",
    "SELECT name FROM customers WHERE NOT customer_id IN (SELECT customer_id FROM orders)",
    "SELECT product_name FROM products WHERE price > (SELECT avg(price) FROM products)",
    "SELECT c.city FROM customers c JOIN orders o ON c.customer_id = o.customer_id JOIN products p "
    "ON o.product_id = p.product_id WHERE p.category = 'Tools' "
    "INTERSECT SELECT city FROM customers WHERE country = 'Spain'",
    "SELECT product_name FROM products WHERE price BETWEEN 10 AND 20 ORDER BY price DESC LIMIT 2",
    "SELECT year(order_date), count(*) FROM orders GROUP BY 1 ORDER BY 1",
    "SELECT date_trunc('month', order_date) AS m, sum(amount) FROM orders WHERE year(order_date) = 2024 GROUP BY m",
    "SELECT sum(amount) FROM orders WHERE order_date >= DATE '2024-02-01' AND order_date < DATE '2024-05-01'",
    "SELECT name FROM customers WHERE country IN ('Spain', 'Portugal')",
    "SELECT count(DISTINCT city) FROM customers WHERE name LIKE '%a%' OR birth_year = 1990",
]
WORDS = (
    "show what is the number of customers names city country products price category orders amount quantity status "
    "average total highest lowest each by for with more than less 10 2000 Spain Tools 'Ana' and or not never without "
    "between different sorted descending top 3 2024 month quarter who which how many"
).split()


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_plan_of_a_statement_gives_the_same_rows(statement):
    plan = read_gold(statement, CATALOG, GRAPH)
    text = render_query(plan, GRAPH)
    assert same_answer(run_one(SHOP, statement), run_one(SHOP, text)), text


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_shape_survives_json(statement):
    shape = abstract(read_gold(statement, CATALOG, GRAPH))
    assert shape_from_json(shape_to_json(shape)) == shape


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=12), st.integers(0, 10**6))
@example(["than", "not", "names"], 0)
@example(["than", "never", "show", "what", "10", "2024"], 0)
def test_composed_sql_parses_and_runs(words, seed):
    """Any question, however odd: what is composed for it is one SELECT that parses and that DuckDB runs."""
    lexicon, parser = builtin_lexicon(), builtin_parser()
    schema = schema_of(CATALOG, lexicon)
    links = link_question(" ".join(words), "en", schema, lexicon, parser)
    candidates, _ = compose_candidates(links, schema, parser.shapes)
    for candidate in random.Random(seed).sample(candidates, min(6, len(candidates))):
        text = render_query(candidate.plan, schema.graph)
        if text is not None:
            assert len(sqlglot.parse(text, read="duckdb")) == 1
            assert run_one(SHOP, text).error is None, text


def test_tables_join_through_the_one_between():
    edges = GRAPH.connect(("customers", "products"))
    assert [edge.right for edge in edges] == ["orders", "products"]
    assert JoinGraph(CATALOG).connect(("customers",)) == []


@pytest.mark.parametrize(
    ("gold", "found", "ordered", "same"),
    [
        ([(1, "a"), (2, "b")], [("b", 2), ("a", 1)], False, True),
        ([(1, "a"), (2, "b")], [("b", 2), ("a", 1)], True, False),
        ([(1.0000001,)], [(1,)], False, True),
        ([(1,), (1,)], [(1,)], False, False),
        ([(1, 2)], [(1,)], False, False),
        ([(1, 2), (2, 1)], [(2, 1), (1, 2)], True, True),
    ],
)
def test_results_compare_as_bags_or_lists_with_columns_in_any_order(gold, found, ordered, same):
    def result(rows):
        return QueryResult(tuple(f"c{i}" for i in range(len(rows[0]))), (), tuple(rows))

    assert same_answer(result(gold), result(found), ordered) is same
