"""Pairs as they are read, cleaned with counts, and split so that no part repeats another."""

import json

import pytest

from core.errors import AppError
from core.training.dataset import find_langs, fold, fold_words, hash_pairs, join_folds, prepare
from core.training.from_documents import make_pairs
from core.training.pairs import Pair, read_pairs, to_pair, write_pairs


def pair(question, passage="The board met in Lisbon and approved the plan.", document="a", key=""):
    return Pair(question, passage, document, key or passage, "en", "en")


def many(documents=10, each=6):
    words = "alpha beta gamma delta epsilon zeta eta theta iota kappa".split()
    return [
        pair(f"What about {words[d]} number {n}?", f"{words[d]} {n} " + f"{words[d]} " * 10 + str(n), f"d{d}")
        for d in range(documents)
        for n in range(each)
    ]


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", '{"question": "Who?", "passage": "Ana.", "document": "x"}\n\n'),
        ("a.csv", 'Pregunta;Pasaje;Documento\nWho?;"Ana.";x\n'),
        ("a.csv", "question,context,source\nWho?,Ana.,x\n"),
        ("a.json", json.dumps({"data": [{"title": "x", "paragraphs": [{"context": "Ana.", "qas": [
            {"question": "Who?", "answers": [{"text": "Ana", "answer_start": 0}]},
            {"question": "When?", "answers": []}]}]}]})),
    ],
)  # fmt: skip
def test_each_form_gives_the_same_pair(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    (found,) = read_pairs(tmp_path / name)
    assert (found.question, found.passage, found.document) == ("Who?", "Ana.", "x")


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.jsonl", '{"question": "Who?", "passage": "Ana."}\nnope\n', 2),
        ("a.jsonl", '{"question": "Who?", "passage": "Ana."}\n\n{"question": "When?"}\n', 3),
        ("a.jsonl", "[1, 2]\n", 1),
        ("a.csv", "question,passage\nWho?,Ana.\nWhen?\n", 3),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(tmp_path, name, text, line):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(AppError) as caught:
        read_pairs(tmp_path / name)
    assert (caught.value.key, caught.value.params["line"]) == ("training.pairs_line", line)


def test_other_kinds_are_refused(tmp_path):
    with pytest.raises(AppError) as caught:
        read_pairs(tmp_path / "pairs.pkl")
    assert caught.value.key == "training.pairs_kind"


def test_pairs_survive_being_written(tmp_path):
    first = [to_pair({"question": "¿Quién?", "passage": "Ana vive en la ciudad.", "negatives": ["Luis."]}), *many()]
    write_pairs(tmp_path / "p.jsonl", first)
    assert read_pairs(tmp_path / "p.jsonl") == first


# ---------------------------------------------------------------- cleaning and splitting


def test_what_is_left_out_is_counted():
    pairs = [
        *many(),
        pair(""),
        pair("¿?"),
        pair("Long?", "word " * 2000),
        many()[0],
        pair("what about ALPHA, number 0", many()[0].passage, "d0"),
    ]
    counts = prepare(pairs).counts
    assert {name: counts[name] for name in ("read", "empty", "too_long", "duplicates", "near_duplicates")} == {
        "read": 65, "empty": 2, "too_long": 1, "duplicates": 1, "near_duplicates": 1,
    }  # fmt: skip


def test_a_document_lies_in_one_part():
    found = prepare(many())
    parts = [{p.document for p in part} for part in (found.train, found.dev, found.test)]
    assert all(parts)
    assert not parts[0] & parts[1]
    assert not (parts[0] | parts[1]) & parts[2]
    assert len(found.train) + len(found.dev) + len(found.test) == 60


def test_few_documents_are_split_by_passage():
    found = prepare(many(documents=2, each=20))
    assert found.split_by == "passage"
    assert min(len(found.train), len(found.dev), len(found.test)) > 0


def test_one_document_that_would_fill_a_part_is_split_by_passage():
    long = [pair(f"What does rule {n} say?", f"Rule {n} is about matter {n} and no other.", "rules") for n in range(30)]
    found = prepare([*many(), *long])
    assert found.split_by == "passage" and {p.document for p in found.test} > {"rules"}
    assert not {p.key for p in found.test} & {p.key for p in (*found.train, *found.dev)}


def test_training_never_sees_what_the_others_ask_or_hold():
    pairs = [*many(), *(pair(p.question, "Quite another text about it, said in other words.", "copy") for p in many())]
    pairs += [pair(f"Another question {n}, please?", p.passage, "quote") for n, p in enumerate(many())]
    for seed in range(5):
        found = prepare(pairs, seed=seed)
        held = [*found.dev, *found.test]
        asked = {" ".join(fold_words(p.question)) for p in held}
        assert not asked & {" ".join(fold_words(p.question)) for p in found.train}
        assert not {p.passage for p in held} & {p.passage for p in found.train}
        assert found.counts["leaks"] > 0


def test_the_hash_names_the_content():
    first, again = prepare(many()), prepare(many())
    assert first.sha256 == again.sha256
    assert prepare(many(), seed=1).sha256 != first.sha256
    assert hash_pairs(many()[:2], many()[2:]) != hash_pairs(many()[:3], many()[3:])


# ---------------------------------------------------------------- from documents


def test_headings_definitions_and_key_sentences_become_pairs():
    text = (
        "A credit note is a document that lowers an earlier invoice. It must name the invoice and the reason for it. "
        "Customers receive the document by mail within a week of the return."
    )
    found = list(make_pairs(text, "Sales > Returns and refunds", "en", document="d", key="1"))
    assert [p.question for p in found[:2]] == ["Returns and refunds", "What is credit note?"]
    assert found[0].passage == text
    assert found[1].passage.startswith("A credit note is")
    assert found[2].question not in found[2].passage
    assert {p.key for p in found} == {"1"}


def test_spanish_definitions_are_seen_and_short_texts_give_nothing():
    text = "La fianza es una suma que entrega el inquilino. Se devuelve al final del contrato si no hay daños."
    questions = [p.question for p in make_pairs(text, "", "es", document="d", key="1")]
    assert "¿Qué es fianza?" in questions
    assert list(make_pairs("Total 5", "Page", "es", document="d", key="1")) == []


def test_folds_hold_out_every_document_once_and_keep_what_decides_when_to_stop():
    data = prepare(many())
    folds = fold(data)
    tested = [one for part in folds for one in part.test]
    assert sorted(tested, key=str) == sorted((*data.train, *data.test), key=str)
    for part in folds:
        assert part.dev == data.dev
        assert not {one.document for one in part.train} & {one.document for one in (*part.test, *part.dev)}
    whole = join_folds(data, folds)
    assert (len(whole.train), whole.test, whole.counts["folds"]) == (len(tested), (), 4)
    assert whole.counts["test"] == len(tested) and whole.sha256 not in {data.sha256, *(part.sha256 for part in folds)}


def test_a_language_is_taught_by_a_tenth_of_the_texts():
    """A few texts taken for another language, or a handful of pairs in it, teach none."""
    spanish, english = (Pair("q", "p", "d", "k", lang, lang) for lang in ("es", "en"))
    across = Pair("q", "p", "d", "k", "es", "en")
    assert find_langs([spanish] * 95 + [english] * 5) == find_langs([spanish] * 85 + [across] * 15) == ("es",)
    assert find_langs([spanish] * 85 + [english] * 15) == find_langs([across]) == find_langs([]) == ()
