"""The trials of training at their smallest: one kill, losses compared; how a bad data set is made."""

import json
import time

from core.evaluation import bench_training
from core.training.dataset import Dataset
from core.training.pairs import Pair
from core.training.retriever import RetrieverConfig


def slow_training(forgetful):
    """Thirty steps of a hundredth of a second, whose losses are known; one that is forgetful starts from others."""

    def train(folder):
        folder.mkdir(parents=True, exist_ok=True)
        done = bench_training.read_losses(folder)
        (folder / "steps.jsonl").write_text("".join(json.dumps({"step": n, "loss": done[n]}) + "\n" for n in done))
        shift = 0.5 if forgetful and done else 0.0
        for step in range(len(done) + 1, 31):
            time.sleep(0.01)
            with (folder / "steps.jsonl").open("a") as target:
                target.write(json.dumps({"step": step, "loss": 1 / step + shift}) + "\n")

    return train


def test_losses_after_a_kill_are_compared_step_by_step(tmp_path):
    (good,) = bench_training.crash_rounds(slow_training(False), tmp_path / "good", 1, seed=3)
    assert good["steps"] == good["of"] == 30 and good["apart"] == 0 and good["at"] < 30
    found = bench_training.crash_rounds(slow_training(True), tmp_path / "bad", 4, seed=3)
    assert max(one["apart"] for one in found) == 0.5


def test_bad_material_is_bad():
    data = Dataset(tuple(Pair(f"q{n}", f"p{n}", "d", f"p{n}") for n in range(60)), (), ())
    shuffled, _ = bench_training._shuffled(data, RetrieverConfig())
    assert sum(pair.passage == f"p{pair.question[1:]}" for pair in shuffled) < 10
    assert len({pair.key for pair in shuffled}) == 60
    few, config = bench_training._overfitted(data, RetrieverConfig())
    assert (len(few), config.epochs, config.early_stopping) == (30, 10, False)
    assert bench_training._forgetting(data, RetrieverConfig())[1].learning_rate == 1e-2
