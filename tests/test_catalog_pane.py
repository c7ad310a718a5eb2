"""The catalog's dialogs by AppTest on a real workspace: how a table was read, what it is called, its metrics."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from core.state import catalog_notes, jobs
from core.state.catalog_notes import Note

ROOT = Path(__file__).resolve().parent.parent
SALES = "fecha;pais;importe\n" + "".join(f"0{i}/0{i}/2024;{'ES' if i % 2 else 'FR'};{i}.500\n" for i in range(1, 9))
TABS = {"import": ("Cómo se leyó", "How it was read"), "names": ("Nombres y métricas", "Names and metrics")}


def ingest(workspace):
    while (job := jobs.claim(workspace.db, "test", ("ingest",))) is not None:
        workspace.library.ingest(job.payload["file_id"])
        jobs.finish(workspace.db, job.id)


def open_dialog(workspace, tab, language="es"):
    workspace.library.add_upload("ventas.csv", SALES.encode())
    ingest(workspace)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["language"] = language
    app.session_state["wanted"] = "data"
    app.session_state["preview-tabs-ventas"] = TABS[tab][language == "en"]
    app.run()
    app.button(key="preview-ventas").click().run()
    assert not app.exception
    return app


def click(app, key):
    """A click inside the dialog. (A test runs the page whole each time: the dialog must be asked for again.)"""
    app.session_state["data-dialog"] = ("preview", "ventas")
    app.button(key=key).click().run()
    assert not app.exception


def said(app):
    return "\n".join(str(getattr(element, "value", "")) for element in app.main).replace("\\", "")


def test_a_doubtful_table_is_marked_and_its_types_are_shown(workspace):
    app = open_dialog(workspace, "import", "en")
    assert "Something was doubtful" in said(app)
    editor = next(frame.value for frame in app.dataframe if "format" in frame.value)
    assert list(editor["format"]) == ["date_dmy", "text", "integer_comma"]
    assert editor["doubt"][0] == "Day or month may come first."


def test_another_header_row_is_tried_then_made(workspace):
    app = open_dialog(workspace, "import")
    app.number_input(key="import-ventas-header").set_value(0)
    click(app, "import-ventas-try")
    tried = app.session_state["import-ventas-tried"]
    assert [column["name"] for column in tried.columns] == ["column_1", "column_2", "column_3"]
    click(app, "import-ventas-apply")
    ingest(workspace)
    (table,) = workspace.tables.catalog().tables
    assert (table.name, table.rows, table.columns[0].name) == ("ventas", 9, "column_1")
    assert workspace.library.table_files.options("ventas.csv")["tables"][""]["header"] is False


def test_names_are_kept_and_found_by_questions(workspace):
    app = open_dialog(workspace, "names")
    app.text_input(key="names-ventas-description").set_value("Ventas de la tienda")
    app.text_input(key="names-ventas-synonyms").set_value("facturas,  tickets ,")
    app.button(key="names-ventas-save").click().run()
    assert not app.exception
    (table,) = workspace.tables.catalog().tables
    assert (table.description, table.synonyms) == ("Ventas de la tienda", ("facturas", "tickets"))


def test_a_metric_is_checked_then_kept(workspace):
    app = open_dialog(workspace, "names")
    for expression in ("sum(importes)", "sum(importe)"):
        app.text_input(key="metric-ventas-name").set_value("facturación")
        app.text_input(key="metric-ventas-expression").set_value(expression)
        click(app, "FormSubmitter:metric-ventas-Comprobar y guardar")
        if expression == "sum(importes)":
            assert "no tiene la columna" in "".join(error.value for error in app.error).replace("\\", "")
            assert workspace.tables.catalog().metrics == ()
    (metric,) = workspace.tables.catalog().metrics
    assert (metric.name, metric.expression, metric.synonyms) == ("facturación", "sum(importe)", ("facturacion",))
    answer = workspace.tables.ask("facturacion por pais", "es")
    assert "sum(importe)" in answer.sql.text


def test_removing_asks_whether_to_forget_what_was_said(workspace):
    catalog_notes.describe(workspace.db, "ventas", "", Note("x"))
    app = open_dialog(workspace, "names")
    app.checkbox(key="forget-too").check()
    app.button(key="remove-source").click().run()
    assert workspace.tables.catalog().tables == () and not catalog_notes.has_any(workspace.db, {"ventas"})


def test_names_of_values_are_read_as_they_are_written():
    from pages.parts.table_names import read_value_names, write_value_names

    names = (("España", "ES"), ("Spain", "ES"), ("Francia", "FR"))
    assert read_value_names("ES = España, Spain;FR=Francia; =x; y") == names
    assert read_value_names(write_value_names(names)) == names
