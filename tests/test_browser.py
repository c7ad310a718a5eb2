"""One journey through the running app in headless Chromium; screenshots go to `screenshots/` (git-ignored).

Skipped where there is no Chromium, unless COTEJO_REQUIRE_BROWSER=1.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

ROOT = Path(__file__).resolve().parent.parent
SHOTS = ROOT / "screenshots"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
QUESTION = "How many tonnes of cork did the Braga plant process?"
ANSWER = "1,250 tonnes"
WAIT_MS = 45_000
expect.set_options(timeout=WAIT_MS)

if CHROMIUM is None and os.environ.get("COTEJO_REQUIRE_BROWSER") != "1":
    pytest.skip("no Chromium on this machine (COTEJO_REQUIRE_BROWSER=1 makes this an error)", allow_module_level=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A cold server on an empty workspace; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "COTEJO_WORKSPACE": str(tmp_path_factory.mktemp("workspace"))}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
            break
        except OSError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "COTEJO_REQUIRE_BROWSER=1, but there is no Chromium on this machine"
    SHOTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1400, "height": 900}, locale="en-US")
    context.set_default_timeout(WAIT_MS)
    asked = []
    context.on("request", lambda request: asked.append(request.url))
    yield context.new_page()
    context.close()
    assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("papers") / "plant-report.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    pages = (
        ["Plant report 2025", "This report was prepared for the works council."],
        ["Production", f"The Braga plant processed {ANSWER} of cork in 2025.", "Two presses were replaced in May."],
        ["Safety", "There were three minor accidents and none that cost a day of work."],
    )
    for lines in pages:
        for n, line in enumerate(lines):
            canvas.setFont("Helvetica-Bold" if n == 0 else "Helvetica", 18 if n == 0 else 12)
            canvas.drawString(72, 760 - 30 * n, line)
        canvas.showPage()
    canvas.save()
    return path


def idle(page):
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') === 'notRunning'"
    )


def ask(page, question):
    page.get_by_test_id("stChatInputTextArea").fill(question)
    page.keyboard.press("Enter")


def answers(page):
    return page.locator("[class*='st-key-answer-']")


def test_the_journey(server, browser, page, report):
    # A deep link on a cold server comes through app.py to where it points.
    page.goto(f"{server}/documents")
    page.get_by_role("heading", name="Documents", exact=True).wait_for()
    expect(page.get_by_role("link", name="Settings")).to_be_visible()

    # Upload, and wait until it is in the list.
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(str(report))
    page.get_by_test_id("stDataFrame").wait_for()
    idle(page)
    page.get_by_role("heading", name="Plant report 2025").wait_for()
    page.screenshot(path=SHOTS / "documents.png")

    # Ask by keyboard; the answer stands on the page with its evidence beside it.
    page.get_by_role("link", name="Chat").click()
    ask(page, QUESTION)
    answers(page).get_by_text(ANSWER).first.wait_for()
    page.get_by_text("1 of 1 statement verified").wait_for()
    picture = page.locator("[class*='st-key-evidence'] img")
    picture.wait_for()
    page.screenshot(path=SHOTS / "answer.png")

    # Open the citation; turn to the neighbouring page and back.
    page.locator("[class*='st-key-chip-'] button:visible").first.click()
    page.locator(".st-key-evidence-opened img").wait_for()
    idle(page)
    marked = picture.get_attribute("src")
    page.get_by_role("button", name="p. 3").click()
    page.get_by_role("button", name="page 3 of 3").click()
    page.get_by_role("button", name="page 2 of 3").wait_for()
    page.wait_for_function(
        "src => document.querySelector('[class*=st-key-evidence] img').src.endsWith(src)", arg=marked
    )

    # A reload loses nothing; a second question joins the first.
    page.reload()
    answers(page).get_by_text(ANSWER).first.wait_for()
    ask(page, "How many minor accidents were there?")
    answers(page).nth(1).get_by_text("three minor accidents").first.wait_for()
    idle(page)
    expect(answers(page)).to_have_count(2)
    page.screenshot(path=SHOTS / "second-answer.png")

    # Another tab, in Spanish and narrow: the same conversation, evidence only when asked for.
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="es-ES", color_scheme="dark")
    context.set_default_timeout(WAIT_MS)
    narrow = context.new_page()
    narrow.goto(page.url)
    narrow.get_by_text("1 de 1 afirmación verificada").first.wait_for()
    expect(narrow.locator(".st-key-evidence img")).to_be_hidden()
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 390
    narrow.locator("[class*='st-key-chip-'] button:visible").first.click()
    narrow.locator(".st-key-evidence-opened img").wait_for()
    narrow.screenshot(path=SHOTS / "narrow.png")
    context.close()


def test_a_follow_up_is_completed_corrected_and_asked_again(server, page):
    page.goto(server)
    page.get_by_role("heading", name="What do you want to know?").wait_for()
    ask(page, QUESTION)
    answers(page).get_by_text(ANSWER).first.wait_for()
    idle(page)

    # The follow-up is shown as it was understood, with a way to put it right.
    ask(page, "and in 2024?")
    page.get_by_text("Understood as:").first.wait_for()
    idle(page)
    page.locator("[class*='st-key-edit-'] button:visible").click()
    edited = page.get_by_label("The whole question")
    expect(edited).to_have_value(re.compile("cork.*2024", re.DOTALL))

    # Another question in its place is asked as a turn of its own, and answered.
    edited.fill("How many minor accidents were there at the Braga plant?")
    page.get_by_role("button", name="Ask", exact=True).click()
    answers(page).nth(2).get_by_text("three minor accidents").first.wait_for()
    idle(page)
    expect(answers(page)).to_have_count(3)
    expect(edited).to_be_hidden()
    page.screenshot(path=SHOTS / "corrected.png")


def test_leaving_while_an_answer_is_written_loses_nothing(server, page):
    from playwright.sync_api import TimeoutError as PageTimeout

    page.goto(server)
    page.get_by_role("heading", name="What do you want to know?").wait_for()
    ask(page, "Summarise plant-report.pdf")
    page.wait_for_url("**/?c=*")
    address = page.url
    for _ in range(3):  # a click that meets the page while it is drawn anew can be lost, as with any link
        page.get_by_role("link", name="Settings").click()
        try:
            page.wait_for_url("**/settings", timeout=8000)
            break
        except PageTimeout:
            continue
    page.get_by_role("heading", name="Health of each part").wait_for()
    page.screenshot(path=SHOTS / "settings.png")
    page.goto(address)
    answers(page).get_by_text("works council").first.wait_for()


def test_tables_are_asked_in_spanish_and_the_statement_is_edited(server, browser, tmp_path):
    path = tmp_path / "pedidos.csv"
    lines = (("02/01/2025", "Norte", "1.200,50"), ("15/01/2025", "Sur", "800,25"), ("03/02/2025", "Norte", "2.400,00"))
    path.write_text("Fecha;Región;Importe\n" + "\n".join(";".join(line) for line in lines) + "\n", encoding="utf-8")
    context = browser.new_context(viewport={"width": 1400, "height": 900}, locale="es-ES")
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.goto(f"{server}/data")
    page.get_by_role("heading", name="Datos", exact=True).wait_for()

    # Drop a file; its table is in the catalog with its numbers read.
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(str(path))
    page.locator(".st-key-table-pedidos summary").click()
    page.get_by_text("número · 800,25 – 2400").wait_for()

    # Ask; a chart and a sentence answer.
    page.locator(".st-key-data-question input").fill("Ventas por región en 2025, de mayor a menor")
    page.keyboard.press("Enter")
    page.locator(".js-plotly-plot").first.wait_for()
    page.get_by_text("3600,5").first.wait_for()
    page.screenshot(path=SHOTS / "data.png")

    # Say that it is right: it is kept as the answer to this question.
    page.get_by_role("button", name="Sí", exact=True).click()
    page.get_by_text("Confirmada el").wait_for()
    idle(page)

    # Put it on the board under a name of its own.
    page.get_by_role("button", name="Fijar en el tablero").click()
    page.get_by_label("Título").fill("Regiones")
    page.get_by_role("button", name="Fijar", exact=True).click()
    page.get_by_text("Ya está en el tablero").wait_for()

    # Edit the statement: what reads a file is refused with the reason, what reads the table runs.
    page.get_by_role("tab", name="SQL").click()
    editor = page.get_by_role("combobox", name="Consulta SQL")
    editor.fill("SELECT * FROM read_csv('/etc/passwd')")
    editor.press("Control+Enter")
    page.get_by_text("no está permitido").wait_for()
    idle(page)

    # Names are completed as they are typed, also one with an accent and capitals.
    editor.fill("")
    editor.press_sequentially("SELECT reg")
    page.get_by_role("option", name="Región").wait_for()
    editor.press("Enter")
    expect(editor).to_have_value('SELECT "Región"')
    page.screenshot(path=SHOTS / "editor.png")
    editor.fill("SELECT count(*) AS pedidos FROM pedidos")
    page.get_by_role("button", name="Ejecutar").click()
    page.get_by_test_id("stMetricValue").get_by_text("3", exact=True).wait_for()
    idle(page)

    # Take the rows along.
    page.get_by_role("button", name="Descargar").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert Path(download.value.path()).read_text(encoding="utf-8-sig").split() == ["pedidos", "3"]
    page.keyboard.press("Escape")

    # What is typed and not run outlives a look at another page.
    page.get_by_role("tab", name="SQL").click()
    editor.fill("SELECT 42 AS draft")
    page.get_by_role("link", name="Documentos").click()
    page.get_by_role("heading", name="Documentos", exact=True).wait_for()
    page.get_by_role("link", name="Datos").click()
    page.get_by_role("tab", name="SQL").click()
    editor.wait_for()
    expect(editor).to_have_value("SELECT 42 AS draft")

    # The board is there after a reload, with its chart, and reads its rows anew.
    page.get_by_role("radio", name="Tablero").click()
    page.get_by_text("Regiones", exact=True).wait_for()
    page.reload()
    page.get_by_text("Regiones", exact=True).wait_for()
    page.locator(".js-plotly-plot").first.wait_for()
    page.get_by_role("button", name="Actualizar todo").click()
    page.get_by_text("Actualizado el").wait_for()
    idle(page)
    page.screenshot(path=SHOTS / "board.png")

    # Its rows can be taken along from there.
    page.locator("[class*='st-key-board-menu-'] button:visible").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()[1].startswith("Norte,3600.5")
    context.close()
