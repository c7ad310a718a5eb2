"""Retrieval measured over a small workspace: our order and its baselines, in one run."""

import json

import pytest

from core.errors import AppError
from core.evaluation.retrieval import measure_retrieval, read_cases
from core.index.search import SearchIndex
from core.records import Chunk, Page, ParsedDocument, Piece, Sentence
from core.settings import Settings
from core.state import documents
from core.state.database import Database

TEXTS = {"cats.txt": "Cats sleep all day.", "dogs.txt": "Dogs bark at night.", "board.txt": "The board met in Lisbon."}


@pytest.fixture
def index(tmp_path):
    db = Database(tmp_path / "state.sqlite")
    for name, text in TEXTS.items():
        piece = Piece(1, 0, len(text), "", 0, (Sentence(1, 0, len(text)),))
        parsed = ParsedDocument("txt", name, "en", (Page(1, text),))
        documents.add_document(db, parsed, [b"{}"], ([piece], [Chunk(0, 0, 0)]), sha256=name, name=name, size=1)
    yield SearchIndex(db, Settings(tmp_path))
    db.close()


def page_of(document_id: int, number: int) -> Page:
    return Page(number, list(TEXTS.values())[document_id - 1])


def write_cases(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    return path


def test_every_mode_is_measured_on_the_answerable_cases(index, tmp_path):
    rows = [
        {"id": "1", "question": "When do dogs bark?", "file": "dogs.txt"},
        {"id": "2", "question": "Where did the board meet?", "files": ["board.txt"], "grades": {"board.txt": 2}},
        {"id": "3", "question": "Dogs bark", "files": ["cats.txt"]},
        {"id": "4", "question": "What does oil cost?", "answerable": False},
    ]
    report = measure_retrieval(index, read_cases(write_cases(tmp_path / "cases.jsonl", rows)), page_of)
    scores = {score.mode: score for score in report.modes}
    assert set(scores) == {"bm25", "ours"}  # nothing is embedded yet
    assert scores["ours"].cases == 3
    assert scores["ours"].recall1 == pytest.approx(2 / 3)
    assert scores["ours"].ndcg10 == 1.0
    assert 0 < report.p50_ms <= report.p95_ms


def test_a_line_that_is_no_case_is_named(tmp_path):
    path = tmp_path / "cases.jsonl"
    path.write_text('{"question": "a"}\n{"id": 1}\n', encoding="utf-8")
    with pytest.raises(AppError) as caught:
        read_cases(path)
    assert (caught.value.key, caught.value.params["line"]) == ("evaluation.case", 2)
