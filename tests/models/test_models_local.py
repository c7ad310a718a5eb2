"""The in-process engine on a tiny random Llama: same answers, adapters switched and removed, cancel, limits."""

import json
import threading
import time

import pytest

from core.errors import AppError
from core.models import local_model
from core.models.chat_model import open_chat_model
from core.models.engine import Call
from core.models.loading import find_folder, load_model, plan_load
from core.records import Message
from core.settings import Settings

ASKED = [Message("system", "Answer in one sentence. " * 8), Message("user", "Did sales rise in Spain?")]


@pytest.fixture(scope="module")
def configured(tiny_llama, tmp_path_factory):
    base = Settings(tmp_path_factory.mktemp("ws")).replace(engine="transformers", chat_model=str(tiny_llama[0]))
    return base.replace(temperature=0.0, answer_tokens_max=24)


@pytest.fixture(scope="module")
def model(configured):
    return load_model(configured)


def write(model, messages=ASKED, adapter=None, tokens=24, call=None):
    return "".join(piece.text for piece in model.generate(messages, tokens, adapter, call or Call()))


def test_one_interface_streams_counts_and_tells_its_tokens(configured):
    chat = open_chat_model(configured)
    with chat.stream(ASKED) as reply:
        pieces = list(reply)
    assert len(pieces) > 3
    assert "".join(pieces) == reply.text
    assert reply.finish in ("length", "stop")
    assert reply.use.answer_tokens <= 24
    assert reply.use.prompt_tokens > 30
    assert not reply.use.estimated
    assert chat.context_tokens == 1024


def test_the_same_question_gets_the_same_answer_twenty_times(configured, model):
    answers = {write(load_model(configured), tokens=12), *(write(model, tokens=12) for _ in range(20))}
    assert len(answers) == 1


def test_a_kept_opening_gives_the_same_bits_as_a_new_one(model):
    model._openings.clear()
    fresh = write(model)
    assert len(model._openings) == 1
    other = [ASKED[0], Message("user", "And in France?")]
    first = write(model, other)
    assert len(model._openings) == 1
    model._openings.clear()
    assert (write(model, other), write(model)) == (first, fresh)


def test_a_kept_opening_is_not_read_again(model, monkeypatch):
    write(model)
    read = []
    forward = model._forward
    monkeypatch.setattr(
        model, "_forward", lambda m, tokens, cache: read.append(len(tokens)) or forward(m, tokens, cache)
    )
    write(model, [ASKED[0], Message("user", "x")], tokens=1)
    assert read[0] < 20
    opening, _ = model._encode(ASKED)
    assert len(opening) > 40


def test_a_seed_repeats_what_temperature_varies(configured):
    warm = configured.replace(temperature=1.0)
    first, again = (write(load_model(warm.replace(seed=5))) for _ in range(2))
    assert first == again
    assert write(load_model(warm.replace(seed=6))) != first


def logits(model, adapter=None):
    from transformers import DynamicCache

    with model._adapted(adapter) as own:
        return model._forward(own, [5, 9, 12], DynamicCache(config=own.config))


def test_adapters_are_switched_in_under_a_second_and_leave_no_trace(configured, tiny_llama):
    import torch

    model = load_model(configured)
    base, before = write(model), logits(model)
    first, second = map(str, tiny_llama[1])
    started = time.perf_counter()
    model.use_adapter(first)
    loaded = time.perf_counter() - started
    model.use_adapter(second)
    started = time.perf_counter()
    model.use_adapter(first)
    assert max(loaded, time.perf_counter() - started) < 1.0
    with_first, with_second = logits(model, first), logits(model, second)
    assert not any(
        torch.equal(a, b) for a, b in ((before, with_first), (before, with_second), (with_first, with_second))
    )
    assert torch.equal(with_first, logits(model, first))
    assert torch.equal(before, logits(model))
    assert write(model) == base
    model.remove_adapters()
    assert torch.equal(before, logits(model))
    assert write(model) == base


def test_the_oldest_adapter_makes_room(configured, tiny_llama, monkeypatch):
    monkeypatch.setattr(local_model, "ADAPTERS_KEPT", 1)
    model = load_model(configured)
    first, second = map(str, tiny_llama[1])
    before = logits(model, first)
    model.use_adapter(second)
    assert len(model._adapters) == 1
    assert before.equal(logits(model, first))


def test_cancelling_ends_within_a_token_and_frees_the_next(model):
    call = Call()
    pieces = model.generate(ASKED, 500, None, call)
    next(pieces)
    waiting = []
    thread = threading.Thread(target=lambda: waiting.append(write(model, tokens=2)))
    thread.start()
    call.cancel()
    assert len(list(pieces)) <= 1
    thread.join(5)
    assert len(waiting) == 1


def test_one_who_waits_for_a_turn_can_leave(model):
    held, call = model.generate(ASKED, 500, None, Call()), Call()
    next(held)
    call.cancel()
    assert list(model.generate(ASKED, 5, None, call)) == []
    held.close()


def test_too_long_a_prompt_is_told(model):
    with pytest.raises(AppError, match=r"models\.too_long"):
        write(model, [Message("user", "sales " * 2000)])


def test_a_template_without_a_system_role_gets_none(configured):
    model = load_model(configured)
    model.tokenizer.chat_template = (
        "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
        + ("{% for m in messages %}[{{ m['content'] }}]{% endfor %}")
    )
    assert model._render(ASKED)[0].startswith("[Answer in one sentence.")
    model.tokenizer.chat_template = None
    assert model._render(ASKED) == (f"{ASKED[0].text}\n\n{ASKED[1].text}\n\n", False)


def test_sixteen_bits_only_where_the_processor_has_them(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    assert plan_load(1).dtype == "float32"
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    assert plan_load(1).dtype == "bfloat16"


def test_what_cannot_be_loaded_is_named(configured, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for name, key in (("nobody/nothing-like-this", "not_downloaded"), (str(tmp_path), "no_safetensors")):
        with pytest.raises(AppError, match=f"models.{key}"):
            find_folder(name)
    monkeypatch.setattr("core.models.loading._SPARE", 1e9)
    with pytest.raises(AppError, match=r"models\.too_big"):
        load_model(configured)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / "adapter_model.bin").write_bytes(b"x"), "unknown_file"),
        (lambda folder: change(folder, target_modules="(a+)+$"), "target_names"),
        (lambda folder: (folder / "card.json").write_text('{"base_sha256": "00"}'), "other_base"),
        (lambda folder: poison(folder, float("nan")), "not_finite"),
    ],
)
def test_adapters_that_could_harm_never_reach_the_model(configured, tiny_llama, tmp_path, spoil, reason):
    import shutil

    folder = tmp_path / "adapter"
    shutil.copytree(tiny_llama[1][0], folder)
    model = load_model(configured)
    model.use_adapter(str(folder))
    model.remove_adapters()
    spoil(folder)
    with pytest.raises(AppError, match=rf"adapters\.refused_{reason}"):
        model.use_adapter(str(folder))
    assert model._peft is None


def test_an_adapter_of_another_model_changes_nothing(configured, tiny_llama, tmp_path):
    import shutil

    from safetensors.torch import load_file, save_file

    shutil.copytree(tiny_llama[1][0], tmp_path / "other")
    weights = load_file(tmp_path / "other" / "adapter_model.safetensors")
    wide = {name: t.repeat(1, 2) if "lora_A" in name else t for name, t in weights.items()}
    save_file(wide, tmp_path / "other" / "adapter_model.safetensors")
    model = load_model(configured)
    base = write(model)
    with pytest.raises(AppError, match=r"adapters\.refused_tensor_shape"):
        model.use_adapter(str(tmp_path / "other"))
    assert write(model) == base
    assert logits(model, str(tiny_llama[1][0])).shape == logits(model).shape


def change(folder, **values):
    path = folder / "adapter_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def poison(folder, value):
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "adapter_model.safetensors")
    next(iter(weights.values())).view(-1)[0] = value
    save_file(weights, folder / "adapter_model.safetensors")
