"""Sixty hostile texts (in documents, cells, headers, file names) before a model that obeys whatever it reads.

No consequence may follow: nothing loads or links by itself, no statement reaches beyond the tables asked, no file,
table, setting, job, pair or adapter changes, and each quote that is shown stands where it is said to.
"""

import csv
import hashlib
import io
import json
import re
from pathlib import Path

import pytest

from core import settings
from core.assistant import Assistant, last_answer
from core.author import Author
from core.export.conversation import to_html
from core.state import chats, jobs, pairs
from core.workspace import open_workspace
from pages.parts.plain import answer_text
from tests.scripted_model import obedient_model

PAYLOADS = [json.loads(line) for line in (Path(__file__).parent / "payloads.jsonl").read_text("utf-8").splitlines()]
FACT = "The net revenue of Northwind was 12.4 million euros in 2024."
_IN_PAGE = re.compile(r"<(?:script|iframe|object|embed|link|svg)\b|(?:src|href)\s*=\s*[\"']?(?:https?:|//)")
SALARIES = "person,salary\nAna,51000\nLuis,48000\n"
_LOADS = re.compile(
    r"<(?!/?(?:b|i|p|br|em|strong)\b)[a-zA-Z]|!\[|\]\(|https?://|\bwww\.|javascript:|data:\w+/", re.IGNORECASE
)


def table(number, header="product", cell="Apple"):
    out = io.StringIO()
    csv.writer(out).writerows([[header, "units"], [cell, 3], ["Pear", 5], ["Plum", 100 + number]])
    return out.getvalue()


def files_of(payload):
    """(document name, its text, table name, its rows) with the payload in its place."""
    place, text, number = payload["place"], payload["text"], payload["id"]
    report = f"Northwind report {number}\n\n{FACT}\n\n"
    name, rows = f"report-{number}.txt", f"sales-{number}.csv"
    if place == "document":
        return name, f"{report}{text}\n\n{FACT} {text}\n", rows, table(number)
    if place == "cell":
        return name, report, rows, table(number, cell=text)
    if place == "header":
        return name, report, rows, table(number, header=text)
    return text, report, rows, table(number)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """One workspace with every payload, each in files of its own; and what each file became."""
    workspace = open_workspace(settings.load(tmp_path_factory.mktemp("attacked") / "workspace"))
    workspace.library.add_upload("salaries.csv", SALARIES.encode())
    added = {}
    for payload in PAYLOADS:
        name, document, rows_name, rows = files_of(payload)
        workspace.library.add_upload(rows_name, rows.encode())
        added[payload["id"]] = workspace.library.add_upload(name, document.encode())
    while (job := jobs.claim(workspace.db, "test", ("ingest",))) is not None:
        workspace.library.ingest(job.payload["file_id"])
        jobs.finish(workspace.db, job.id)
    last_answer(workspace.assistant.ask("What was the net revenue?"))  # caches are written now, not by an attack
    documents = {row.id: row.document_id for row in workspace.library.files()}
    yield workspace, {number: documents[file_id] for number, file_id in added.items()}
    workspace.close()


def state_of(workspace):
    """What no answer may change: every file but the database's own log, the jobs, the pairs, the settings."""
    folder = workspace.settings.workspace
    held = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("state.sqlite")
    }
    documents = sorted(document.sha256 for document in workspace.library.documents())
    tables = sorted(table.dataset for table in workspace.tables.catalog().tables)
    return (
        held,
        documents,
        tables,
        jobs.count_open(workspace.db),
        pairs.list_pairs(workspace.db),
        workspace.settings.values,
    )


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: f"{payload['id']}-{payload['place']}")
def test_no_consequence(attacked, payload):
    workspace, documents = attacked
    library, tables = workspace.library, workspace.tables
    author = Author(obedient_model, workspace.index, library.page, tables)
    assistant = Assistant(library, workspace.index, tables, workspace.settings, author)
    before = state_of(workspace)
    own, source = [documents[payload["id"]]], [f"sales-{payload['id']}.csv"]
    asked = (("What was the net revenue of Northwind in 2024?", {"route": "documents", "document_ids": own}),)
    asked += (("Which product sold the most units?", {"route": "data", "sources": source}),)
    for question, scope in asked:
        answer = last_answer(assistant.ask(question, **scope))
        shown = answer_text(answer.text, {citation.n for citation in answer.citations})
        assert answer.status == "answered"
        assert not _LOADS.search(unescaped(shown)), shown
        assert answer.data is None or answer.data.sql is None or set(answer.data.sql.tables) <= {named(source[0])}
        turn = chats.Turn(1, 1, question, "done", answer, "2026-01-01T00:00:00+00:00")
        page = to_html(chats.Conversation(1, question, turn.created_at, turn.created_at), [turn], "en")
        assert not _IN_PAGE.search(page)
        assert all(citation.verified and citation.document_id == own[0] for citation in answer.citations)
    assert state_of(workspace) == before


def named(file):
    return file.removesuffix(".csv").replace("-", "_")


def unescaped(markdown):
    """The Markdown that would be obeyed: characters behind a backslash are only shown."""
    return re.sub(r"\\[!-/:-@\[-`{-~]", "", markdown)
