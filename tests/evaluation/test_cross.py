"""Cross-validation asks every fold once, of an adapter that has not seen it, and goes on where it was cut off."""

import pytest

from core.evaluation.cross import ask_in_folds, note_of
from core.evaluation.gate import decide, join
from core.training.dataset import Dataset, count_folds, fold
from tests.evaluation.test_gate import BASE, SLANG, TEST, WordEmbedder

DATA = Dataset(tuple(TEST[:34]), tuple(TEST[34:38]), tuple(TEST[38:]))


class Trials:
    """Trains nothing: it notes who was learned from in which folder, and the adapter knows all words of the trade."""

    def __init__(self, fails_at=None):
        self.learned, self.fails_at = {}, fails_at

    def train(self, part, place, report):
        if len(self.learned) == self.fails_at:
            raise KeyboardInterrupt
        place.mkdir()
        self.learned[place.name] = {pair.document for pair in part.train}

    def ask(self, folds, out, key="k"):
        begin = lambda n, place: (lambda row: True, lambda share: None)  # noqa: E731
        load = lambda place, cache: WordEmbedder(f"base:{place.name}@x", SLANG)  # noqa: E731
        return ask_in_folds(folds, BASE, self.train, begin, out, key, load)


def test_every_question_is_answered_once_and_the_verdict_is_over_all(tmp_path):
    folds, trials = fold(DATA), Trials()
    used, adapted = trials.ask(folds, tmp_path / "a")
    assert len(used["dense_mrr"]) == len(adapted["dense_mrr"]) == 44
    for n, part in enumerate(folds):
        assert not trials.learned[f"a.fold-{n}"] & {pair.document for pair in (*part.test, *part.dev)}
    gate = decide((used, adapted), BASE[1], BASE[1], 200)
    assert gate.passed and gate.measures["dense_mrr"].cases == 44
    assert [path.name for path in tmp_path.iterdir()] == [note_of(tmp_path / "a").name]


def test_folds_that_were_asked_are_not_trained_again(tmp_path):
    folds, cut = fold(DATA), Trials(fails_at=2)
    with pytest.raises(KeyboardInterrupt):
        cut.ask(folds, tmp_path / "a")
    rest, other = Trials(), Trials(fails_at=0)
    used, adapted = rest.ask(folds, tmp_path / "a")
    assert list(rest.learned) == ["a.fold-2", "a.fold-3"]
    assert len(used["dense_mrr"]) == len(adapted["dense_mrr"]) == 44
    with pytest.raises(KeyboardInterrupt):  # a note of other settings is none: it begins with the first fold
        other.ask(folds, tmp_path / "a", key="other settings")


def test_folds_are_joined_without_mixing_their_cases():
    one, two = ({"m": {"0": 1.0}}, {"m": {"0": 0.0}}), ({"m": {"0": 0.5}}, {"m": {"0": 0.25}})
    assert join([one, two]) == ({"m": {"0-0": 1.0, "1-0": 0.5}}, {"m": {"0-0": 0.0, "1-0": 0.25}})


def test_many_held_out_questions_or_few_documents_need_no_folds():
    assert count_folds(DATA) == 4
    assert count_folds(Dataset(DATA.train, (), DATA.test * 10)) == 0
    assert fold(Dataset(tuple(TEST[:2]), (), tuple(TEST[2:3]))) == []
