"""Statements that a user writes: honest ones run, a PIVOT is given its values, and the guard holds on that way too."""

import pytest
from safety_workspace import build_dataset, statements

from core.errors import AppError
from core.settings import Settings
from core.sql.safety.execute import admit_sql, run_queries
from core.sql.safety.sandbox import Sandbox


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    place = tmp_path_factory.mktemp("datasets")
    catalog = build_dataset(place / "main.duckdb")
    with Sandbox(Settings(place)) as sandbox:
        yield catalog, sandbox


def test_every_honest_statement_is_admitted_and_runs(opened):
    catalog, sandbox = opened
    queries = [admit_sql(case["sql"], catalog, sandbox) for case in statements("benign.json")]
    results = run_queries(queries, catalog, sandbox)
    assert [result.error for result in results if result.error] == [] and len(results) == 20


def test_a_pivot_is_given_its_values(opened):
    catalog, sandbox = opened
    query = admit_sql("PIVOT sales ON quarter(day) USING sum(amount) GROUP BY customer", catalog, sandbox)
    (result,) = run_queries([query], catalog, sandbox)
    assert result.columns == ("customer", "1", "2", "3", "4") and len(result.rows) == 1000
    by_text = admit_sql("PIVOT (SELECT region FROM customers) ON region USING count(*)", catalog, sandbox)
    (result,) = run_queries([by_text], catalog, sandbox)
    assert result.columns == ("north", "south") and result.rows == ((500, 500),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("PIVOT hidden_table ON k USING count(*)", "unknown_table"),
        ("PIVOT (SELECT s FROM hidden_table) ON s USING count(*)", "unknown_table"),
        ("PIVOT sales ON sleep_ms(id) USING count(*)", "function"),
        ("PIVOT sales ON id USING count(*)", "pivot_without_in"),
        ("PIVOT (SELECT * FROM read_text('/etc/passwd')) ON content USING count(*)", "table_function"),
    ],
)
def test_the_guard_holds_for_what_a_pivot_asks(opened, text, reason):
    with pytest.raises(AppError) as caught:
        admit_sql(text, *opened)
    assert caught.value.key == f"sql.guard.{reason}"
