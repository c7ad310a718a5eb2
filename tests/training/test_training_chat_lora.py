"""Chat adapters on a tiny practice model that is made here: what counts, what is resumed, what is refused."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import AppError
from core.models.adapter_files import check_adapter
from core.training.causal import TrainableChat, find_targets
from core.training.chat_lora import ChatConfig, group_by_length, train_chat
from core.training.examples import Example, read_examples
from core.training.pairs import Pair
from core.training.practice import Size, is_practice, make_practice

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [
    f"Order {n} left hall {n % 7} at noon and reached Braga on day {n % 5} with {n * 3} pallets." for n in range(80)
]
PAIRS = [Pair(f"Where did order {n} go?", TEXTS[n], "d", str(n)) for n in range(20)]
EXAMPLES = [
    Example(
        (("system", "Be short."), ("user", f"Where is order {n}?")), f"Order {n} is in hall {n % 7}. " * (1 + n % 4)
    )
    for n in range(24)
]
CONFIG = ChatConfig(rank=4, batch=4, micro_batch=2, epochs=2, learning_rate=5e-3, check_every=2, threads=1, patience=9)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("practice") / "model"
    made = make_practice(TEXTS, PAIRS, folder, size=Size(vocabulary=400, hidden=32, layers=2, steps=30, block=64))
    assert made.loss_after < made.loss_before - 1
    return folder


def losses(folder):
    return [json.loads(line)["loss"] for line in (folder / "steps.jsonl").read_text().splitlines()]


def hash_of(folder):
    import hashlib

    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def test_an_adapter_is_learned_and_loads_where_chat_adapters_are_loaded(base, tmp_path):
    before = hash_of(base)
    trained = train_chat(base, EXAMPLES[:20], EXAMPLES[20:], CONFIG, tmp_path / "a")
    assert trained.held_out_best < trained.held_out_before - 0.3
    assert trained.steps == 10 and 0 < trained.trainable < 0.2 * trained.weights
    assert check_adapter(tmp_path / "a").config["r"] == 4
    assert hash_of(base) == before and is_practice(base)
    again = train_chat(base, EXAMPLES[:20], EXAMPLES[20:], CONFIG, tmp_path / "b")
    assert losses(tmp_path / "a") == losses(tmp_path / "b") and again.held_out_best == trained.held_out_best


def test_a_run_that_was_cut_off_goes_on_with_the_same_losses(base, tmp_path):
    train_chat(base, EXAMPLES[:20], EXAMPLES[20:], CONFIG, tmp_path / "whole")
    for cut in (3, 5, 8):
        folder = tmp_path / f"cut{cut}"
        with pytest.raises(AppError) as caught:
            train_chat(base, EXAMPLES[:20], EXAMPLES[20:], CONFIG, folder, lambda row, cut=cut: row.step < cut)
        assert caught.value.key == "training.cancelled"
        train_chat(base, EXAMPLES[:20], EXAMPLES[20:], CONFIG, folder)
        assert losses(folder) == pytest.approx(losses(tmp_path / "whole"), abs=1e-5)
    other = dataclasses.replace(CONFIG, rank=8)
    with pytest.raises(AppError):
        train_chat(base, EXAMPLES[:20], EXAMPLES[20:], CONFIG, tmp_path / "c", lambda row: row.step < 3)
    with pytest.raises(AppError) as caught:
        train_chat(base, EXAMPLES[:20], EXAMPLES[20:], other, tmp_path / "c")
    assert caught.value.key == "training.other_run"


def test_a_process_that_is_killed_goes_on_with_the_same_losses(base, tmp_path):
    """kill -9 in the middle of a step, not between two."""
    code = (
        "import sys, os, signal; sys.path.insert(0, 'tests/training')\n"
        "from pathlib import Path; import test_training_chat_lora as t\n"
        "from core.training.causal import TrainableChat\n"
        "real, seen = TrainableChat.loss, []\n"
        "def loss(self, batch):\n"
        "    seen.append(1)\n"
        "    if len(seen) == 17: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return real(self, batch)\n"
        "TrainableChat.loss = loss\n"
        "t.train_chat(Path(sys.argv[1]), t.EXAMPLES[:20], t.EXAMPLES[20:], t.CONFIG, Path(sys.argv[2]))\n"
    )
    command = [sys.executable, "-c", code, str(base), str(tmp_path / "killed")]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, timeout=100).returncode == -9
    assert 0 < len(losses(tmp_path / "killed")) < 10
    train_chat(base, EXAMPLES[:20], EXAMPLES[20:], CONFIG, tmp_path / "killed")
    train_chat(base, EXAMPLES[:20], EXAMPLES[20:], CONFIG, tmp_path / "whole")
    assert losses(tmp_path / "killed") == pytest.approx(losses(tmp_path / "whole"), abs=1e-5)


def test_only_the_completion_counts_and_padding_changes_nothing(base):
    import torch

    chat = TrainableChat(base, rank=4, alpha=8, dropout=0.0, rslora=False, targets=("all",))
    chat.model.eval()
    tokens = [chat.tokenize(example, 200) for example in EXAMPLES[:3]]
    with torch.no_grad():
        together, n = chat.loss(tokens)
        alone = [chat.loss([one]) for one in tokens]
        assert float(together) == pytest.approx(sum(float(loss) for loss, _ in alone), rel=1e-5)
        assert n == sum(count for _, count in alone) == sum(len(one.ids) - one.start for one in tokens)
        ids = torch.tensor([tokens[0].ids])  # the same, by hand, from all logits
        said = chat.model(ids).logits[0, tokens[0].start - 1 : -1].log_softmax(-1)
        hand = -said.gather(1, ids[0, tokens[0].start :, None]).sum()
    assert float(alone[0][0]) == pytest.approx(float(hand), rel=1e-5)
    start = tokens[0].start
    prompt, completion = (chat.tokenizer.decode(part) for part in (tokens[0].ids[:start], tokens[0].ids[start:]))
    assert prompt.endswith("<|assistant|>\n") and "Where is order 0?" in prompt
    assert completion.startswith("Order 0 is in hall") and completion.endswith("<|end|>")


def test_gradients_are_the_same_whatever_the_size_of_the_parts(base, tmp_path):
    config = dataclasses.replace(CONFIG, dropout=0.0, epochs=1)
    for micro in (1, 4):
        train_chat(base, EXAMPLES, (), dataclasses.replace(config, micro_batch=micro), tmp_path / str(micro))
    assert losses(tmp_path / "1") == pytest.approx(losses(tmp_path / "4"), rel=1e-4)


def test_layers_are_found_whatever_they_are_called(base):
    from transformers import GPT2Config, GPT2LMHeadModel, LlamaForCausalLM

    llama = LlamaForCausalLM.from_pretrained(base)
    every = find_targets(llama, ("all",))
    assert len(every) == 2 * 7 and not any("lm_head" in name for name in every)
    assert find_targets(llama, ("q_proj",)) == [f"model.layers.{n}.self_attn.q_proj" for n in range(2)]
    small = GPT2LMHeadModel(GPT2Config(vocab_size=50, n_embd=16, n_layer=1, n_head=2))
    assert {name.rsplit(".", 1)[-1] for name in find_targets(small, ("all",))} == {"c_attn", "c_proj", "c_fc"}
    with pytest.raises(AppError) as caught:
        find_targets(small, ("query", "value"))
    assert caught.value.key == "training.no_such_layer" and caught.value.params["known"] == "c_attn, c_fc, c_proj"


def test_gpt2_and_its_kin_learn_too(base, tmp_path):
    from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel

    tokenizer = AutoTokenizer.from_pretrained(base)
    tokenizer.chat_template = None  # plain turns
    tokenizer.save_pretrained(tmp_path / "gpt")
    model = GPT2LMHeadModel(GPT2Config(vocab_size=len(tokenizer), n_embd=32, n_layer=1, n_head=2, n_positions=256))
    model.save_pretrained(tmp_path / "gpt")
    config = dataclasses.replace(CONFIG, targets=("c_attn", "c_proj"), rslora=True, learning_rate=2e-2)
    trained = train_chat(tmp_path / "gpt", EXAMPLES[:20], EXAMPLES[20:], config, tmp_path / "a")
    assert trained.held_out_best < trained.held_out_before
    assert check_adapter(tmp_path / "a").config["use_rslora"] is True


def test_where_memory_runs_out_the_parts_are_halved_once(base, tmp_path, monkeypatch):
    real, sizes = TrainableChat.loss, []

    def short_of_memory(self, batch, most):
        sizes.append(len(batch))
        if len(batch) > most:
            raise MemoryError
        return real(self, batch)

    config = dataclasses.replace(CONFIG, micro_batch=4, epochs=1)
    monkeypatch.setattr(TrainableChat, "loss", lambda self, batch: short_of_memory(self, batch, 2))
    train_chat(base, EXAMPLES, (), config, tmp_path / "a")
    assert sizes.count(4) == 1 and len(losses(tmp_path / "a")) == 6
    monkeypatch.setattr(TrainableChat, "loss", lambda self, batch: short_of_memory(self, batch, 1))
    with pytest.raises(AppError) as caught:
        train_chat(base, EXAMPLES, (), config, tmp_path / "b")
    assert caught.value.key == "training.no_memory"


def test_too_long_examples_are_left_out(base, tmp_path):
    with pytest.raises(AppError) as caught:
        train_chat(base, EXAMPLES, (), dataclasses.replace(CONFIG, max_tokens=8), tmp_path / "a")
    assert caught.value.key == "training.too_few"


def test_batches_hold_every_example_once_in_alike_lengths():
    lengths = [n * 7 % 50 for n in range(64)]
    batches = group_by_length(lengths, 4, 3, 0)
    assert sorted(n for batch in batches for n in batch) == list(range(64))
    assert sum(max(lengths[n] for n in b) - min(lengths[n] for n in b) for b in batches) < 64 * 2
    assert batches != group_by_length(lengths, 4, 3, 1)


def test_examples_are_read_by_their_usual_names_and_a_bad_line_is_named(tmp_path):
    rows = [
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
        {"prompt": "a", "completion": "b"},
        {"question": "a", "answer": "b", "document": "d"},
    ]
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = read_examples(path)
    assert {(one.messages, one.completion) for one in found} == {((("user", "a"),), "b")} and found[2].document == "d"
    for bad in ('{"prompt": "a"}', '{"messages": [{"role": "user", "content": "a"}]}', "[]", "{"):
        path.write_text(json.dumps(rows[1]) + "\n" + bad + "\n")
        with pytest.raises(AppError) as caught:
            read_examples(path)
        assert caught.value.params["line"] == 2


def test_a_practice_model_is_chosen_by_its_folder_and_an_adapter_goes_without_a_trace(base, tmp_path):
    from core import settings
    from core.models.engine import Call
    from core.models.loading import load_model
    from core.records import Message

    closed = [dataclasses.replace(one, completion="The hall is closed.") for one in EXAMPLES]
    train_chat(base, closed, (), dataclasses.replace(CONFIG, epochs=8, learning_rate=2e-2), tmp_path / "a")
    model = load_model(settings.load(tmp_path / "w").replace(chat_model=str(base), temperature=0.0))

    def say(adapter):
        pieces = model.generate([Message("user", "Where is order 3?")], 12, adapter, Call())
        return "".join(piece.text for piece in pieces)

    before = say(None)
    assert say(str(tmp_path / "a")) != before
    assert say(None) == before


def test_replay_is_written_by_the_base_and_kept_with_the_run(base, tmp_path):
    from core.training.replay import REPLAY, add_replay

    chat = TrainableChat(base, rank=4, alpha=8, dropout=0.0, rslora=False, targets=("all",))
    written = add_replay(chat, 4, tmp_path, seed=1)
    assert {one.messages[0][1][0] for one in written} & {"E", "W"} and len(written) > 1
    assert add_replay(chat, 4, tmp_path / "again", seed=1) == written
    (tmp_path / REPLAY).write_text(json.dumps({"prompt": "a", "completion": "b"}) + "\n")
    assert [one.completion for one in add_replay(chat, 4, tmp_path, seed=1)] == ["b"]  # one that goes on reads it
    config = dataclasses.replace(CONFIG, replay=0.25, epochs=1)
    assert train_chat(base, EXAMPLES[:20], (), config, tmp_path / "run").steps == 7  # 20 + 5 in fours
    check_adapter(tmp_path / "run")


def test_four_bits_are_refused_where_the_machine_cannot(base, tmp_path):
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine may be able to")
    with pytest.raises(AppError) as caught:
        train_chat(base, EXAMPLES, (), dataclasses.replace(CONFIG, four_bits=True), tmp_path / "a")
    assert caught.value.key == "training.no_four_bits"


def test_an_adapter_from_elsewhere_is_judged_by_what_its_files_say(base, tmp_path):
    from core.training.chat_lora import config_of, load_chat

    config = ChatConfig(rank=4, alpha=16, rslora=True, targets=("q_proj", "down_proj"), threads=1)
    load_chat(base, config).save(tmp_path / "a")
    found = config_of(check_adapter(tmp_path / "a", None, base))
    assert (found.rank, found.alpha, found.rslora, len(found.targets)) == (4, 16, True, 4)
    load_chat(base, found).load(tmp_path / "a")


def test_an_earlier_adapter_is_gone_on_from_and_dictates_its_shape(base, tmp_path):
    from core.training.earlier import keep_copy, take_shape

    first = train_chat(base, EXAMPLES[:20], EXAMPLES[20:], CONFIG, tmp_path / "first")
    (tmp_path / "job").mkdir()
    start = tmp_path / "job" / keep_copy(tmp_path / "first", tmp_path / "job")
    config = take_shape(dataclasses.replace(CONFIG, rank=64, alpha=16, epochs=1), start)
    assert (config.rank, config.alpha, config.epochs) == (CONFIG.rank, CONFIG.alpha, 1)
    second = train_chat(base, EXAMPLES[:20], EXAMPLES[20:], config, tmp_path / "second", start=start)
    assert second.held_out_before == pytest.approx(first.held_out_best, abs=1e-2)  # kept in half precision
    other = dataclasses.replace(CONFIG, rank=8)
    with pytest.raises(AppError) as caught:
        train_chat(base, EXAMPLES[:20], EXAMPLES[20:], other, tmp_path / "third", start=start)
    assert caught.value.key == "training.other_start" or caught.value.key.startswith("adapters.refused")


def test_merged_weights_say_what_base_and_adapter_say(base, tmp_path):
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from core.models.merging import write_merged

    train_chat(base, EXAMPLES, (), dataclasses.replace(CONFIG, epochs=1), tmp_path / "a")
    write_merged(check_adapter(tmp_path / "a", None, base), base, tmp_path / "merged")
    ids = AutoTokenizer.from_pretrained(tmp_path / "merged")("Order 3 is in hall", return_tensors="pt")["input_ids"]
    with torch.no_grad():
        merged = AutoModelForCausalLM.from_pretrained(tmp_path / "merged", dtype=torch.float32)(ids).logits
        bare = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
        before = bare(ids).logits
        laid_over = PeftModel.from_pretrained(bare, tmp_path / "a")(ids).logits
    torch.testing.assert_close(merged, laid_over, atol=1e-3, rtol=1e-3)
    assert (merged - before).abs().max() > 0.01
