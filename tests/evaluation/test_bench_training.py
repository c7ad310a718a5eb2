"""The trials of training at their smallest: one kill, losses compared; how a bad data set is made."""

from core.evaluation import bench_training
from core.training.dataset import Dataset
from core.training.pairs import Pair
from core.training.retriever import RetrieverConfig


def test_a_training_that_is_killed_goes_on_with_the_same_losses(tmp_path):
    training = bench_training.make_run("chat", tmp_path)
    (found,) = bench_training.crash_rounds(training, tmp_path / "runs", 1, seed=3)
    assert found["steps"] == found["of"] == 30 and found["apart"] <= 1e-5
    assert found["at"] < 30


def test_bad_material_is_bad():
    data = Dataset(tuple(Pair(f"q{n}", f"p{n}", "d", f"p{n}") for n in range(60)), (), ())
    shuffled, _ = bench_training._shuffled(data, RetrieverConfig())
    assert sum(pair.passage == f"p{pair.question[1:]}" for pair in shuffled) < 10
    assert len({pair.key for pair in shuffled}) == 60
    few, config = bench_training._overfitted(data, RetrieverConfig())
    assert (len(few), config.epochs, config.early_stopping) == (30, 10, False)
    assert bench_training._forgetting(data, RetrieverConfig())[1].learning_rate == 1e-2
