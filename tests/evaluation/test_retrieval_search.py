"""The search for settings of the search: real cutting and searching over small documents, a made embedder."""

import dataclasses
import hashlib

import pytest
from test_gate import WordEmbedder

from core import settings
from core.documents.chunk import chunk_document
from core.documents.layout import layout_to_json
from core.errors import AppError
from core.evaluation import retrieval_search
from core.evaluation.retrieval_search import Tried, best_of, fewest_passages, read_tried
from core.records import Page, ParsedDocument
from core.state import documents
from core.state.database import Database

THINGS = "crane barge pier ferry tug buoy anchor rope sail mast deck hull keel oar cabin galley".split()


@pytest.fixture
def db(tmp_path):
    db = Database(tmp_path / "state.sqlite")
    for n, thing in enumerate(THINGS * 2):
        kind = f"{thing}{n}"
        text = f"A {kind} is a tool of the harbour that lifts load {n}. It is kept dry in store {n}. " * 2
        page = Page(1, text + f"\n\nOther matters of day {n} follow here and say nothing of it at all.")
        parsed = ParsedDocument("text/plain", "", "en", (page,))
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        layouts = [layout_to_json(page).encode()]
        documents.add_document(db, parsed, layouts, chunk_document(parsed), sha256=sha256, name=f"{kind}.txt", size=1)
    yield db
    db.close()


def test_every_length_and_weight_is_tried_and_what_is_in_force_comes_first(db, tmp_path, monkeypatch):
    monkeypatch.setattr(retrieval_search, "PIECES", (200, 60))
    monkeypatch.setattr(retrieval_search, "WEIGHTS", (0, 50))
    monkeypatch.setattr(retrieval_search, "_QUESTIONS_LEAST", 5)
    held = settings.load(tmp_path).replace(dense_weight_percent=80, retriever_adapter="none")
    told = []
    found = retrieval_search.search_settings(
        db, held, WordEmbedder("words@1"), tmp_path / "out", 10, lambda line: told.append(line) is None
    )
    assert found[0].values == {"piece_tokens": 200, "dense_weight_percent": 80}
    assert len({tuple(one.values.values()) for one in found}) == len(found) == 6
    assert all(one.mrr > 0.5 and one.recall["20"] >= one.recall["1"] for one in found)
    assert read_tried(tmp_path / "out") == found and told[-1]["progress"] == 1.0
    stopped = retrieval_search.search_settings(
        db, held, WordEmbedder("words@1"), tmp_path / "out", 10, lambda line: False
    )
    assert len(stopped) == 1


def test_too_few_questions_are_said(db, tmp_path, monkeypatch):
    monkeypatch.setattr(retrieval_search, "_QUESTIONS_LEAST", 1000)
    with pytest.raises(AppError) as caught:
        retrieval_search.search_settings(
            db, settings.load(tmp_path), WordEmbedder("w@1"), tmp_path, 1, lambda line: True
        )
    assert caught.value.key == "retrieval_search.few"


def test_only_what_is_surely_better_is_recommended():
    first = Tried({"piece_tokens": 200}, 0.5, {"1": 0.4})
    lucky = Tried({"piece_tokens": 80}, 0.6, {"1": 0.5}, -0.05, 0.25)
    sure = dataclasses.replace(lucky, mrr=0.58, better=True)
    assert best_of([first, lucky]) == first and best_of([first, lucky, sure]) == sure and best_of([]) is None
    ranks = [1, 2, 0, 1, 5] * 20
    told = retrieval_search._judge({}, [1] * 100, retrieval_search._judge({}, ranks, None))
    assert told.better and told.low > 0.3
    assert not retrieval_search._judge({}, ranks, retrieval_search._judge({}, [1] * 100, None)).better


def test_the_fewest_passages_that_find_nearly_all():
    assert fewest_passages({"1": 0.5, "3": 0.895, "5": 0.9, "8": 0.9}) == 3
    assert fewest_passages({}) == 0


def test_a_chosen_weight_of_meaning_is_the_one_that_counts(db, tmp_path):
    from core.index.embed import embed_missing
    from core.index.search import SearchIndex

    held, embedder = settings.load(tmp_path), WordEmbedder("words@1")
    embed_missing(db, embedder, "words")
    for percent in (0, 35):
        index = SearchIndex(db, held.replace(dense_weight_percent=percent), embedder=embedder)
        weight = index.search("crane", lang="en").trust
        assert (weight == 0.35) is (percent == 35)
