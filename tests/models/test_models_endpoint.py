"""The OpenAI-compatible engine against a real server that streams, stalls, dies, refuses and talks nonsense."""

import logging
import threading
import time

import pytest

from core import settings
from core.errors import AppError
from core.i18n import error_text
from core.models import discover, endpoint, endpoint_errors, suggested
from core.models.chat_model import open_chat_model
from core.records import Message
from tests import model_peer
from tests.model_peer import Peer, dies_after, refuses, says, says_in_turn, stalls

ASKED = [Message("system", "Be short."), Message("user", "Hello?")]
KEY = "sk-secret-0123456789abcdef"


@pytest.fixture
def peer():
    opened = []

    def start(*queue):
        opened.append(Peer(*queue))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


@pytest.fixture
def ask(tmp_path, monkeypatch):
    monkeypatch.setattr(endpoint, "RETRY_DELAYS_S", (0.01, 0.01, 0.01))
    models = []

    def open_model(peer, key="", **changes):
        values = {"engine": "openai", "chat_model": "tiny", "endpoint_url": peer.url, "model_timeout_s": 20, **changes}
        secrets = {"COTEJO_ENDPOINT_KEY": key} if key else {}
        models.append(open_chat_model(settings.Settings(tmp_path, secrets=secrets).replace(**values)))
        return models[-1]

    yield open_model
    for model in models:
        model.close()


def test_text_streams_and_its_use_is_counted(peer, ask):
    served = peer(says("Good", " day", usage={"prompt_tokens": 1000, "completion_tokens": 500}))
    model = ask(served, price_in_per_million=2.0, price_out_per_million=10.0)
    with model.stream(ASKED) as reply:
        assert list(reply) == ["Good", " day"]
    assert (reply.use.prompt_tokens, reply.use.answer_tokens, reply.use.estimated) == (1000, 500, False)
    assert reply.use.cost == pytest.approx(0.007)
    assert 0 < reply.use.first_token_ms <= reply.use.total_ms
    sent = served.bodies[0]
    assert (sent["temperature"], sent["seed"], sent["max_tokens"]) == (0.2, 7, 700)
    assert sent["messages"] == [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hello?"}]
    assert sent["chat_template_kwargs"] == {"enable_thinking": False}


def test_first_piece_comes_before_the_last_is_made(peer, ask):
    go = threading.Event()
    reply = ask(peer(says_in_turn(go, "a", "b", "c"))).stream(ASKED)
    assert next(reply) == "a"
    go.set()
    assert "".join(reply) == "bc"


def test_a_reader_hears_that_nothing_came(peer, ask):
    go = threading.Event()
    reply = ask(peer(says_in_turn(go, "a", "b"))).stream(ASKED, idle_s=0.05)
    assert next(piece for piece in reply if piece) == "a"
    assert [next(reply), next(reply)] == ["", ""]
    go.set()
    assert "".join(reply) == "b"


def test_thinking_is_not_shown(peer, ask):
    model = ask(peer(says("<th", "ink>I won", "der</thi", "nk>\n\n", "Madrid")))
    assert "".join(model.stream(ASKED)) == "Madrid"


def test_only_thinking_is_no_answer(peer, ask):
    with pytest.raises(AppError, match=r"models\.empty"):
        list(ask(peer(says("<think>and so on"))).stream(ASKED))


@pytest.mark.parametrize("failure", [refuses(500, "oops"), refuses(429, headers=[("Retry-After", "0")])])
def test_asks_again_before_the_first_token(peer, ask, failure):
    served = peer(failure, failure, says("done"))
    assert "".join(ask(served).stream(ASKED)) == "done"
    assert len(served.bodies) == 3


def test_waits_as_long_as_the_server_asks(peer, ask):
    served = peer(refuses(429, headers=[("Retry-After", "0.4")]), says("done"))
    started = time.monotonic()
    assert "".join(ask(served).stream(ASKED)) == "done"
    assert time.monotonic() - started >= 0.4


def test_a_death_in_mid_answer_is_told_and_not_asked_again(peer, ask):
    served = peer(dies_after("The net ", "revenue"))
    reply, heard = ask(served).stream(ASKED), []
    with pytest.raises(AppError, match=r"models\.broke_off"):
        for piece in reply:
            heard.append(piece)
    assert "".join(heard) == reply.text == "The net revenue"
    assert len(served.bodies) == 1


@pytest.mark.parametrize(
    ("behaviour", "key"),
    [
        (model_peer.sends_garbage, "models.garbage"),
        (says(), "models.empty"),
        (refuses(401), "models.key_missing"),
        (refuses(404, "model 'tiny' not found"), "models.model_missing"),
        (refuses(404, "no such page"), "models.endpoint_path"),
        (refuses(429, code="insufficient_quota"), "models.quota"),
        (refuses(429, headers=[("Retry-After", "3600")]), "models.rate_limited"),
        (refuses(400, "maximum context length is 2048 tokens"), "models.too_long"),
        (refuses(500, "model requires more system memory (5 GiB)"), "models.endpoint_memory"),
        (refuses(503, "busy"), "models.endpoint_failed"),
        (refuses(418, "teapot"), "models.request_refused"),
    ],
)
def test_what_is_wrong_is_named(peer, ask, behaviour, key):
    with pytest.raises(AppError) as caught:
        list(ask(peer(behaviour)).stream(ASKED))
    assert caught.value.key == key
    assert error_text(caught.value, "es") != error_text(caught.value, "en")


def test_nothing_listens(peer, ask):
    gone = peer(says("x"))
    model = ask(gone)
    gone.close()
    with pytest.raises(AppError, match=r"models\.endpoint_unreachable"):
        list(model.stream(ASKED))


@pytest.mark.parametrize("pieces", [(), ("a",)])
def test_a_model_that_stalls_is_left_and_its_request_ended(peer, ask, pieces):
    served = peer(stalls(30, *pieces))
    model = ask(served, model_timeout_s=2)
    started = time.monotonic()
    with pytest.raises(AppError, match=r"models\.too_slow"):
        list(model.stream(ASKED))
    assert time.monotonic() - started < 6
    assert served.hung_up.wait(10)


def test_closing_the_reply_ends_the_request(peer, ask):
    served = peer(stalls(30, "a"))
    with ask(served).stream(ASKED) as reply:
        assert next(reply) == "a"
    assert served.hung_up.wait(10)


def test_ending_one_call_leaves_another_alone(peer, ask):
    go = threading.Event()
    model = ask(peer(stalls(30, "a"), says_in_turn(go, "b", "c")))
    first = model.stream(ASKED)
    next(first)
    second = model.stream(ASKED)
    next(second)
    first.close()
    go.set()
    assert "".join(second) == "c"


def test_a_stop_string_ends_the_answer(peer, ask):
    served = peer(says("SELECT 1", ";\n", "-- and", " more"))
    reply = ask(served).stream(ASKED, stop=(";",))
    assert "".join(reply) == "SELECT 1"
    assert served.bodies[0]["stop"] == [";"]


def test_what_a_server_does_not_know_is_left_out_from_then_on(peer, ask):
    served = peer(
        refuses(400, "Unrecognized request argument supplied: chat_template_kwargs"),
        refuses(422, "stream_options: extra fields not permitted"),
        refuses(400, "'max_tokens' is not supported, use 'max_completion_tokens'"),
        refuses(400, "System role not supported"),
        says("ok"),
    )
    model = ask(served)
    assert "".join(model.stream(ASKED)) == "ok"
    assert "".join(model.stream(ASKED)) == "ok"
    for sent in served.bodies[-2:]:
        assert not {"chat_template_kwargs", "stream_options", "max_tokens"} & sent.keys()
        assert [message["role"] for message in sent["messages"]] == ["user"]
    assert len(served.bodies) == 6


def test_the_key_is_sent_and_never_told(peer, ask, caplog):
    caplog.set_level(logging.DEBUG)
    served = peer(refuses(400, f"the key {KEY} and its twin sk-live-abcdefgh are odd"))
    model = ask(served, key=KEY)
    with pytest.raises(AppError) as caught:
        list(model.stream(ASKED))
    assert served.headers[0]["Authorization"] == f"Bearer {KEY}"
    told = error_text(caught.value, "en") + repr(caught.value) + caplog.text
    assert "sk-" not in told


def test_keys_stay_out_of_the_settings_file(tmp_path, monkeypatch):
    monkeypatch.setenv("COTEJO_ENDPOINT_KEY", KEY)
    loaded = settings.load(tmp_path)
    settings.save(loaded.replace(engine="openai"))
    assert loaded.secrets["COTEJO_ENDPOINT_KEY"] == KEY
    assert KEY not in (tmp_path / "settings.json").read_text("utf-8") + repr(loaded)


def test_openai_key_goes_to_openai_alone_and_no_key_goes_unencrypted(tmp_path):
    held = settings.Settings(tmp_path, secrets={"OPENAI_API_KEY": KEY})
    assert endpoint.key_for("https://api.openai.com/v1", held) == KEY
    assert endpoint.key_for("https://api.openai.com.example.org/v1", held) == ""
    own = settings.Settings(tmp_path, secrets={"COTEJO_ENDPOINT_KEY": KEY})
    with pytest.raises(AppError, match="key_unencrypted"):
        endpoint.key_for("http://10.0.0.5:8000/v1", own)


@pytest.mark.parametrize("url", ["ftp://x/v1", "127.0.0.1:80", "file:///etc/passwd", "http://a:b@c/v1"])
def test_odd_addresses_are_refused(url):
    with pytest.raises(AppError, match="url_wrong"):
        endpoint.check_url(url)


def test_auto_takes_the_first_chat_model_and_its_context(peer, ask):
    served = peer(says("x"))
    served.models = {"data": [{"id": "nomic-embed-text"}, {"id": "big", "max_model_len": 1234}]}
    model = ask(served, chat_model="auto")
    assert (model.name, model.context_tokens) == ("big", 1234)


def test_a_server_is_found_with_its_models(peer):
    served = peer(says("x"))
    found = discover.look_at("vLLM", served.url)
    assert found.kind == "OpenAI-compatible"
    assert found.models == (discover.ServedModel("tiny", 2048),)
    served.close()
    assert discover.look_at("vLLM", served.url) is None


@pytest.mark.parametrize(
    ("where", "free", "gpu", "hub"),
    [
        ("hub", 2.0, 0.0, None),
        ("hub", 6.0, 0.0, "Qwen/Qwen3-0.6B"),
        ("hub", 200.0, 0.0, "Qwen/Qwen3-1.7B"),
        ("hub", 4.0, 24.0, "Qwen/Qwen3-8B"),
        ("ollama", 3.0, 0.0, "Qwen/Qwen3-1.7B"),
        ("ollama", 64.0, 0.0, "Qwen/Qwen3-4B-Instruct-2507"),
        ("ollama", 64.0, 16.0, "Qwen/Qwen3-8B"),
    ],
)
def test_the_suggested_model_fits_the_machine(where, free, gpu, hub):
    found = suggested.suggest_model(where, free, gpu)
    assert (found.hub if found else None) == hub


def test_retry_after_reads_seconds_and_dates():
    assert endpoint_errors.retry_after_s({"retry-after": "7"}) == 7
    assert endpoint_errors.retry_after_s({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert endpoint_errors.retry_after_s({"retry-after": "soon"}) is None
    assert endpoint_errors.retry_after_s({}) is None
