"""`first-answer`: seconds from dropping a file to a cited answer from it, in an app that runs."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from core.assistant import last_answer
from core.documents.layout import layout_to_json
from core.evaluation.benches.material import make_questions
from core.evaluation.fill import wait
from core.evaluation.workspaces import measured_workspace
from core.records import Chunk, Page, ParsedDocument, Piece, Sentence
from core.state import documents, jobs
from core.workspace import Workspace

_POLL_S = 0.02
_WARM_NAME = "warm-up"
_WARM_PIECES = 1


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--document", type=Path, required=True)
    command.add_argument("--question", help="else a sentence of the document")


def run(options: argparse.Namespace) -> dict:
    """Wall seconds in a running app (its worker up, its models loaded) from a file's arrival to a cited answer."""
    with measured_workspace(None) as workspace:
        _warm_up(workspace)
        started = time.perf_counter()
        workspace.library.add_path(options.document)
        question, citations = options.question, []
        while not citations:
            time.sleep(_POLL_S)
            if question is None and documents.pieces_after(workspace.db, _WARM_PIECES):
                question = make_questions(workspace, None, 1)[0]
            if question is not None:
                found = last_answer(workspace.assistant.ask(question, route="documents")).citations
                citations = [citation for citation in found if citation.file != _WARM_NAME]
            if not citations and jobs.count_open(workspace.db) == 0 and workspace.library.fully_embedded():
                break  # everything is there and the question is declined
        seconds = time.perf_counter() - started
        pages = max((document.pages for document in workspace.library.documents()), default=0)
    cited = {"page": citations[0].page, "quote": citations[0].quote} if citations else None
    return {"pages": pages, "question": question, "seconds": round(seconds, 2), "cited": cited}


def _warm_up(workspace: Workspace) -> None:
    """One small document, read and embedded, and one question: what an app that runs has behind it."""
    text = Page(1, "The kettle was on at noon.")
    piece = Piece(1, 0, len(text.text), "", 0, (Sentence(1, 0, len(text.text)),))
    parsed = ParsedDocument("txt", _WARM_NAME, "en", (text,))
    layout = [layout_to_json(text).encode()]
    documents.add_document(
        workspace.db, parsed, layout, ([piece], [Chunk(0, 0, 0)]), sha256=_WARM_NAME, name=_WARM_NAME, size=0
    )
    wait(workspace, workspace.library.fully_embedded)
    last_answer(workspace.assistant.ask("Was the kettle on?"))
