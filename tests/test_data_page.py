"""The data page driven by AppTest on a real workspace: real files, guard, sandbox and parser of questions."""

import json
import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

from core import samples
from core.sql.pretty import pretty_sql, preview_sql
from core.state import jobs

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
    app.text_area(key="sql-editor").set_value(sql)
    app.button(key="run-sql").click().run()
    assert not app.exception
    return app


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
    assert app.text_area(key="sql-editor").value.upper().startswith("SELECT")
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
    app = run_sql(open_page(), 'SELECT "Región", sum(Importe) AS total FROM ventas GROUP BY 1')
    kinds = app.get("button_group")[0]
    assert (kinds.value, kinds.options[0]) == ("bar", "Barras")
    assert "Líneas" in kinds.options
    kinds.select("Líneas").run()
    assert not app.exception
    assert app.get("plotly_chart")[0].key.startswith("figure-line")


def test_other_readings_run_and_the_history_brings_answers_back(workspace):
    ingest(workspace)
    app = ask(open_page(), "Ventas por región en 2025, de mayor a menor")
    readings = [button for button in app.button if (button.key or "").startswith("reading-")]
    first = app.text_area(key="sql-editor").value
    if readings:
        readings[0].click().run()
    else:
        run_sql(app, "SELECT 1 AS uno")
    assert not app.exception
    assert app.text_area(key="sql-editor").value != first
    app.button(key="past-1").click().run()
    assert app.text_area(key="sql-editor").value == first
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
    app.button(key="remove-source").click().run()
    assert not workspace.tables.catalog().tables
    assert workspace.library.documents() == []


def test_statements_are_laid_out_for_reading_and_names_are_quoted():
    long = "SELECT a, sum(b) AS total FROM t WHERE c = 'x' AND d > 3 GROUP BY a ORDER BY total DESC LIMIT 5"
    assert pretty_sql(long).count("\n") > 5
    assert pretty_sql("SELECT 1") == "SELECT 1"
    assert pretty_sql("SELEC nonsense (" * 10) == "SELEC nonsense (" * 10
    assert preview_sql('od"d', 5) == 'SELECT * FROM "od""d" LIMIT 5'
