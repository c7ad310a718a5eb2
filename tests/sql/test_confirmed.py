"""A confirmed answer comes back for the same question, says when it was confirmed, yields where it no longer holds."""

import threading

import pytest

from core import settings
from core.sql.confirmed import depends_on_today
from core.sql.data.sources import import_source
from core.sql.tables import Tables
from core.state import pairs
from core.state.database import Database

SALES = "Fecha;Región;Importe\n01/02/2024;Norte;10\n02/02/2024;Sur;20\n03/03/2024;Norte;30\n"
QUESTION = "¿Cuánto se vendió en el norte?"
SQL = "SELECT sum(Importe) AS total FROM ventas WHERE \"Región\" = 'Norte'"


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("confirmed")
    (folder / "ventas.csv").write_text(SALES, encoding="utf-8")
    db = Database(folder / "state.sqlite")
    tables = Tables(settings.load(folder / "workspace"), db)
    import_source(folder / "ventas.csv", "ventas.csv", tables.folder)
    yield tables, db
    tables.close()
    db.close()


@pytest.fixture
def tables(opened):
    yield opened
    for pair in pairs.list_pairs(opened[1]):
        pairs.delete(opened[1], pair.id)


def confirm(opened, db, sql=SQL, question=QUESTION):
    return pairs.add(db, question, sql, "es", pairs.hashes(opened.catalog(), ["ventas"]), "parser", "accepted")


def test_the_confirmed_statement_answers_and_says_since_when(tables):
    opened, db = tables
    confirm(opened, db)
    answer = opened.ask("cuanto se vendio en el NORTE", "es")
    assert (answer.sql.text, answer.result.rows, answer.confidence) == (SQL, ((40,),), 1.0)
    assert answer.confirmed.startswith("Como confirmaste el ") and "han cambiado" not in answer.confirmed
    assert answer.chart.kind == "number"


def test_a_confirmed_question_links_wholly_however_it_is_worded(tables):
    opened, db = tables
    odd = "lo de siempre, por favor"
    assert opened.sound(odd, "es").linked < 1
    confirm(opened, db, question=odd)
    heard = opened.sound(odd, "es")
    assert (heard.linked, heard.unknown, heard.measured) == (1.0, (), True)
    assert opened.ask(odd, "es").result.rows == ((40,),)


def test_other_data_under_the_same_name_are_told(tables):
    opened, db = tables
    pairs.add(db, QUESTION, SQL, "es", {"ventas": "another"}, "parser", "accepted")
    assert "han cambiado" in opened.ask(QUESTION, "es").confirmed


@pytest.mark.parametrize("sql", ["SELECT gone FROM ventas", "SELECT * FROM read_csv('/etc/passwd')"])
def test_a_statement_that_is_not_admitted_yields_to_the_parser(tables, sql):
    opened, db = tables
    confirm(opened, db, sql)
    answer = opened.ask(QUESTION, "es")
    assert answer.sql.text != sql
    assert (answer.confidence < 1, answer.confirmed) == (True, "")


def test_questions_that_mean_other_days_tomorrow_are_known():
    assert depends_on_today("ventas del mes pasado", "es")
    assert depends_on_today("sales in the last 30 days", "en")
    assert not depends_on_today("ventas de marzo de 2024", "es")
    assert not depends_on_today(QUESTION, "es")


def test_a_cancelled_question_says_so(tables):
    opened, _ = tables
    cancel = threading.Event()
    cancel.set()
    assert opened.ask(QUESTION, "es", cancel=cancel).error == ("sql.limits.cancelled", {})
    assert opened.run(SQL, cancel=cancel).error == ("sql.limits.cancelled", {})
