"""The health check finds what is wrong, and words for it in both languages."""

import pytest

from core import health, settings
from core.errors import AppError
from core.i18n import LANGUAGES, translate
from core.index import embed
from core.state.database import Database
from core.state.lock import try_lock


@pytest.fixture
def workspace(tmp_path):
    configured = settings.load(tmp_path)
    db = Database(tmp_path / "state.sqlite")
    yield db, configured
    db.close()


def findings(workspace, documents=()):
    return {found.part: found for found in health.check(*workspace, list(documents))}


def test_every_finding_has_its_words(workspace):
    for found in findings(workspace).values():
        for lang in LANGUAGES:
            assert translate(f"health.part_{found.part}", lang)
            assert translate(found.message, lang, **found.params)


def test_a_running_worker_is_known_by_its_lock(workspace):
    assert findings(workspace)["worker"].state == "note"
    held = try_lock(workspace[1].workspace / "worker.lock")
    assert findings(workspace)["worker"].state == "good"
    held.close()


def test_a_model_that_could_not_be_loaded_is_said(workspace):
    embed.note_failure(workspace[0], AppError("models.embedder_folder", name="nowhere"))
    found = findings(workspace)["embedder"]
    assert (found.state, found.message, found.params) == ("bad", "models.embedder_folder", {"name": "nowhere"})


def test_the_machine_is_measured(workspace):
    carried = health.machine(workspace[1])
    assert carried["cores"] >= 1
    assert 0 < carried["memory_free_gb"] <= carried["memory_gb"]
