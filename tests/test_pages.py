"""Pages driven by AppTest on a real workspace: real files, real parser, keyword search, no worker process."""

import re
import subprocess
import sys
import time
from pathlib import Path

import streamlit as st
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas
from streamlit.testing.v1 import AppTest

from core import i18n, prompts, samples, settings
from core.errors import AppError
from core.index import embed
from core.state import chats, jobs
from pages.parts import services

ROOT = Path(__file__).resolve().parent.parent
POLICY = """Leave policy

Every employee has 24 days of paid leave a year. Requests go to the head of the team.

Unused days expire on 31 March of the following year. Parental leave lasts 19 weeks.
"""


def ingest(workspace, *names_and_texts):
    for name, data in names_and_texts:
        workspace.library.add_upload(name, data if isinstance(data, bytes) else data.encode())
    while (job := jobs.claim(workspace.db, "test", ("ingest",))) is not None:
        workspace.library.ingest(job.payload["file_id"])
        jobs.finish(workspace.db, job.id)


def make_pdf(path, *pages):
    canvas = Canvas(str(path), pagesize=A5)
    for lines in pages:
        for n, line in enumerate(lines):
            canvas.drawString(40, 540 - 16 * n, line)
        canvas.showPage()
    canvas.save()
    return path.read_bytes()


def open_app(page="", language="en", **query):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["language"] = language
    for name, value in query.items():
        app.query_params[name] = str(value)
    if page:
        app.session_state["wanted"] = page  # as a deep link does on a cold server
    app.run()
    assert not app.exception
    return app


def shown(app):
    """Everything written on the page, Markdown escapes taken out."""
    parts = [*app.main, *app.sidebar]
    texts = [str(getattr(element, "value", "")) for element in parts]
    return "\n".join(texts).replace("\\", "")


def ask(app, question):
    app.chat_input(key="question").set_value(question).run()
    assert not app.exception
    return app


def chips(app):
    return [button for button in app.button if (button.key or "").startswith("chip-")]


def test_an_empty_workspace_offers_documents_and_the_sample_in_both_languages(workspace):
    english, spanish = open_app(), open_app(language="es")
    assert "This workspace is empty" in shown(english)
    assert "Este espacio está vacío" in shown(spanish)
    english.button(key="open-sample").click().run()
    assert workspace.library.open_files() == len(samples.files()) > 5


def test_a_new_conversation_says_what_is_here_and_offers_questions_that_work(workspace):
    ingest(workspace, ("leave.md", POLICY))
    app = open_app(language="es")
    assert "1 documento (1 página)" in shown(app)
    deadline = time.monotonic() + 30
    while not (found := [b for b in app.button if (b.key or "").startswith("suggestion-")]):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    found[0].click().run()
    assert chips(app)


def test_a_question_gets_an_answer_with_its_source_and_one_quiet_line(workspace):
    ingest(workspace, ("leave.md", POLICY))
    app = ask(open_app(), "How many days of paid leave does an employee have?")
    text = shown(app)
    assert "24 days" in text
    assert ":primary-background[" in text  # the quote, marked in the page's text
    assert re.search(r"1 of 1 statement verified · 1 source · .* · built-in", text)
    assert [chip.label.replace("\\", "") for chip in chips(app)] == ["1 · leave.md · p. 1"]


def test_what_was_asked_before_all_was_read_can_be_asked_again(workspace):
    ingest(workspace, ("leave.md", POLICY))  # read, but no worker makes its vectors
    app = ask(open_app(), "Who designed the logo of the company?")
    assert "Documents are still being read" in shown(app)
    embed.note_failure(workspace.db, AppError("errors.setting_unknown", name="a", nearest="b"))  # none will be made
    app.run()
    assert "All of them are read now" in shown(app)
    app.button(key="again-1").click().run()
    assert len(chats.list_turns(workspace.db, 1)) == 2


def test_a_page_with_nothing_to_show_offers_a_way_on(workspace):
    for page in ("documents", "data", "evaluation"):
        assert open_app(page).button(key="open-sample")
    app = open_app("monitoring")
    app.button(key="to-chat").click().run()
    assert "What do you want to know?" in shown(app)


def test_a_pdf_source_is_a_picture_of_its_page_and_neighbours_are_one_click_away(workspace, tmp_path):
    pdf = make_pdf(
        tmp_path / "report.pdf",
        ["Annual report", "This page says little."],
        ["The plant in Braga made 1,250 tonnes of cork in 2025."],
        ["The board met nine times."],
    )
    ingest(workspace, ("report.pdf", pdf))
    app = ask(open_app(), "How many tonnes of cork did the plant in Braga make?")
    assert "1,250 tonnes" in shown(app)
    assert len(app.get("image")) == 1
    assert app.button(key="go-home").label == "page 2 of 3"
    app.button(key="go-chevron_right").click().run()
    assert app.button(key="go-home").label == "page 3 of 3"


def test_an_answer_from_a_table_shows_its_rows_and_statement(workspace):
    rows = [("Norte", 120), ("Sur", 80), ("Este", 45), ("Norte", 30), ("Sur", 5), ("Oeste", 61)]
    ingest(workspace, ("sales.csv", "region,amount\n" + "".join(f"{name},{n}\n" for name, n in rows)))
    app = ask(open_app(), "What is the total amount by region?")
    (turn,) = chats.list_turns(workspace.db, 1)
    assert turn.answer.data is not None
    assert sorted(str(value) for value in app.dataframe[0].value.iloc[:, 0]) == ["Este", "Norte", "Oeste", "Sur"]
    assert "SELECT" in app.code[0].value.upper()
    assert "4 rows" in shown(app)


def test_what_the_documents_do_not_say_is_declined_with_the_nearest_passages(workspace):
    ingest(workspace, ("leave.md", POLICY))
    app = ask(open_app(), "What is the boiling point of tungsten hexafluoride?")
    assert "Not in your documents" in shown(app)
    assert "statement verified" not in shown(app)
    assert len(chips(app)) == 1


def test_a_follow_up_shows_how_it_was_understood(workspace):
    ingest(workspace, ("leave.md", POLICY))
    app = ask(open_app(), "How many weeks does parental leave last?")
    ask(app, "And unused days, when do they expire?")
    turns = chats.list_turns(workspace.db, 1)
    completed = turns[-1].answer.completed_question
    assert (completed == turns[-1].question) or completed in shown(app)
    assert len(turns) == 2


def test_a_conversation_is_found_again_by_its_address(workspace):
    ingest(workspace, ("leave.md", POLICY))
    ask(open_app(), "How many days of paid leave does an employee have?")
    again = open_app(c=1)
    assert "24 days" in shown(again)
    assert chips(again)


def test_an_interrupted_turn_can_be_asked_again(workspace):
    ingest(workspace, ("leave.md", POLICY))
    conversation = chats.create_conversation(workspace.db)
    turn = chats.add_turn(workspace.db, conversation, "How many days of paid leave are there?", "a dead process")
    with workspace.db.write() as connection:
        connection.exec_driver_sql(f"UPDATE turns SET heartbeat = {time.time() - 60} WHERE id = {turn}")
    app = open_app(c=conversation)
    assert "interrupted" in shown(app)
    app.button(key=f"again-{turn}").click().run()
    assert "24 days" in shown(app)


def test_conversations_are_renamed_searched_and_deleted(workspace):
    ingest(workspace, ("leave.md", POLICY))
    app = ask(open_app(), "How many days of paid leave does an employee have?")
    app.text_input(key="title-1").set_value("Holidays *2026*").run()
    assert chats.read_conversation(workspace.db, 1).title == "Holidays *2026*"
    assert any(button.label == "Holidays \\*2026\\*" for button in app.sidebar.button)
    app.button(key="delete-1").click().run()
    app.button(key="delete-confirmed").click().run()
    assert chats.list_conversations(workspace.db) == []


def test_documents_page_lists_previews_searches_and_deletes(workspace, tmp_path):
    pdf = make_pdf(tmp_path / "report.pdf", ["Annual report"], ["The plant in Braga made cork."])
    ingest(workspace, ("report.pdf", pdf), ("empty.pdf", b""), ("strange.xyz", b"\x00\x01"))
    app = open_app("documents")
    frame = app.dataframe[0].value
    assert frame["name"].tolist() == ["report.pdf"]
    assert frame["state"].tolist() == ["Searchable"]
    text = shown(app)
    assert "2 files were not added" in text or "2 files were not added" in app.expander[0].label
    assert "The file is empty." in text
    app.text_input(key="find-1").set_value("Braga").run()
    app.button(key="found-1-0").click().run()
    assert "The plant in Braga made cork." in shown(app)
    app.button(key="delete-1").click().run()
    app.button(key="delete-confirmed").click().run()
    assert workspace.library.documents() == []


def test_a_path_that_is_not_there_is_said_in_words(workspace):
    app = open_app("documents", language="es")
    app.text_input(key="path-to-add").set_value("/no/such/place.pdf").run()
    app.button(key="add-path").click().run()
    assert "No hay ningún archivo /no/such/place.pdf" in app.error[0].value.replace("\\", "")


def test_settings_are_saved_with_their_effect_and_default_shown(workspace):
    app = open_app("settings")
    assert "Default: 1,000." in shown(app).replace("*", "")
    app.number_input(key="setting-passages_per_answer").set_value(7)
    app.button(key="FormSubmitter:settings-Save changes").click().run()
    assert settings.load(workspace.settings.workspace).get("passages_per_answer") == 7
    assert services.workspace().settings.get("passages_per_answer") == 7
    assert "Saved" in app.toast[0].value


def test_an_address_that_is_none_is_refused_where_it_is_seen(workspace):
    app = open_app("settings")
    app.text_input(key="setting-endpoint_url").set_value("hola")
    app.button(key="FormSubmitter:settings-Save changes").click().run()
    assert "hola" in app.error[0].value and "hola" in app.toast[0].value
    assert services.workspace().settings.get("endpoint_url").startswith("http://")


def test_a_prompt_is_changed_refused_and_restored(workspace):
    app = open_app("settings")
    area = app.text_area(key="setting-prompt_documents_en")
    assert area.value == prompts.default_text("prompt_documents_en")
    area.set_value("Answer in five words.")
    app.button(key="FormSubmitter:settings-Save changes").click().run()
    assert "must hold" in shown(app)
    app.text_area(key="setting-prompt_documents_en").set_value("Answer in five words, or say {not_found}.")
    app.button(key="FormSubmitter:settings-Save changes").click().run()
    assert services.workspace().settings.get("prompt_documents_en") == "Answer in five words, or say {not_found}."
    next(button for button in app.button if "restore-prompt_documents_en" in (button.key or "")).click().run()
    assert services.workspace().settings.get("prompt_documents_en") == ""
    assert app.text_area(key="setting-prompt_documents_en").value == prompts.default_text("prompt_documents_en")


def test_a_setting_fixed_by_the_environment_cannot_be_changed(workspace, monkeypatch):
    monkeypatch.setenv("COTEJO_PASSAGES_PER_ANSWER", "9")
    app = open_app("settings")
    assert app.number_input(key="setting-passages_per_answer").disabled
    assert "Fixed by an environment variable" in shown(app)


def test_a_workspace_that_cannot_be_opened_is_said_in_words(workspace):
    path = workspace.db.path
    workspace.close()
    for leftover in path.parent.glob("state.sqlite*"):
        leftover.unlink()
    path.write_bytes(b"this is no database" * 100)
    st.cache_resource.clear()
    app = open_app()
    assert "cannot be read" in app.error[0].value.replace("\\", "")
    assert not app.exception


def test_hostile_text_is_shown_and_never_obeyed(workspace):
    bad = "Offer ![x](http://evil.example/p.png) <img src=x onerror=alert(1)> :material/home: costs 4 euros a kilo."
    ingest(workspace, ("b![a](http://evil.example/q.png).md", f"Prices\n\n{bad}\n"))
    app = ask(open_app(), "What does the offer cost a kilo? ![q](http://evil.example/r.png)")
    raw = "\n".join([*(e.value for e in (*app.markdown, *app.caption)), *(b.label for b in app.button)])
    assert "evil" in raw
    assert not re.search(r"(?<!\\)!(?<!\\)\[", raw)
    assert "](http" not in raw.replace("\\](", "")


def test_every_state_and_verdict_has_its_words():
    known = i18n.messages("en")
    states = [f"documents_page.state_{s}" for s in ("queued", "parsing", "parsed", "embedded", "complete", "failed")]
    verdicts = [f"chat_page.verdict_{v}" for v in ("supported", "partly", "unsupported")]
    options = [f"settings.{s.name}{end}" for s in settings.TABLE for end in ("", "_help")]
    assert [key for key in (*states, *verdicts, *options) if key not in known] == []


def test_pages_are_short_and_write_no_html_of_their_own():
    for path in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert "unsafe_allow" not in text, path
        assert "components" not in text or path.name == "sql_editor.py", path  # one, of our own code
        assert re.findall(r"st\.html\((?!_ASSETS / \")", text) == [], path
        if path.parent.name == "pages":
            assert len(text.splitlines()) <= 120, path


def test_nothing_heavy_is_imported_before_the_first_paint():
    code = (
        "import sys, pages.parts.turns, pages.parts.welcome, pages.parts.preview, pages.parts.arrivals, core.workspace;"
        "print([m for m in ('torch', 'transformers', 'llama_index', 'scipy', 'pandas') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_rows_and_their_reading_are_told_apart_under_an_answer(workspace):
    ingest(workspace, ("sales.csv", "region,amount\nNorte,120\nSur,80\nEste,45\n"))
    app = ask(open_app(), "What is the total amount by region?")
    assert re.search(r"(\d) of \1 statements? agrees? with the rows · 3 rows", shown(app))
    assert "sure of the reading" not in shown(app)
    assert [title.value for title in app.title] == ["What is the total amount by region"]
