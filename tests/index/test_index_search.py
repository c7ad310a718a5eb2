"""Search over a real state file: stages, filters, deletion, a change of embedder."""

import numpy as np
import pytest

from core.errors import AppError
from core.index.embed import embed_missing, read_active
from core.index.search import SearchIndex
from core.models.adapters import shipped_name
from core.models.embedder import InLanguages, load_embedder, reader_of
from core.settings import Settings, cache_folder
from core.state import documents, vectors

REPORT = (
    "Revenue grew in spring. It was a good spring.\n\nFreight costs fell.\n\n"
    "The board met in Lisbon. Dividends were paid."
)
ANIMALS = "Cats sleep all day.\n\nDogs bark at night. They guard the house."


@pytest.fixture
def index(db, tmp_path, word_embedder):
    return SearchIndex(db, Settings(tmp_path), embedder=word_embedder())


def test_keywords_serve_before_there_are_vectors(db, index, add_text):
    add_text("report.txt", REPORT)
    add_text("animals.txt", ANIMALS)
    result = index.search("where did the board meet", lang="en")
    assert (result.stage, result.trust, result.hits[0].file) == ("keyword", 0.0, "report.txt")
    assert result.hits[0].piece.startswith("The board met")


def test_every_stage_serves_while_the_next_is_made(db, index, add_text, word_embedder):
    add_text("report.txt", REPORT)
    add_text("animals.txt", ANIMALS)
    stages = [index.search("dogs at night", lang="en").stage]

    def look(progress):
        result = index.search("dogs at night", lang="en")
        assert result.hits[0].piece.startswith("Dogs bark")
        stages.append(result.stage)

    assert embed_missing(db, word_embedder(), "words", progress=look)
    assert list(dict.fromkeys(stages)) == ["keyword", "passages", "sentences"]


def test_a_hit_is_the_parent_with_the_matching_piece_marked(db, index, add_text, word_embedder):
    add_text("report.txt", REPORT)
    embed_missing(db, word_embedder(), "words")
    hit = index.search("freight costs", lang="en").hits[0]
    assert (hit.piece, hit.text) == ("Freight costs fell.", REPORT.split("\n\nThe board")[0].replace("\n\n", "\n"))
    assert REPORT[hit.start : hit.end] == hit.piece
    assert [s.text for s in hit.sentences] == [
        "Revenue grew in spring.",
        "It was a good spring.",
        "Freight costs fell.",
    ]
    assert all(REPORT[s.start : s.end] == s.text for s in hit.sentences)
    assert max(hit.sentences, key=lambda s: s.cosine).text == "Freight costs fell."
    assert (hit.coverage, hit.sentences[-1].lexical, hit.sentences[0].lexical) == (1.0, 1.0, 0.0)


def test_two_pieces_of_one_parent_are_one_hit(db, index, add_text):
    add_text("report.txt", REPORT)
    assert len(index.search("revenue freight", lang="en").hits) == 1


def test_a_filter_hides_the_other_documents(db, index, add_text):
    add_text("report.txt", REPORT)
    animals = add_text("animals.txt", ANIMALS)
    result = index.search("the board and the house", lang="en", document_ids={animals})
    assert {hit.file for hit in result.hits} == {"animals.txt"}
    assert index.search("board", lang="en", document_ids=set()).hits == ()


def test_a_deleted_document_is_never_found_again(db, index, add_text, word_embedder):
    report = add_text("report.txt", REPORT)
    embed_missing(db, word_embedder(), "words")
    assert index.search("board", lang="en").hits
    documents.delete_document(db, report)
    add_text("animals.txt", ANIMALS)
    embed_missing(db, word_embedder(), "words")
    hits = index.search("the board met in Lisbon", lang="en").hits
    assert {hit.file for hit in hits} == {"animals.txt"}
    assert all(ANIMALS[s.start : s.end] == s.text for hit in hits for s in hit.sentences)


def test_without_a_model_keywords_answer_and_the_note_says_why(db, tmp_path, add_text, word_embedder):
    def missing(name):
        raise AppError("models.builtin_missing", package="p")

    add_text("report.txt", REPORT)
    embed_missing(db, word_embedder(), "words")
    result = SearchIndex(db, Settings(tmp_path), embedder=missing).search("freight", lang="en")
    assert (result.stage, result.note, result.hits[0].file) == ("keyword", "models.builtin_missing", "report.txt")


def test_the_old_embedder_answers_until_the_new_one_has_every_passage(db, tmp_path, add_text, word_embedder):
    models = {"old": word_embedder("old-1"), "new": word_embedder("new-1")}
    index = SearchIndex(db, Settings(tmp_path), embedder=models.__getitem__)
    for n in range(60):  # more passages than two batches hold
        add_text(f"{n}.txt", f"{REPORT} Copy {n}.")
    embed_missing(db, models["old"], "old")
    asked = []

    def look(_):
        index.search("freight", lang="en")
        asked.append(len(models["old"].encoded))

    assert not embed_missing(db, models["new"], "new", stop=lambda: len(asked) == 2, progress=look)
    assert read_active(db).name == "old"
    assert asked[1] > asked[0]
    assert embed_missing(db, models["new"], "new")
    assert index.search("freight", lang="en").stage == "sentences"
    assert read_active(db).name == "new"
    assert vectors.embedding_progress(db, "old-1")["piece"][0] == 0


def test_sentences_met_again_are_not_encoded_again_but_by_another_model(db, tmp_path, add_text, word_embedder):
    models = {"old": word_embedder("old-1"), "new": word_embedder("new-1")}
    index = SearchIndex(db, Settings(tmp_path), embedder=models.__getitem__)
    assert list(index.encode(["a"])) == []
    add_text("report.txt", REPORT)
    embed_missing(db, models["old"], "old")
    index.refresh()
    models["old"].encoded.clear()
    first = index.encode(["Freight costs fell.", "It rained.", "It rained."])
    again = index.encode(["It snowed.", "Freight costs fell."])
    assert models["old"].encoded == ["Freight costs fell.", "It rained.", "It snowed."]
    assert np.array_equal(first[0], again[1]) and np.array_equal(first[1], first[2])
    assert np.array_equal(again[0], models["old"].encode(["It snowed."])[0])
    embed_missing(db, models["new"], "new")
    index.refresh()
    assert np.array_equal(index.encode(["It snowed."])[0], models["new"].encode(["It snowed."])[0])


def test_a_half_embedded_corpus_favours_neither_half(db, index, add_text, word_embedder):
    for n in range(20):
        add_text(f"old{n}.txt", f"Report {n} tells of sales and of the town. The weather of day {n} was fine.")
    embed_missing(db, word_embedder(), "words")
    add_text("new.txt", "The zeppelin factory burned down in 1912.")
    result = index.search("when did the zeppelin factory burn down", lang="en")
    assert result.hits[0].file == "new.txt"
    assert index.search("report 7 weather of day 7", lang="en").hits[0].file == "old7.txt"


def test_every_sentence_keeps_its_cosine_whatever_the_order_of_embedding(db, index, add_text, word_embedder):
    for name, text, lang in (
        ("one.txt", "The harbour opened in May. The harbour is deep.", "en"),
        ("dos.txt", "El puerto abrió en mayo. El puerto es hondo. The harbour opened.", "es"),
        ("three.txt", "A harbour needs ships. The harbour has ships.", "en"),
    ):
        add_text(name, text, lang=lang)
    embed_missing(db, word_embedder(), "words")  # a language after the other
    hits = index.search("the harbour opened puerto", lang="en").hits
    told = {hit.file: [sentence.cosine > 0 for sentence in hit.sentences] for hit in hits}
    assert told == {"one.txt": [True, True], "dos.txt": [True, True, True], "three.txt": [True, True]}


def test_search_within_stays_in_the_document(db, index, add_text):
    add_text("animals.txt", ANIMALS)
    report = add_text("report.txt", REPORT)
    found = index.search_within(report, "board in Lisbon")
    assert found[0].text == "The board met in Lisbon."


def test_an_empty_workspace_finds_nothing(index):
    result = index.search("anything", lang="en")
    assert (result.hits, result.stage) == ((), "keyword")
    assert np.isfinite(index.idf("anything"))


def test_each_text_is_embedded_as_its_language_and_taking_words_off_gives_the_vectors_back(db, add_text):
    add_text("report.txt", REPORT)
    add_text("informe.txt", "El consejo se reunió en Lisboa. Se pagaron dividendos.", lang="es")
    bare, through = (load_embedder(name, cache_folder()) for name in ("builtin", shipped_name()))

    def stored(embedder, name):
        embed_missing(db, embedder, name)
        assert read_active(db).id == embedder.id
        return {(run.kind, run.first_id): run.data for run in vectors.vectors_after(db, embedder.id, 0)}

    before, changed, after = stored(bare, "builtin"), stored(through, shipped_name()), stored(bare, "builtin")
    assert before == after
    spanish = {row.id for row in documents.list_documents(db, bare.id) if row.lang == "es"}
    differing = {key for key in before if before[key] != changed[key]}
    owners = {(run.kind, run.first_id): run.document_id for run in vectors.vectors_after(db, bare.id, 0)}
    assert {owners[key] for key in differing} == spanish


def test_a_question_is_read_by_what_read_the_texts_that_it_is_compared_with(db, tmp_path, add_text, word_embedder):
    """Vectors of an adapter and of the model below it mean different things: they never meet."""
    add_text("animals.txt", "Rex barks at night. Cats sleep.")
    add_text("animales.txt", "Rex ladra de noche. Los gatos duermen.", lang="es")
    below, adapted = word_embedder("below@1"), word_embedder("adapted@1")
    split = InLanguages(adapted, below, ["es"])
    embed_missing(db, split, "words")
    index = SearchIndex(db, Settings(tmp_path), embedder=split)
    for lang in ("en", "es"):
        asked = "Rex barks ladra"
        hits = {hit.lang: hit for hit in index.search(asked, lang=lang).hits}
        for other, reader in (("en", below), ("es", adapted)):
            told = reader.encode([sentence.text for sentence in hits[other].sentences])
            nearest = (told @ reader.encode([asked])[0]).max()
            assert max(one.cosine for one in hits[other].sentences) == pytest.approx(nearest, abs=2e-3)
            assert nearest > 0.3
        assert len(index.rank_plainly(asked, 5, lang=lang)["dense"]) == 2
    assert reader_of(below, "es") is below
