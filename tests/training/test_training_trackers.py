"""Trackers, by small packages of their names that write down what they are told."""

import json
import sys

import pytest

from core.errors import AppError
from core.training import trackers

WANDB = """
import json
class Run:
    def __init__(self, **told):
        self.told, self.summary = told, {}
        self.say({"init": {name: told[name] for name in ("project", "name", "mode", "config")}})
    def say(self, what):
        with open(self.told["dir"] + "/told.jsonl", "a") as target:
            target.write(json.dumps(what) + "\\n")
    def log(self, values, step):
        self.say({"step": step, **values})
    def finish(self):
        self.say({"summary": self.summary})
def init(**told):
    if told["mode"] == "online":
        raise ValueError("not logged in")
    return Run(**told)
"""


@pytest.fixture
def wandb(tmp_path, monkeypatch):
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "wandb.py").write_text(WANDB)
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    yield tmp_path
    sys.modules.pop("wandb", None)


def test_what_is_not_installed_is_not_offered_and_refused_with_its_name(tmp_path):
    if "mlflow" in trackers.installed():
        pytest.skip("it is installed here")
    with pytest.raises(AppError) as caught:
        trackers.open_tracker("mlflow", "a", {}, tmp_path)
    assert caught.value.params["tracker"] == "mlflow"
    trackers.open_tracker("none", "a", {}, tmp_path).log(1, {"loss": 1.0})


def test_a_run_is_told_step_by_step_offline(wandb):
    assert {"wandb", "wandb_offline"} <= set(trackers.installed())
    run = trackers.open_tracker("wandb_offline", "mine", {"rank": 8}, wandb)
    run.log(1, {"loss": 0.5})
    run.finish({"chat/adapter": -1.0})
    told = [json.loads(line) for line in (wandb / "told.jsonl").read_text().splitlines()]
    assert told == [
        {"init": {"project": "cotejo", "name": "mine", "mode": "offline", "config": {"rank": 8}}},
        {"step": 1, "loss": 0.5},
        {"summary": {"chat/adapter": -1.0}},
    ]
    with pytest.raises(AppError) as caught:  # before any time is spent on training
        trackers.open_tracker("wandb", "mine", {}, wandb)
    assert "not logged in" in caught.value.params["detail"]
