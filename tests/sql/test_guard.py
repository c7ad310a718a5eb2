"""The guard: what it refuses and why, what honest users write, and that no mutation of either gets past it."""

import random

import pytest
from mutations import foreign_tables, mutate
from safety_workspace import SAFETY, statements

from core import i18n
from core.errors import AppError
from core.records import Catalog, Column, Table
from core.sql.safety.allow_list import allowed
from core.sql.safety.guard import check_sql

CATALOG = Catalog(
    tables=(
        Table("sales", (Column("id", "BIGINT"), Column("día", "DATE")), 1, "/data/a.duckdb"),
        Table("customers", (Column("customer", "VARCHAR"),), 1, "/data/a.duckdb"),
    )
)
PLACES = {"db_path": "/data/a.duckdb", "temp_dir": "/tmp/spill", "canary_path": "/tmp/canary.csv"}
HOSTILE = statements("attacks.json", **PLACES)
HONEST = statements("benign.json", **PLACES)
SYNTAX = [line for line in (SAFETY / "syntax.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
REFUSALS = [line.split("\t") for line in (SAFETY / "refusals.txt").read_text("utf-8").splitlines()[1:]]


def reason(text):
    """'' where the guard admits a statement, else the reason of the refusal."""
    try:
        check_sql(text, CATALOG)
    except AppError as error:
        assert i18n.error_text(error, "es") and i18n.error_text(error, "en")
        return error.key.removeprefix("sql.guard.")
    return ""


@pytest.mark.parametrize("case", [c for c in HOSTILE if c["expected"] == "refused"], ids=lambda c: c["id"])
def test_hostile_statements_are_refused(case):
    assert reason(case["sql"])


@pytest.mark.parametrize("case", [c for c in HONEST if c["id"] != "ok-10"], ids=lambda c: c["id"])
def test_honest_statements_are_admitted(case):
    assert reason(case["sql"]) == ""


def test_a_pivot_that_lists_no_values_is_refused_with_that_reason():
    assert [reason(c["sql"]) for c in HONEST if c["id"] == "ok-10"] == ["pivot_without_in"]


@pytest.mark.parametrize("text", SYNTAX)
def test_the_syntax_of_analysts_is_admitted(text):
    assert reason(text) == ""


@pytest.mark.parametrize(("expected", "text"), REFUSALS, ids=lambda value: value[:40])
def test_refusals_name_their_reason(expected, text):
    assert reason(text.replace("\\n", "\n")) == expected


def test_a_refusal_says_where():
    with pytest.raises(AppError) as caught:
        check_sql("SELECT 'ñ€'\nFROM hidden_table", CATALOG)
    assert caught.value.params["line"] == 2
    assert caught.value.params["position"] == 17
    assert caught.value.params["nearest"] == "sales"


def test_long_and_deep_statements_are_refused_quickly():
    assert reason("SELECT " + "1+" * 12000 + "1") == "too_long"
    assert reason("SELECT " + "(" * 5000 + "1") == "too_deep"
    assert reason("SELECT " + "1+" * 400 + "1") == "too_deep"


def test_what_a_statement_is_about():
    checked = check_sql(
        "SELECT customer, sum(s.id) FROM sales s JOIN customers c USING (customer) "
        "WHERE día > DATE '2024-01-01' AND (id = 1 OR id = 2) GROUP BY 1 HAVING count(*) > 3 ORDER BY 2",
        CATALOG,
    )
    assert checked.tables == ("sales", "customers")
    assert checked.filters == ("día > DATE '2024-01-01'", "id = 1 OR id = 2", "count(*) > 3")
    assert checked.joins == ("USING (customer)",)
    assert checked.aggregates == ("sum(s.id)", "count(*)")
    assert checked.ordered
    assert not check_sql("SELECT * FROM (SELECT 1 ORDER BY 1)", CATALOG).ordered


def test_names_are_compared_as_the_engine_does():
    """The Kelvin sign lowers to 'k' in Python and not in DuckDB: a CTE so named must not stand for a table."""
    assert reason("SELECT * FROM SALES") == ""
    assert reason("WITH boo\u212a AS (SELECT 1) SELECT * FROM book") == "unknown_table"


def test_an_engine_without_a_list_admits_nothing(monkeypatch):
    import duckdb

    allowed.cache_clear()
    monkeypatch.setattr(duckdb, "__version__", "9.9.9")
    assert reason("SELECT 1") == "engine_version"
    allowed.cache_clear()


def test_each_opinion_refuses_alone(monkeypatch):
    """With the walk over DuckDB's tree switched off, sqlglot still refuses writes and foreign tables."""
    from core.sql.safety import walk

    monkeypatch.setattr(walk.Walk, "statement", lambda self, tree: None)
    assert reason("WITH x AS (DELETE FROM sales RETURNING *) SELECT 1") == "second_opinion"
    assert reason("SELECT * FROM hidden_table") == "unknown_table"
    assert reason("SELECT * FROM main.sales") == "qualified_table"


@pytest.mark.parametrize("seed", range(4))
def test_mutations_reach_no_other_table(seed):
    """Whatever is admitted names, by DuckDB's own account, no table outside the catalog."""
    rng = random.Random(seed)
    texts = [case["sql"] for case in HOSTILE + HONEST if case["id"] not in ("cpu-21", "cpu-23")] + SYNTAX
    for _ in range(100):
        text = mutate(rng.choice(texts), rng)
        if reason(text) == "":
            assert foreign_tables(text, {"sales", "customers"}) == set(), text
