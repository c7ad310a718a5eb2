"""Setting up a model in the background, and the section of the settings page that shows it."""

import threading
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import AppError
from core.model_setup import ModelSetup
from core.models.discover import ServedModel, Server
from core.models.download import Progress
from core.settings import Settings
from pages.parts import services
from tests.model_peer import Peer, says

ROOT = Path(__file__).resolve().parent.parent


def wait(setup):
    deadline = time.monotonic() + 60
    while setup.is_running():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def peer():
    served = Peer(says("Within 48 hours [1]."))
    yield served
    served.close()


def test_looking_finds_servers_and_what_fits(peer):
    server = Server("Ollama", "http://127.0.0.1:11434/v1", (ServedModel("tiny"),))
    setup = ModelSetup(find=lambda: [server])
    setup.look()
    wait(setup)
    assert setup.found.ollama is server
    assert setup.found.by_ollama is None or setup.found.by_ollama.ollama_gb > 0


def test_one_work_of_a_kind_at_a_time():
    go, begun = threading.Event(), []

    def find():
        begun.append(1)
        go.wait(10)
        return []

    setup = ModelSetup(find=find)
    setup.look()
    setup.look()
    assert setup.is_running("look")
    go.set()
    wait(setup)
    assert begun == [1]


def test_a_download_shows_how_far_it_is_and_how_it_ended():
    setup, go = ModelSetup(find=list), threading.Event()

    def steps():
        yield Progress(40, 100)
        go.wait(10)
        raise AppError("models.download_failed", model="m", detail="gone")

    setup._start("download", lambda: setup._download("m", steps))
    while setup.download is None or not setup.download.progress.done:
        time.sleep(0.01)
    assert (setup.download.progress.share, setup.download.running) == (0.4, True)
    go.set()
    wait(setup)
    assert (setup.download.running, setup.download.error.key) == (False, "models.download_failed")


def test_a_model_is_tried_in_the_background(peer, tmp_path):
    setup = ModelSetup(find=list)
    values = {"engine": "openai", "chat_model": "tiny", "endpoint_url": peer.url, "model_timeout_s": 60}
    setup.try_out(Settings(tmp_path).replace(**values), "en")
    wait(setup)
    assert setup.trial.key == "trial.good"


def test_a_server_found_here_is_put_in_force_by_one_button(workspace, peer, monkeypatch):
    setup = ModelSetup(find=lambda: [Server("Ollama", peer.url, (ServedModel("tiny"), ServedModel("other")))])
    setup.look()
    wait(setup)
    monkeypatch.setattr(services, "model_setup", lambda: setup)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.session_state["wanted"] = "settings"
    app.run()
    assert not app.exception
    app.selectbox(key=f"served-{peer.url}").set_value("other").run()
    app.button(key=f"use-{peer.url}").click().run()
    held = services.settings()
    assert (held.get("engine"), held.get("chat_model"), held.get("endpoint_url")) == ("openai", "other", peer.url)
    assert app.session_state["setting-engine"] == "openai"
    app.button(key="use-builtin").click().run()
    assert services.settings().get("engine") == "builtin"
    services.workspace().close()
