"""The search for hyperparameters, with a training whose best values are known."""

import json
import math

import pytest

from core.errors import AppError
from core.training import presets, search
from core.training.chat_lora import ChatConfig
from core.training.loop import StepReport, Trained
from core.training.retriever import RetrieverConfig

tuned = pytest.importorskip("optuna")


def known_training(seen):
    """Best at a rate of 2e-3 and rank 32; comes apart at 5e-3; a check at each of four steps."""

    def train(config, folder, report):
        seen.append(config)
        loss = abs(math.log10(config.learning_rate / 2e-3)) + abs(config.rank - 32) / 32
        if config.learning_rate >= 5e-3:
            raise AppError("training.diverged", step=1, rate=config.learning_rate)
        for step in range(1, 5):
            row = StepReport(step, 4, loss, loss + 1 / step, config.learning_rate, 1.0, 1.0)
            if not report(row):
                raise AppError("training.cancelled")
        return Trained(4, 4, 2.0, loss, 1, 2, 0.1)

    return train


def stop_after(count):
    return lambda told: told["trials"] < count


def test_it_begins_with_the_chosen_values_and_finds_better_ones(tmp_path):
    seen, config = [], RetrieverConfig(rank=4, learning_rate=1e-4, alpha=32, seed=3)
    best = search.search("retriever", config, known_training(seen), tmp_path, 60, stop_after(40))
    first = seen[0]
    assert (first.rank, first.learning_rate, first.targets, first.seed) == (4, 1e-4, presets.LAYERS, 3)
    assert (best.values["rank"], best.values["learning_rate"]) == (32, 2e-3) and best.loss == pytest.approx(0)
    trials = search.read_trials(tmp_path)
    assert [one.number for one in trials] == list(range(1, 41)) and search.best_trial(trials) == best
    assert {one.state for one in trials} == {"done", "pruned", "failed"}
    assert all(one.values["batch"] for one in trials if "batch" in one.values) and not (tmp_path / "trial").exists()


def test_it_goes_on_with_what_was_tried_and_ends_with_its_minutes(tmp_path):
    config = ChatConfig()
    search.search("chat", config, known_training([]), tmp_path, 60, stop_after(3))
    path = tmp_path / search.TRIALS
    path.write_text(path.read_text() + '{"number": 4, "val')  # cut short by a crash
    seen = []
    path.write_text("".join(json.dumps(one) + "\n" for one in map(json.loads, path.read_text().splitlines()[:3])))
    search.search("chat", config, known_training(seen), tmp_path, 60, stop_after(5))
    assert len(seen) == 2 and len(search.read_trials(tmp_path)) == 5
    seen.clear()
    search.search("chat", config, known_training(seen), tmp_path, 0, stop_after(99))
    assert len(seen) <= 1


def test_what_always_comes_apart_is_said(tmp_path):
    def broken(config, folder, report):
        raise AppError("training.diverged", step=1, rate=1)

    with pytest.raises(AppError) as caught:
        search.search("retriever", RetrieverConfig(), broken, tmp_path, 60, lambda told: True)
    assert caught.value.key == "training.search_nothing"
    with pytest.raises(AppError) as caught:  # what is wrong with the job itself is not tried again and again
        search.search("chat", ChatConfig(), refuse, tmp_path / "b", 60, lambda told: True)
    assert caught.value.key == "training.no_such_layer"


def refuse(config, folder, report):
    raise AppError("training.no_such_layer", name="q", known="c")


def test_every_value_searched_is_one_of_the_page():
    from core.training import presets_chat

    for kind, module in (("retriever", presets), ("chat", presets_chat)):
        for name, choices in search.SPACES[kind].items():
            assert name in module.SWITCHES or set(choices) <= set(module.CHOICES[name]), (kind, name)
