"""A real OpenAI-compatible peer that others wrote: `transformers serve` with the tiny random Llama."""

import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from core.errors import AppError
from core.models.chat_model import open_chat_model
from core.records import Message
from core.settings import Settings

ASKED = [Message("system", "Be short."), Message("user", "Did sales rise in Spain?")]
START_S = 180

if any(importlib.util.find_spec(name) is None for name in ("fastapi", "uvicorn")):
    pytest.skip("transformers serve needs fastapi and uvicorn (requirements-dev.txt)", allow_module_level=True)


@pytest.fixture(scope="module")
def served(tiny_llama):
    """(process, address, model) of a server that answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(tiny_llama[0])]
    command += ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, **quiet)
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).close()
            break
        except OSError:
            time.sleep(0.2)
    yield process, f"http://127.0.0.1:{port}/v1", str(tiny_llama[0])
    process.kill()
    process.wait()


@pytest.fixture
def chat(served, tmp_path):
    _, url, name = served
    values = {"engine": "openai", "endpoint_url": url, "chat_model": name, "temperature": 0.0, "answer_tokens_max": 16}
    return open_chat_model(Settings(tmp_path).replace(**values))


def test_it_streams_and_repeats_itself_at_temperature_zero(chat):
    answers = set()
    for _ in range(3):
        with chat.stream(ASKED) as reply:
            pieces = list(reply)
        answers.add("".join(pieces))
        assert reply.finish in ("length", "stop")
        assert reply.use.prompt_tokens > 10
        assert 0 < reply.use.answer_tokens <= 17
    assert len(answers) == 1


def test_what_it_does_not_know_is_left_out(chat):
    assert "".join(chat.stream(ASKED, stop=("never said",), tokens_max=4)) is not None
    assert chat._engine._options.get("chat_template_kwargs") in (None, {"enable_thinking": False})


def test_a_cancelled_answer_leaves_the_server_ready(chat):
    with chat.stream(ASKED) as reply:
        next(reply)
    started = time.monotonic()
    assert "".join(chat.stream(ASKED, tokens_max=4))
    assert time.monotonic() - started < 20


def test_a_server_that_is_killed_in_mid_answer_is_told(served, tmp_path):
    process, url, name = served
    values = {"engine": "openai", "endpoint_url": url, "chat_model": name, "answer_tokens_max": 900}
    reply = open_chat_model(Settings(tmp_path).replace(**values)).stream(ASKED)
    next(reply)
    process.kill()
    with pytest.raises(AppError, match=r"models\.broke_off"):
        list(reply)
