"""The data page driven by AppTest on a real workspace: real files, guard, sandbox and parser of questions."""

import dataclasses
import json
import re
import threading
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import samples
from core.errors import AppError
from core.records import Catalog, Column, ForeignKey, Reading, Table
from core.sql.data.sources import import_source
from core.sql.safety.pretty import pretty_sql, preview_sql
from core.state import boards, jobs, pairs, questions, traces
from pages.parts.asking import Order, carry_out
from pages.parts.board import refresh
from pages.parts.relations import relations_dot

ROOT = Path(__file__).resolve().parent.parent
VENTAS = """Fecha;Región;Producto;Importe
02/01/2025;Norte;Tapón;1.200,50
15/01/2025;Sur;Placa;800,25
03/02/2025;Norte;Placa;2.400,00
20/02/2025;Este;*Tapón* [x](http://evil.example);300,75
11/03/2025;Sur;Tapón;950,00
"""


def ingest(workspace, name="ventas.csv", data=VENTAS):
    workspace.library.add_upload(name, data.encode())
    while (job := jobs.claim(workspace.db, "test", ("ingest",))) is not None:
        workspace.library.ingest(job.payload["file_id"])
        jobs.finish(workspace.db, job.id)


def open_page(page="data", language="es"):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["language"] = language
    app.session_state["wanted"] = page
    app.run()
    assert not app.exception
    return app


def shown(app):
    return "\n".join(str(getattr(element, "value", "")) for element in [*app.main, *app.sidebar]).replace("\\", "")


def ask(app, question):
    app.text_input(key="data-question").set_value(question)
    app.button(key="data-ask").click().run()
    assert not app.exception
    return app


def run_sql(app, sql):
    """What the editor's 'run' notes: the editor itself is driven in a browser."""
    desk = app.session_state["data-desk"]
    desk.sql, desk.pending = sql, Order(desk.asked if desk.correcting else "", sql)
    if desk.correcting:
        desk.pending = Order(desk.asked, sql, verdict="corrected", origin="user")
    app.run()
    assert not app.exception
    return app


def desk(app):
    return app.session_state["data-desk"]


def frames(app):
    return [frame.value for frame in app.dataframe]


def test_without_tables_the_page_offers_files_and_the_sample(workspace):
    app = open_page()
    assert "Todavía no hay tablas" in shown(app)
    app.button(key="open-sample").click().run()
    assert workspace.library.open_files() == len(samples.files())
    assert len(samples.tables()) > 3


def test_the_catalog_shows_columns_types_and_ranges_in_both_languages(workspace):
    ingest(workspace)
    spanish, english = shown(open_page()), shown(open_page(language="en"))
    assert "ventas.csv · 5 filas" in spanish
    assert "Importe :gray[número · 300,75 – 2400]" in spanish
    assert "Fecha :gray[fecha · 02/01/2025 – 11/03/2025]" in spanish
    assert "Importe :gray[number · 300.75 – 2,400]" in english
    assert "Región :gray[text · 3 values]" in english


def test_a_question_shows_sentences_chart_rows_and_its_statement(workspace):
    ingest(workspace)
    app = ask(open_page(), "Ventas por región en 2025, de mayor a menor")
    assert [list(frame.iloc[:, 0]) for frame in frames(app)] == [["Norte", "Sur", "Este"]]
    assert frames(app)[0].iloc[0, 1] == 3600.5
    assert len(app.get("plotly_chart")) == 1
    assert "Norte" in shown(app) and "3600,5" in shown(app)
    assert desk(app).sql.upper().startswith("SELECT")
    assert "3 filas · ventas" in shown(app)


def test_an_edited_statement_runs_and_a_refused_one_says_why_and_keeps_the_result(workspace):
    ingest(workspace)
    app = run_sql(open_page(), "SELECT Producto, sum(Importe) AS total FROM ventas GROUP BY 1 ORDER BY 2 DESC LIMIT 1")
    assert list(frames(app)[-1].iloc[0]) == ["Placa", 3200.25]
    app = run_sql(app, "SELECT * FROM read_csv('/etc/passwd')")
    assert "read_csv" in app.error[0].value.replace("\\", "")
    assert list(frames(app)[-1].iloc[0]) == ["Placa", 3200.25]
    app = run_sql(app, "SELECT count(*) AS n FROM ventas")
    assert not app.error
    assert app.metric[0].value == "5"


def test_the_kind_of_chart_can_be_changed(workspace):
    ingest(workspace)
    app = run_sql(open_page(), "SELECT date_trunc('month', Fecha) AS mes, sum(Importe) AS total FROM ventas GROUP BY 1")
    kinds = next(group for group in app.get("button_group") if (group.key or "").startswith("kind-"))
    assert (kinds.value, kinds.options[0]) == ("line", "Líneas")
    assert "Barras" in kinds.options
    kinds.select("Barras").run()
    assert not app.exception
    assert app.get("plotly_chart")[0].key.startswith("figure-bar")


def test_other_readings_run_and_the_history_brings_answers_back(workspace):
    ingest(workspace)
    app = ask(open_page(), "Ventas por región en 2025, de mayor a menor")
    readings = [button for button in app.button if (button.key or "").startswith("reading-")]
    first = desk(app).sql
    if readings:
        readings[0].click().run()
    else:
        run_sql(app, "SELECT 1 AS uno")
    assert not app.exception
    assert desk(app).sql != first
    asked = questions.list_questions(workspace.db)
    app.button(key=f"past-{asked[1].id}").click().run()
    assert desk(app).sql == first
    assert app.text_input(key="data-question").value == "Ventas por región en 2025, de mayor a menor"


def test_a_question_the_tables_cannot_answer_says_so(workspace):
    ingest(workspace)
    app = ask(open_page(language="en"), "boiling point of tungsten hexafluoride")
    assert not app.get("plotly_chart")
    assert "tungsten" in shown(app)


def test_years_have_no_separators_and_odd_values_are_shown(workspace):
    ingest(workspace)
    sql = (
        "SELECT year(Fecha) AS año, sum(Importe) AS total, DATE 'infinity' AS fin, "
        "170141183460469231731687303715884105727 AS enorme, sum(Importe) AS total, [1, 2] AS lista "
        "FROM ventas GROUP BY 1"
    )
    app = run_sql(open_page(), sql)
    row = frames(app)[-1].iloc[0].tolist()
    assert row[0] == 2025 and row[1] == row[4] == 5651.5
    assert "1701411834604692317316873037158841" in str(row[3])
    columns = json.loads(app.dataframe[-1].proto.columns)
    assert columns["0"]["type_config"]["format"] == "%d"
    assert columns["1"]["type_config"]["format"] == "localized"


def test_the_chat_shows_a_chart_and_takes_its_answer_to_this_page(workspace):
    ingest(workspace)
    app = open_page("chat")
    app.chat_input(key="question").set_value("Ventas por región en 2025, de mayor a menor").run()
    assert not app.exception
    charts = [chart.key for chart in app.get("plotly_chart")]
    assert "figure-bar-inline-1" in charts
    assert re.search(r"3 filas · .* · motor integrado", shown(app))
    app.button(key="open-1").click().run()
    assert not app.exception
    assert app.text_input(key="data-question").value == "Ventas por región en 2025, de mayor a menor"
    assert "3 filas · ventas" in shown(app)


def test_text_of_the_data_is_never_markdown(workspace):
    ingest(workspace)
    app = run_sql(
        open_page(), "SELECT Producto, sum(Importe) AS total FROM ventas WHERE \"Región\" = 'Este' GROUP BY 1"
    )
    raw = "\n".join(str(getattr(element, "value", "")) for element in [*app.markdown, *app.caption])
    raw += "\n".join(metric.label for metric in app.metric)
    assert "](http" not in raw


def test_the_first_rows_of_a_table_are_one_click_away_and_it_can_be_removed(workspace):
    ingest(workspace)
    app = open_page()
    app.button(key="preview-ventas").click().run()
    assert not app.exception
    assert len(frames(app)[-1]) == 5
    app.session_state["preview-tabs-ventas"] = "Perfil"
    app.button(key="preview-ventas").click().run()
    profile = frames(app)[-1]
    assert list(profile.iloc[:, 0]) == ["Fecha", "Región", "Producto", "Importe"]
    assert profile.iloc[1].tolist()[1:4] == ["texto", 0.0, 3]
    assert profile.iloc[3].tolist()[4:6] == ["300,75", "2400"]
    app.button(key="remove-source").click().run()
    assert not workspace.tables.catalog().tables
    assert workspace.library.documents() == []


def test_statements_are_laid_out_for_reading_and_names_are_quoted():
    long = "SELECT a, sum(b) AS total FROM t WHERE c = 'x' AND d > 3 GROUP BY a ORDER BY total DESC LIMIT 5"
    assert pretty_sql(long).count("\n") > 5
    assert pretty_sql("SELECT 1") == "SELECT 1"
    assert pretty_sql("SELEC nonsense (" * 10) == "SELEC nonsense (" * 10
    assert preview_sql('od"d', 5) == 'SELECT * FROM "od""d" LIMIT 5'


BY_REGION = "Ventas por región en 2025, de mayor a menor"


def click(app, start):
    """The button whose key starts so."""
    next(button for button in app.button if (button.key or "").startswith(start)).click().run()
    assert not app.exception
    return app


def test_columns_of_a_chart_change_and_the_pin_keeps_them(workspace):
    ingest(workspace)
    app = run_sql(
        open_page(), 'SELECT "Región", Producto, sum(Importe) AS total, count(*) AS n FROM ventas GROUP BY ALL'
    )
    menu = {box.label: box for box in app.selectbox}
    assert {"En el eje", "Qué se mide"} <= set(menu)
    menu["Qué se mide"].select("n").run()
    assert not app.exception
    app.text_input(key="pin-title-data-1").set_value("Cuántas por región")
    click(app, "pin-data-1")
    (pin,) = boards.list_pins(workspace.db)
    assert (pin.title, pin.chart.y) == ("Cuántas por región", ("n",))
    assert pin.chart.title.startswith("N ")


def test_the_board_survives_a_restart_and_refreshes(workspace):
    ingest(workspace)
    app = click(ask(open_page(), BY_REGION), "pin-data-1")
    app = open_page()  # another session
    app.session_state["data-view"] = "board"
    app.run()
    assert not app.exception
    (pin,) = boards.list_pins(workspace.db)
    assert f"**{BY_REGION}**" in shown(app)
    assert [chart.key for chart in app.get("plotly_chart")] == [f"figure-bar-board-{pin.id}"]
    click(app, f"board-refresh-{pin.id}")
    (after,) = boards.list_pins(workspace.db)
    assert after.refreshed_at > pin.refreshed_at
    assert after.result.rows == pin.result.rows
    app.text_input(key=f"board-name-{pin.id}").set_value("Regiones").run()
    assert boards.list_pins(workspace.db)[0].title == "Regiones"
    click(app, f"board-open-{pin.id}")
    assert app.session_state["data-view"] == "ask"
    assert len(desk(app).answer.result.rows) == 3
    assert desk(app).asked == BY_REGION


def test_a_pin_whose_table_is_gone_says_so_and_keeps_none_of_its_rows(workspace):
    ingest(workspace)
    click(ask(open_page(), BY_REGION), "pin-data-1")
    workspace.library.delete_tables("ventas.csv")
    app = open_page()
    app.session_state["data-view"] = "board"
    app.run()
    assert "Ya no está aquí: ventas" in shown(app)
    assert not app.get("plotly_chart")
    (pin,) = boards.list_pins(workspace.db)
    assert pin.result is None
    ingest(workspace)
    refresh(workspace, [pin.id], threading.Event())
    assert len(boards.read_pin(workspace.db, pin.id).result.rows) == 3
    click(app, f"board-remove-{pin.id}")
    assert boards.list_pins(workspace.db) == []


def test_a_refresh_that_fails_names_the_limit_and_keeps_the_rows(workspace):
    ingest(workspace)
    click(ask(open_page(), BY_REGION), "pin-data-1")
    (pin,) = boards.list_pins(workspace.db)
    slow = boards.add_pin(
        workspace.db, "lenta", "", "SELECT count(*) FROM range(1000000000000)", "es", pin.chart, {}, pin.result
    )
    refresh(workspace, [slow, pin.id], threading.Event())
    app = open_page()
    app.session_state["data-view"] = "board"
    app.run()
    assert "sql_time_limit_ms" in shown(app)
    assert len(app.get("plotly_chart")) == 2


def test_an_accepted_answer_is_given_again_and_can_be_undone(workspace):
    ingest(workspace)
    app = click(ask(open_page(), BY_REGION), "accept-")
    (pair,) = pairs.list_pairs(workspace.db)
    assert (pair.question, pair.verdict, pair.origin) == (BY_REGION, "accepted", "parser")
    assert pair.tables == pairs.hashes(workspace.tables.catalog(), ["ventas"])
    assert "Confirmada el" in shown(app)
    app = ask(open_page(), BY_REGION.lower())
    assert "Como confirmaste el" in shown(app)
    click(app, "forget-")
    assert pairs.list_pairs(workspace.db) == []
    assert "¿Es correcta?" in shown(app)


def test_a_corrected_statement_becomes_the_answer_once_it_ran(workspace):
    ingest(workspace)
    app = click(ask(open_page(), BY_REGION), "correct-")
    assert "quedará como la respuesta" in shown(app)
    app = run_sql(app, "SELECT nothing FROM ventas")
    assert pairs.list_pairs(workspace.db) == []
    assert desk(app).correcting
    right = "SELECT Producto, sum(Importe) AS total FROM ventas GROUP BY ALL ORDER BY 2 DESC"
    app = run_sql(app, right)
    (pair,) = pairs.list_pairs(workspace.db)
    assert (pair.sql, pair.verdict, pair.origin) == (right, "corrected", "user")
    assert "Corregida por ti" in shown(app)
    assert workspace.tables.ask(BY_REGION, "es").sql.text == right


def test_a_statement_of_ones_own_can_become_the_answer(workspace):
    ingest(workspace)
    app = run_sql(ask(open_page(), BY_REGION), "SELECT count(*) AS n FROM ventas")
    click(app, "keep-")
    assert pairs.find(workspace.db, BY_REGION, ["ventas"]).verdict == "corrected"


def test_another_reading_that_is_chosen_is_kept_and_the_first_stays_on_offer(workspace):
    ingest(workspace)
    app = ask(open_page(), BY_REGION)
    first, other = desk(app).answer.sql.text, desk(app).answer.alternatives[0]
    click(app, "reading-data-1-0")
    (pair,) = pairs.list_pairs(workspace.db)
    assert (pair.verdict, pair.reading) == ("chosen", other.reading)
    assert desk(app).answer.alternatives[0].sql == first
    assert "Tu elección del" in shown(app)


def test_the_history_survives_a_restart_and_can_be_forgotten(workspace):
    ingest(workspace)
    ask(open_page(), BY_REGION)
    app = open_page()
    (asked,) = questions.list_questions(workspace.db)
    click(app, f"past-{asked.id}")
    assert app.text_input(key="data-question").value == BY_REGION
    assert len(desk(app).answer.result.rows) == 3
    assert desk(app).answer.alternatives == asked.answer.alternatives
    click(app, "history-clear")
    assert questions.list_questions(workspace.db) == []


def test_running_work_is_stopped_by_its_button_and_says_so(workspace):
    ingest(workspace)
    app = open_page()
    slow = Order(sql="SELECT count(*) FROM range(1000000000000)")
    held, begun = desk(app), time.monotonic()
    threading.Timer(1.0, lambda: held.running.cancel.set()).start()
    held.pending = slow
    app.run()
    assert not app.exception
    assert "se canceló" in shown(app)
    assert time.monotonic() - begun < 2.8  # the limit is 3 s


def test_the_limit_that_a_statement_hit_is_named(workspace):
    ingest(workspace)
    app = run_sql(open_page(), "SELECT count(*) FROM range(1000000000000)")
    assert "sql_time_limit_ms" in shown(app)


def test_the_examples_answer_what_they_ask_in_both_languages(workspace):
    names = [path.name for path in samples.tables()]
    lines = (ROOT / "data" / "samples" / "questions.jsonl").read_text("utf-8").splitlines()
    gold = {case["question"]: case["rows"] for case in map(json.loads, lines) if case["kind"] == "data"}
    for path in samples.tables():
        if path.name in ("ventas.csv", "support_tickets.csv"):  # what the examples are about
            import_source(path, path.name, workspace.tables.folder)
    for lang in ("es", "en"):
        examples = samples.data_questions(names, lang)
        assert len(examples) >= 3
        for question in examples:
            rows = workspace.tables.ask(question, lang).result.rows
            found = sorted((str(row[0]) if len(row) > 1 else "", float(row[-1])) for row in rows)
            wanted = sorted((str(row[0]) if len(row) > 1 else "", row[-1]) for row in gold[question])
            assert found == [(name, pytest.approx(value, rel=1e-3)) for name, value in wanted], question


def test_the_diagram_of_relations_holds_names_as_they_are_written():
    odd = 'a"b<br/>\\l'
    tables = (
        Table("ventas", (), 3, "a.duckdb"),
        Table(odd, (Column(odd, "INTEGER"),), 2, "b.duckdb", primary_key=(odd,)),
    )
    keys = (
        ForeignKey("ventas", ("cliente",), odd, (odd,), declared=False),
        ForeignKey("ventas", ("gone",), "missing", ("id",)),
    )
    dot = relations_dot(Catalog(tables, keys), "dark")
    assert "t0:c0 -> t1:c0 [style=dashed]" in dot
    assert "<br/>" not in dot and dot.count("&lt;br/&gt;") == 2
    assert "missing" not in dot and "-> t2" not in dot


class ScriptedAuthor:
    """A model that gives `written` after a few silent steps; with `stop`, its reader loses patience at the second."""

    def __init__(self, written=None, stop=None):
        self.written, self.stop = written, stop

    def write_rows(self, question, lang, parsed, sources):
        yield ""
        if self.stop is not None:
            self.stop.set()
        yield ""
        return self.written


def test_with_a_model_its_statement_answers_and_stopping_it_leaves_the_parsers(workspace):
    ingest(workspace)
    written = dataclasses.replace(workspace.tables.ask(BY_REGION, "es"), engine="endpoint")
    workspace.assistant.author = ScriptedAuthor(written)
    assert carry_out(Order(BY_REGION), workspace, "es", threading.Event()).engine == "endpoint"
    stop = threading.Event()
    workspace.assistant.author = ScriptedAuthor(written, stop)
    answer = carry_out(Order(BY_REGION), workspace, "es", stop)
    assert answer.engine == "builtin" and len(answer.result.rows) == 3


def test_questions_of_the_page_leave_their_traces(workspace):
    """One answered, one refused, one cancelled: the last leaves none."""
    ingest(workspace)
    before = traces.count(workspace.db)
    carry_out(Order(BY_REGION), workspace, "es", threading.Event())
    with pytest.raises(AppError):
        carry_out(Order(sql="DELETE FROM ventas"), workspace, "es", threading.Event())
    stop = threading.Event()
    stop.set()
    carry_out(Order(BY_REGION), workspace, "es", stop)
    held = traces.columns(workspace.db, ("question", "route", "status", "total_ms"))
    assert held["status"][before:] == ["answered", "refused"]
    assert held["question"][before] == BY_REGION and set(held["route"][before:]) == {"data"}
    assert min(held["total_ms"][before:]) > 0


@pytest.mark.parametrize(("confidence", "word"), [(0.95, ""), (0.6, "lectura probable"), (0.09, "lectura dudosa")])
def test_how_sure_a_reading_is_stands_in_words(workspace, confidence, word):
    ingest(workspace)
    app = ask(open_page(), "¿Cuánto importe hay por región?")
    desk(app).answer = dataclasses.replace(
        desk(app).answer,
        reading="total de “Importe”",
        confidence=confidence,
        alternatives=(Reading("media", "SELECT 1"),),
    )
    app.run()
    line = next(caption.value for caption in app.caption if "ventas ·" in caption.value)
    assert line.rsplit(" · ", 1)[1] == word if word else "lectura" not in line
    assert "%" not in line
    doubtful = any("Se entendió como: total de “Importe”. Si se" in caption.value for caption in app.caption)
    assert doubtful == (confidence < 0.5)
    assert [button.label for button in app.button if (button.key or "").startswith("reading-")] == ["media"]
