"""Statements that a model writes are run in the sandbox and count by their rows; data sets are split by database."""

import pytest

from core import settings
from core.evaluation import learn
from core.evaluation.gate_chat import find_chat_faults
from core.evaluation.gate_sql import measure_statements, open_tables
from core.models.engine import Piece
from core.sql.data.sources import import_source
from core.sql.generate import ask_sql
from core.sql.tables import Tables
from core.state import pairs
from core.state.database import Database
from core.training.examples import UNNAMED, Example, format_examples, read_examples, split_examples

CITIES = ("Leeds", "Oviedo", "Porto", "Lyon", "Turin", "Ghent")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A workspace with one table of sales by city."""
    folder = tmp_path_factory.mktemp("sales")
    rows = "".join(f"{city},{n * 10}\n" for n, city in enumerate(CITIES, 1))
    (folder / "sales.csv").write_text(f"city,amount\n{rows}")
    held = settings.load(folder / "workspace")
    tables = Tables(held)
    import_source(folder / "sales.csv", "sales.csv", tables.folder)
    tables.close()
    return held.workspace


def gold(city):
    return f'SELECT "amount" FROM "sales" WHERE "city" = \'{city}\''


CASES = [Example((("user", f"Sales of {city}?"),), f"```sql\n{gold(city)}\n```", "s", "s") for city in CITIES]
BROKEN = Example((("user", "Sales of Rome?"),), 'SELECT "gone" FROM "sales"', "s", "s")
TALK = Example((("user", "Who are you?"),), "A helper.")


class Scripted:
    """A model that writes what a function of the question and the adapter says."""

    def __init__(self, said):
        self.said = said

    def generate(self, messages, tokens_max, adapter, call):
        yield Piece(self.said(messages[-1].text, adapter))


def test_rows_decide_whatever_the_wording(workspace, tmp_path):
    def said(question, adapter):
        city = question.removeprefix("Sales of ").rstrip("?")
        if adapter is None:
            return "I cannot say." if city != "Leeds" else f"```sql\n{gold(city)}\n```"
        return f"Here:\n```sql\nSELECT s.amount FROM sales AS s WHERE s.city = '{city}'\n```\nDone."

    with open_tables(workspace) as run:
        found = measure_statements(Scripted(said), (None, tmp_path), [*CASES, BROKEN, TALK], run)
        assert (found.cases, found.mean_a, found.mean_b) == (6, pytest.approx(1 / 6), 1.0)
        assert measure_statements(Scripted(said), (None, tmp_path), CASES[:4], run) is None
        assert run("DROP TABLE sales", True).error and run("SELECT * FROM read_csv('/etc/passwd')", True).error
        assert [tuple(row) for row in run(gold("Porto"), False).rows] == [(30,)]
        worse = measure_statements(Scripted(lambda q, a: said(q, None if a else "x")), (None, tmp_path), CASES, run)
    likelier = measure_like(0.5)
    faults = find_chat_faults({"chat": likelier, "chat_execution": worse}, 400)
    assert [key for key, _ in faults] == ["gate.chat_sql_worse"]
    assert find_chat_faults({"chat": likelier, "chat_execution": found}, 400) == []


def measure_like(gain):
    from core.evaluation.compare import compare

    before = {str(n): -2.0 - n / 100 for n in range(40)}
    return compare(before, {name: value + gain for name, value in before.items()})


def test_statements_are_split_by_database_where_there_are_enough(tmp_path):
    many = [Example((("user", f"q{n}"),), "SELECT 1", f"d{n % 9}", f"d{n % 9}") for n in range(90)]
    parts = [{one.database for one in part} for part in split_examples(many)]
    assert all(parts) and not (parts[0] & parts[1] | parts[0] & parts[2] | parts[1] & parts[2])
    one = [Example((("user", f"q{n}"),), "SELECT 1", "d", "d") for n in range(90)]
    assert all(len(part) >= 9 for part in split_examples(one))
    path = tmp_path / "a.jsonl"
    path.write_text(format_examples(many[:2]))
    assert read_examples(path) == many[:2]
    path.write_text('{"question": "q", "sql": "SELECT 1", "db_id": "x"}\n{"question": "q", "sql": "SELECT 2"}\n')
    assert [one.database for one in read_examples(path)] == ["x", UNNAMED]


def test_accepted_pairs_are_asked_as_the_chat_asks_for_a_statement(workspace, tmp_path):
    db = Database(tmp_path / "state.sqlite")
    tables = Tables(settings.load(workspace), db)
    try:
        catalog = tables.catalog()
        pairs.add(db, "Sales of Leeds?", gold("Leeds"), "en", pairs.hashes(catalog, ["sales"]), "user", "accepted")
        pairs.add(db, "Sales of old?", "SELECT 1 FROM gone", "en", {"gone": "ab"}, "user", "accepted")
        (example,) = learn.sql_examples(db, catalog)
    finally:
        tables.close()
        db.close()
    asked = ask_sql("Sales of Leeds?", catalog, "en", learn._Room(), ())
    assert example.messages == tuple((message.role, message.text) for message in asked)
    assert "city" in example.messages[1][1]
    assert example.completion == f"```sql\n{gold('Leeds')}\n```" and example.database not in ("", UNNAMED)
