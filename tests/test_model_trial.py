"""The trial of a model: one real question, and in words how it did."""

import pytest

from core import model_trial, settings
from core.i18n import error_text, translate
from tests.model_peer import Peer, dies_after, refuses, says


@pytest.fixture
def attempt(tmp_path):
    opened = []

    def run(behaviour, lang="en"):
        opened.append(Peer(behaviour))
        values = {"engine": "openai", "chat_model": "tiny", "endpoint_url": opened[-1].url, "model_timeout_s": 20}
        return model_trial.try_model(settings.Settings(tmp_path).replace(**values), lang)

    yield run
    for peer in opened:
        peer.close()


@pytest.mark.parametrize(
    ("behaviour", "ok", "key"),
    [
        (says("Within ", "48 hours ", "[1]."), True, "trial.good"),
        (says("Within ", "48 ", "hours", delay_s=0.5), True, "trial.slow"),
        (says("Within ", "a week."), False, "trial.wrong"),
        (says("NOT_FOUND"), False, "trial.wrong"),
    ],
)
def test_how_it_did(attempt, behaviour, ok, key):
    trial = attempt(behaviour)
    assert (trial.ok, trial.key) == (ok, key)
    assert trial.error is None
    for lang in ("en", "es"):
        assert "tiny" in translate(trial.key, lang, **trial.params)


@pytest.mark.parametrize(
    ("behaviour", "key"),
    [
        (refuses(401), "models.key_missing"),
        (dies_after("With"), "models.broke_off"),
        (refuses(404, "model"), "models.model_missing"),
    ],
)
def test_what_stands_in_the_way(attempt, behaviour, key):
    trial = attempt(behaviour, "es")
    assert (trial.ok, trial.error.key) == (False, key)
    assert error_text(trial.error, "es")


def test_an_engine_without_a_model_is_told(tmp_path):
    trial = model_trial.try_model(settings.Settings(tmp_path), "en")
    assert trial.error.key == "models.no_engine"
