"""A model's statements: extracted, mended, guarded, run; errors handed back; the parser where nothing helps."""

import duckdb
import pytest

from core.errors import AppError
from core.records import CheckedSql, QueryResult, SqlAnswer
from core.sql.generate import ask_sql, extract_sql, write_sql
from tests.scripted_model import ScriptedModel
from tests.sql.shop import make_shop

COUNT = "```sql\nSELECT count(*) AS n FROM customers\n```"


@pytest.fixture(scope="module")
def shop():
    connection, catalog = make_shop("en")

    def run(texts):
        results = []
        for text in texts:
            try:
                cursor = connection.execute(text)
                columns = tuple(column[0] for column in cursor.description)
                results.append(QueryResult(columns, ("",) * len(columns), tuple(cursor.fetchall())))
            except duckdb.Error as error:
                results.append(QueryResult(error=("sql.run.failed", {"detail": str(error).split("\n")[0]})))
        return results

    yield catalog, run
    connection.close()


@pytest.fixture
def write(shop):
    catalog, run = shop

    def go(model, question="How many customers are there?", pairs=()):
        sql = CheckedSql("SELECT 'parsed' AS said", ())
        parsed = SqlAnswer(question, "en", sql, run([sql.text])[0], reading="the parser's", confidence=0.4)

        def open_model():
            if isinstance(model, AppError):
                raise model
            return model

        steps = write_sql(question, catalog, run, open_model, lambda: parsed, lang="en", pairs=pairs)
        while True:
            try:
                next(steps)
            except StopIteration as ended:
                return ended.value, parsed

    return go


def test_the_statement_runs_and_the_parsers_reading_is_the_alternative(write):
    answer, parsed = write(ScriptedModel([f"Here you are:\n{COUNT}\nHope it helps!"]))
    assert answer.result.rows == ((12,),)
    assert (answer.engine, answer.message) == ("openai", "")
    assert answer.alternatives[0].sql == parsed.sql.text
    assert len(answer.uses) == 1


def test_the_same_rows_make_it_sure_and_keep_the_words(write):
    answer, _ = write(ScriptedModel(["```sql\nSELECT 'parsed' AS x\n```"]))
    assert answer.confidence >= 0.9
    assert answer.reading == "the parser's"


def test_slips_are_mended_before_anything_is_handed_back(write):
    model = ScriptedModel(
        ["SELECT name, max(birth_year) FROM customers WHERE country = \"France\" AND city LIKE 'par%'"]
    )
    answer, _ = write(model)
    assert len(answer.result.rows) == 1
    assert answer.result.rows[0][0] is not None
    assert len(model.calls) == 1


def test_an_error_is_handed_back_with_its_place(write):
    model = ScriptedModel(["```sql\nSELECT nombre FROM customers\n```", "```sql\nSELECT FROM WHERE\n```", COUNT])
    answer, _ = write(model)
    assert answer.result.rows == ((12,),)
    assert len(answer.uses) == 3
    first, second = (model.calls[n][-1].text for n in (1, 2))
    assert "nombre" in first
    assert "SELECT FROM WHERE" in second
    assert "line 1" in second.lower()


@pytest.mark.parametrize(
    "said",
    [
        "```sql\nDROP TABLE customers\n```",
        "```sql\nSELECT * FROM read_csv('/etc/passwd')\n```",
        "```sql\nCOPY customers TO '/tmp/x'\n```",
        "```sql\nSELECT * FROM secrets\n```",
        "I am sorry, I cannot do that.",
        "```sql\nSELECT nothing FROM customers\n```",
    ],
)
def test_after_two_repairs_the_parser_stands_with_a_note(write, said):
    model = ScriptedModel([said])
    answer, parsed = write(model)
    assert (answer.sql, answer.result, answer.engine) == (parsed.sql, parsed.result, "builtin")
    assert "built-in engine" in answer.message
    assert len(model.calls) == 3


@pytest.mark.parametrize(
    "model",
    [AppError("models.key_missing", url="http://x/v1"), ScriptedModel([AppError("models.empty", model="m")])],
)
def test_a_model_that_fails_leaves_the_parsers_answer(write, model):
    answer, parsed = write(model)
    assert answer.sql is parsed.sql
    assert answer.message


def test_the_prompt_holds_schema_keys_values_and_the_nearest_pairs(shop):
    catalog, _ = shop
    pairs = [
        ("total amount by status", "SELECT status, sum(amount) FROM orders GROUP BY 1"),
        ("customers from Spain", "SELECT count(*) FROM customers WHERE country = 'Spain'"),
        ("old", "SELECT * FROM gone"),
    ]
    system, user = ask_sql("How many customers from France?", catalog, "en", ScriptedModel(["x"]), pairs)
    assert "customers" not in system.text
    assert 'KEY "customers"."customer_id" = "orders"."customer_id"' in user.text
    assert 'VALUE "France" is stored as "France" in "customers"."country"' in user.text
    assert user.text.index("-- customers from Spain") < user.text.index("-- total amount by status")
    assert "gone" not in user.text


def test_the_prompt_fits(shop):
    catalog, _ = shop
    model = ScriptedModel(["x"], room_tokens=600)
    messages = ask_sql("How many customers from France?", catalog, "en", model, [])
    assert sum(model.count_tokens(message.text) for message in messages) <= 600


def test_a_known_schema_is_shown_where_it_fits_and_linked_again_where_not(shop):
    catalog, _ = shop
    linked = []

    def ask(room, recall):
        model = ScriptedModel(["x"], room_tokens=room)
        return ask_sql("How many customers from France?", catalog, "en", model, [], recall=recall)[-1].text

    def note(work):
        linked.append(work())
        return linked[0]

    wide, narrow = ask(4000, note), ask(300, note)
    assert linked[0] in wide and linked == [linked[0]] * 2
    assert linked[0] not in narrow and 'VALUE "France"' in narrow
    assert ask(4000, lambda work: 'TABLE "known"').count('TABLE "known"') == 1
    assert (wide, narrow) == (ask(4000, lambda work: work()), ask(300, lambda work: work()))


@pytest.mark.parametrize(
    ("said", "sql"),
    [
        ("```sql\nSELECT 1;\n```", "SELECT 1"),
        ("```\nSELECT 1\n```", "SELECT 1"),
        ("Sure! SELECT ';' AS a; SELECT 2", "SELECT ';' AS a"),
        (
            "```python\nprint(1)\n```\n```sql\nWITH a AS (SELECT 1) SELECT * FROM a\n```",
            "WITH a AS (SELECT 1) SELECT * FROM a",
        ),
        ("```sql\nSELECT 1", "SELECT 1"),
        ("SELECT 1\n\nThis counts one.", "SELECT 1"),
        ("no", ""),
        ("", ""),
    ],
)
def test_the_statement_is_found_in_what_was_said(said, sql):
    assert extract_sql(said) == sql
