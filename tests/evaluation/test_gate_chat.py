"""The gate of chat adapters, and the job that trains and judges one, on a practice model made here."""

import json

import pytest

from core.errors import AppError
from core.evaluation.gate_chat import find_chat_faults, judge_chat
from core.models import adapters
from core.training.chat_lora import ChatConfig
from core.training.examples import Example, split_examples
from core.training.job import read_job
from core.training.practice import Size, make_practice
from core.training.run import main

ROWS = [
    {"prompt": f"Where is order {n}?", "completion": f"Order {n} waits in hall {n % 7} of Braga."} for n in range(160)
]
CONFIG = {"rank": 4, "batch": 8, "epochs": 2, "learning_rate": 1e-2, "check_every": 4, "threads": 1}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("practice") / "model"
    texts = [f"Invoice {n} was paid in month {n % 12}. La factura {n} se pagó tarde." for n in range(60)]
    make_practice(texts, [], folder, size=Size(vocabulary=400, hidden=32, layers=2, steps=20, block=64))
    return folder


def test_a_job_trains_and_judges_an_adapter_of_a_language_model(base, tmp_path, capsys):
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    job = {"name": "house", "kind": "chat", "base": str(base), "data": "rows.jsonl", "config": CONFIG}
    (tmp_path / "job.json").write_text(json.dumps(job))
    code = main([str(tmp_path / "job.json")])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    card = adapters.read_card(tmp_path / "house")
    assert lines[-1]["card"]["name"] == "house" and [line["progress"] for line in lines][-1] == 1.0
    assert card.kind == "chat" and card.data["train"] >= 100 and card.data["test"] >= 20
    assert card.scores["chat"]["adapter"] > card.scores["chat"]["base"] + 0.3
    assert code == (0 if card.passed else 1)
    assert card.passed == (not card.reasons)
    assert {key for key, _ in card.reasons} <= {"gate.chat_forgot"}
    assert card.scores["chat_figures"]["adapter"] >= 0 and 0 < card.scores["chat_chrf"]["adapter"] <= 1
    made, tested = tmp_path / "house", [Example((("user", row["prompt"]),), row["completion"]) for row in ROWS[:24]]
    again = judge_chat(base, made, ChatConfig(**CONFIG), tested, 400, written=1, used=made)  # no better than itself
    assert again.measures["chat"].difference == pytest.approx(0, abs=1e-6)
    assert "gate.chat_no_gain" in {key for key, _ in again.reasons}


def test_one_that_learned_nothing_is_refused(base, tmp_path):
    from core.training.chat_lora import load_chat

    config = ChatConfig(rank=4, threads=1)
    load_chat(base, config).save(tmp_path / "idle")  # fresh matrices change nothing
    test = [Example((("user", row["prompt"]),), row["completion"]) for row in ROWS[:30]]
    gate = judge_chat(base, tmp_path / "idle", config, test, 40, written=2)
    assert [key for key, _ in gate.reasons] == ["gate.pairs", "gate.chat_no_gain"]
    assert gate.measures["chat"].difference == pytest.approx(0, abs=1e-6)
    with pytest.raises(AppError) as caught:
        judge_chat(base, tmp_path / "idle", config, test[:5], 400)
    assert caught.value.key == "gate.few"


def test_one_that_forgot_is_refused_by_language():
    from core.evaluation.compare import compare

    up = compare({str(n): -2.0 - n / 100 for n in range(40)}, {str(n): -1.0 - n / 100 for n in range(40)})
    down = compare({str(n): -2.0 - n / 100 for n in range(40)}, {str(n): -2.4 - n / 100 for n in range(40)})
    faults = find_chat_faults({"chat": up, "general_text_en": up, "general_text_es": down}, 400)
    assert [(key, told["spoken"]) for key, told in faults] == [("gate.chat_forgot", "ES")]
    assert faults[0][1]["adapter"] > faults[0][1]["base"]


def test_parts_share_no_document_and_no_question():
    rows = [Example((("user", f"q{n % 50}"),), f"a{n}") for n in range(100)]
    train, dev, test = split_examples(rows + rows)
    asked = [{one.messages for one in part} for part in (train, dev, test)]
    assert (
        sum(map(len, (train, dev, test))) == 100 and not asked[0] & asked[1] | asked[0] & asked[2] | asked[1] & asked[2]
    )
    named = [Example((("user", f"q{n}"),), "a", f"d{n % 10}") for n in range(100)]
    documents = [{one.document for one in part} for part in split_examples(named)]
    assert not documents[0] & documents[2] and all(documents)


def test_a_job_of_an_unknown_kind_is_refused(tmp_path):
    (tmp_path / "job.json").write_text('{"name": "a", "data": "x.jsonl", "kind": "image"}')
    with pytest.raises(AppError) as caught:
        read_job(tmp_path / "job.json")
    assert "image" in caught.value.params["detail"]


def test_one_that_the_chat_does_not_find_again_is_refused():
    from core.evaluation.compare import compare

    up = compare({str(n): -2.0 - n / 100 for n in range(40)}, {str(n): -1.0 - n / 100 for n in range(40)})
    assert find_chat_faults({"chat": up}, 400, apart=0.02) == []
    assert [key for key, _ in find_chat_faults({"chat": up}, 400, apart=0.4)] == ["gate.chat_other_path"]


@pytest.mark.parametrize("template", [True, False])
def test_the_chat_reads_a_conversation_as_the_trainer_did(base, tmp_path, template):
    import shutil

    from core.models.loading import load_model
    from core.records import Message
    from core.settings import Settings
    from core.training.chat_lora import load_chat, train_chat

    folder = tmp_path / "model"
    shutil.copytree(base, folder)
    if not template:
        (folder / "chat_template.jinja").unlink()
    config = ChatConfig(**{**CONFIG, "epochs": 1})
    said = [Example((("system", "Be short."), ("user", row["prompt"])), row["completion"]) for row in ROWS[:24]]
    train_chat(folder, said, (), config, tmp_path / "a")
    chat = load_chat(folder, config)
    chat.load(tmp_path / "a")
    model = load_model(Settings(tmp_path).replace(chat_model=str(folder)))
    for one in said[:3]:
        messages = [Message(role, text) for role, text in one.messages]
        theirs = model.score(messages, one.completion, str(tmp_path / "a"))
        assert theirs == pytest.approx(chat.score(chat.tokenize(one, 400)), abs=0.05)
        assert model.score(messages, one.completion) < theirs - 0.05


def test_a_run_that_was_cut_off_in_its_gate_is_not_trained_again(base, tmp_path, monkeypatch):
    from core.evaluation import gate_chat
    from core.training import run

    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    job = {"name": "house", "kind": "chat", "base": str(base), "data": "rows.jsonl", "config": CONFIG | {"epochs": 1}}
    (tmp_path / "job.json").write_text(json.dumps(job))
    told, judged = [], gate_chat.judge_chat
    monkeypatch.setattr(gate_chat, "judge_chat", lambda *args, **named: 1 / 0)  # as if it were killed there
    with pytest.raises(ZeroDivisionError):
        run.run_chat_job(read_job(tmp_path / "job.json"), tmp_path / "house", lambda line: told.append(line) is None)
    steps = sum("step" in line for line in told)
    monkeypatch.setattr(gate_chat, "judge_chat", lambda *args, **named: judged(*args, **named, written=1))
    card = run.run_chat_job(read_job(tmp_path / "job.json"), tmp_path / "house", lambda line: told.append(line) is None)
    assert steps > 5 and sum("step" in line for line in told) == steps
    assert card.training["steps"] == steps and not list(tmp_path.glob("*.trained.json"))


def test_the_forecast_counts_the_weights_that_will_learn(base):
    from core.training.chat_lora import load_chat
    from core.training.forecast import forecast_chat

    examples = [Example((("user", row["prompt"]),), row["completion"]) for row in ROWS]
    for config in (ChatConfig(rank=4, threads=1), ChatConfig(rank=8, targets=("q_proj", "down_proj"), threads=1)):
        told, chat = forecast_chat(base, examples, 20, config), load_chat(base, config)
        assert (told.trainable, told.weights) == chat.count_weights()
    more = forecast_chat(base, examples, 20, ChatConfig(rank=4, replay=0.5, epochs=2))
    assert more.steps == 60 and more.seconds > 0  # 160 and 80 of replay, in eights, twice
    assert more.memory_bytes > forecast_chat(base, examples, 20, ChatConfig(rank=4, micro_batch=1)).memory_bytes
