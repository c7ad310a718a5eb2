"""The adapters page by AppTest: pairs of real documents, a queued training, a finished run and its verdict, use."""

import json

import numpy as np
from safetensors.numpy import save_file
from test_pages import ingest, open_app, shown

from core.evaluation import learn, retrieval_search
from core.models import adapter_files, adapters
from core.records import AdapterCard, Answer, Route
from core.state import chats, feedback, jobs
from core.training import queue, search, versions
from core.training.bases import practice_folder
from core.training.examples import read_examples
from core.training.job import read_job
from core.training.pairs import Pair, read_pairs
from pages.parts import services

FORECAST = ("Weights that learn", "Memory", "Time", "Steps")
SCORES = {
    "dense_recall1": {"base": 0.65, "adapter": 0.78, "low": 0.05, "high": 0.2, "cases": 63},
    "general_recall1_es": {"base": 0.27, "adapter": 0.23, "low": -0.1, "high": 0.05, "cases": 60},
}


def text_about(n):
    return "\n\n".join(
        f"Procedure {n}-{k}\n\nA permit{n}{k} is a document that allows work {n}{k} in hall {k}. "
        f"It is signed by officer {n}{k} before shift {k} starts. Copies of paper {n}{k} go to archive {n * k}."
        for k in range(12)
    )


def finish_run(workspace, name, passed=True, reasons=(), **changed):
    """A run that has ended, with real files: its pairs, its steps, PEFT's two files and the card."""
    held = workspace.settings
    queue.queue_training(workspace.db, held, name, [Pair("Who?", "The board.", "a", "a")], queue.RetrieverConfig())
    job = jobs.claim(workspace.db, "test", (queue.TRAIN,))
    made = queue.run_folder(held, name) / "adapter"
    made.mkdir()
    save_file({"x": np.zeros(2, "f2")}, made / adapter_files.WEIGHTS)
    (made / adapter_files.CONFIG).write_text("{}")
    rows = [
        {"step": n, "steps": 4, "loss": 1 / n, "held_out": 0.5 / n if n % 2 else None, "learning_rate": 1e-3}
        | {"gradient_norm": 0.5, "pairs_per_s": 5.0}
        for n in range(1, 5)
    ]
    (made / "steps.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    trained = {"steps": 4, "best_step": 3, "seconds": 90.0}
    card = AdapterCard(name, "retriever", "m", "b", adapters.hash_weights(made), "d" * 64, {"train": 112}, {}, trained)
    card = AdapterCard(**{**{f: getattr(card, f) for f in card.__slots__}, "scores": SCORES, "passed": passed,
                          "reasons": tuple(reasons), "created": "2026-11-23T08:00:00+00:00", **changed})  # fmt: skip
    adapters.write_card(made, card)
    queue.shelve(held, name)
    jobs.finish(workspace.db, job.id)


CHAT_SCORES = {
    "chat": {"base": -5.5, "adapter": -4.1, "low": 1.2, "high": 1.6, "cases": 48},
    "general_text_en": {"base": -6.3, "adapter": -6.3, "low": 0.0, "high": 0.0, "cases": 60},
    "chat_chrf": {"base": 0.1, "adapter": 0.4, "low": 0.1, "high": 0.5, "cases": 10},
}


def shelve_chat(workspace, name):
    """A chat adapter on the shelf, with real files and a card that passed."""
    made = adapters.adapters_folder(workspace.settings.workspace) / name
    made.mkdir(parents=True)
    save_file({"x": np.zeros(2, "f2")}, made / adapter_files.WEIGHTS)
    (made / adapter_files.CONFIG).write_text("{}")
    card = AdapterCard(name, "chat", "/models/tiny", "b", adapters.hash_weights(made), "d" * 64, scores=CHAT_SCORES,
                       passed=True, created="2026-11-23T08:00:00+00:00")  # fmt: skip
    adapters.write_card(made, card)
    return made


def keys(app):
    return {button.key for button in app.button}


def test_an_empty_page_says_in_two_sentences_what_an_adapter_is(workspace):
    assert "An adapter is a small correction" in shown(open_app("adapters"))
    app = open_app("adapters", "es")
    assert "Un adaptador es una pequeña corrección" in shown(app)
    assert "Aún no hay ningún par" in shown(app)
    assert "start-training" not in keys(app)


def test_a_training_is_queued_with_the_pairs_that_were_shown(workspace):
    ingest(workspace, *((f"p{n}.md", text_about(n)) for n in range(30)))
    app = open_app("adapters")
    assert "Leaks" in shown(app) and "Split by document" in shown(app)
    assert [metric.label for metric in app.metric if metric.label in FORECAST] == list(FORECAST)
    for name, value in (("batch", 4), ("max_tokens", 64)):  # so that it fits into whatever is free here
        app.select_slider(key=f"hyper-{name}").set_value(value).run()
    app.text_input(key="adapter-name").set_value("mine").run()
    app.button(key="start-training").click().run()
    assert not app.exception
    (run,) = queue.list_runs(workspace.db)
    assert (run.key, run.state) == ("mine", "queued")
    job = json.loads((queue.run_folder(workspace.settings, "mine") / queue.JOB).read_text())
    assert (job["config"]["rank"], job["split"]) == (16, {"seed": 0})
    assert (job["config"]["batch"], job["config"]["max_tokens"]) == (4, 64)
    assert len(read_pairs(queue.run_folder(workspace.settings, "mine") / "pairs.jsonl")) > 100
    again = open_app("adapters", "es")  # after a reload it is still there, and can be stopped
    assert "en espera" in shown(again)
    again.button(key="stop-training").click().run()
    assert queue.list_runs(workspace.db)[0].state == "cancelled"
    again.run()
    again.button(key="continue-training").click().run()
    assert [run.state for run in queue.list_runs(workspace.db)] == ["queued", "cancelled"]
    again.run()
    again.button(key="pause-training").click().run()
    assert queue.list_runs(workspace.db)[0].state == "paused" and not jobs.count_open(workspace.db, queue.TRAIN)
    again.run()
    assert "en pausa" in shown(again)
    again.button(key="continue-training").click().run()
    assert queue.list_runs(workspace.db)[0].state == "queued"


def test_values_that_hurt_are_warned_about(workspace):
    ingest(workspace, *((f"p{n}.md", text_about(n)) for n in range(8)))
    app = open_app("adapters", "es")
    assert not [one for one in app.warning if "Tasa" in one.value]
    app.select_slider(key="hyper-learning_rate").set_value(1e-2).run()
    app.select_slider(key="hyper-epochs").set_value(10).run()
    warned = "\n".join(one.value for one in app.warning)
    assert "Tasa de aprendizaje" in warned and "Épocas" in warned


def test_a_file_of_pairs_is_read_and_a_bad_line_is_named(workspace):
    app = open_app("adapters")
    app.pills(key="adapter-sources").set_value(["file"]).run()
    rows = "".join(json.dumps({"question": f"q{n}?", "passage": f"Text number {n} of {n}."}) + "\n" for n in range(9))
    app.file_uploader(key="adapter-file").upload("a.jsonl", rows.encode(), "application/jsonl").run()
    assert "9 pairs" in shown(app)
    assert "held out, and there are" in "\n".join(one.value for one in app.error).replace("\\", "")
    app.file_uploader(key="adapter-file").upload("b.jsonl", b'{"question": "q"}\n', "application/jsonl").run()
    assert "line 1" in "\n".join(one.value for one in app.error)


def test_a_verdict_is_shown_with_its_reasons_and_intervals(workspace):
    fault = ("gate.forgot", {"base": 0.27, "adapter": 0.1, "low": -0.3, "high": 0.0, "measure": "general_recall1_es"})
    finish_run(workspace, "bad", passed=False, reasons=[fault])
    text = shown(open_app("adapters", "es"))
    assert "Ha olvidado preguntas generales (General, 1.º ES)" in text
    assert "65,0\u00a0% | 78,0\u00a0%" in text
    assert "promote-bad" not in text


def test_few_held_out_questions_are_cross_validated_and_the_page_says_so(workspace):
    ingest(workspace, *((f"p{n}.md", text_about(n)) for n in range(8)))
    assert "it is cross-validated: 4 trial adapters" in shown(open_app("adapters"))
    assert "se entrenan 4 adaptadores de prueba" in shown(open_app("adapters", "es"))
    trained = {"steps": 4, "best_step": 3, "seconds": 90.0, "strength": 0.5}
    finish_run(workspace, "mine", data={"train": 180, "test": 160, "folds": 4}, training=trained, langs=("es",))
    text = shown(open_app("adapters", "es"))
    assert "Validación cruzada en 4 partes: a cada una de las 160 preguntas" in text
    assert "Atenuado al 50" in text and "Aprendió de textos en español y solo lee esos" in text


def test_an_adapter_that_passed_is_put_to_use_taken_out_and_deleted(workspace):
    finish_run(workspace, "good")
    app = open_app("adapters")
    assert "Passed" in "\n".join(one.value for one in app.success)
    app.button(key="promote-good").click().run()
    assert services.settings().get("retriever_adapter") == "good"
    assert "delete-good" not in keys(app)
    app.button(key="roll-back-good").click().run()
    assert services.settings().get("retriever_adapter") == "builtin"  # the list of words, not the bare base
    app.button(key="delete-good").click().run()
    assert not (adapters.adapters_folder(workspace.settings.workspace) / "good").exists()
    app.button(key="forget-run").click().run()
    assert not queue.run_folder(workspace.settings, "good").exists()
    assert not app.exception


def correct(workspace, n):
    """An approved correction of a citation."""
    turn = chats.add_turn(workspace.db, chats.create_conversation(workspace.db), f"Who signs permit {n}?", "me")
    answer = Answer("q", "q", "en", Route("documents", ""), "answered", "x")
    chats.finish_turn(workspace.db, turn, answer)
    quote = f"It is signed by the officer of line {n} on the day itself."
    value = {"document_id": 1, "file": "p1.md", "page": 1, "quote": quote}
    feedback.review(workspace.db, feedback.correct(workspace.db, turn, "citation", value), approved=True)


def test_twenty_new_corrections_are_offered_once(workspace):
    ingest(workspace, *((f"p{n}.md", text_about(n)) for n in range(8)))
    for n in range(19):
        correct(workspace, n)
    assert "train-corrections" not in keys(open_app("adapters"))
    correct(workspace, 19)
    app = open_app("adapters", "es")
    app.button(key="train-corrections").click().run()
    assert not app.exception
    (run,) = queue.list_runs(workspace.db)
    assert len(run.payload["corrections"]) == 20 and learn.untaught(workspace.db) == []
    queued = read_pairs(queue.run_folder(workspace.settings, run.key) / "pairs.jsonl")
    assert sum(pair.question.startswith("Who signs") for pair in queued) == 20 and len(queued) > 80
    jobs.cancel(workspace.db, run.id)  # nothing was learned from them after all
    assert len(learn.untaught(workspace.db)) == 20


def write_adapter(folder, rank=2, rows=384):
    """PEFT's two files of an adapter of the packaged encoder: one layer, small random matrices."""
    layer = "encoder.layer.0.attention.self.query"
    make = np.random.default_rng(7).normal
    sides = {"A": (rank, 384), "B": (rows, rank)}
    tensors = {
        f"base_model.model.{layer}.lora_{s}.weight": make(0, 0.01, shape).astype("f4") for s, shape in sides.items()
    }
    folder.mkdir()
    save_file(tensors, folder / adapter_files.WEIGHTS)
    config = {"peft_type": "LORA", "r": rank, "lora_alpha": 4, "target_modules": [layer]}
    (folder / adapter_files.CONFIG).write_text(json.dumps(config))


def test_an_adapter_from_elsewhere_is_checked_and_has_to_pass_here(workspace, tmp_path):
    write_adapter(tmp_path / "right")
    write_adapter(tmp_path / "wrong", rows=7)
    app = open_app("adapters")
    app.button(key="import-adapter").click().run()
    assert "Choose a zip file" in "\n".join(one.value for one in app.error)
    app.text_input(key="import-folder").set_value(str(tmp_path / "wrong")).run()
    app.button(key="import-adapter").click().run()
    assert "wrong shape" in "\n".join(one.value for one in app.error)
    assert not queue.is_taken(workspace.settings, "imported") and queue.list_runs(workspace.db) == []
    app.text_input(key="import-folder").set_value(str(tmp_path / "right")).run()
    app.button(key="import-adapter").click().run()
    folder = queue.run_folder(workspace.settings, "imported")
    assert read_job(folder / queue.JOB).given
    assert [name for name, _ in adapters.list_adapters(workspace.settings)] == ["builtin"]
    assert len(queue.list_runs(workspace.db)) == 1


def test_a_chat_adapter_is_put_to_use_with_its_base_and_taken_off_again(workspace):
    made = shelve_chat(workspace, "house")
    app = open_app("adapters")
    assert "Language model" in shown(app) and "60.34" in [metric.value for metric in app.metric]  # exp(4.1)
    app.button(key="promote-house").click().run()
    held = services.settings()
    assert (held.get("engine"), held.get("chat_model")) == ("transformers", "/models/tiny")
    assert held.get("chat_adapter") == str(made)
    app.button(key="roll-back-house").click().run()
    assert services.settings().get("chat_adapter") == "none"
    assert not app.exception


def test_the_verdict_on_a_chat_adapter_is_told_in_perplexities(workspace):
    finish_run(workspace, "house")
    made = queue.run_folder(workspace.settings, "house") / "adapter"
    card = adapters.read_card(made)
    fault = ("gate.chat_forgot", {"spoken": "ES", "base": 20.0, "adapter": 40.0})
    values = {f: getattr(card, f) for f in card.__slots__}
    values |= {"kind": "chat", "scores": CHAT_SCORES, "passed": False, "reasons": (fault,)}
    adapters.write_card(made, AdapterCard(**values))
    text = shown(open_app("adapters", "es"))
    assert "textos generales (ES)" in text and "244,69 | 60,34" in text and "Parecido (chrF)" in text


def test_examples_of_a_chat_adapter_come_from_documents_and_a_practice_model_is_offered(workspace):
    ingest(workspace, *((f"p{n}.md", text_about(n)) for n in range(8)))
    app = open_app("adapters")
    app.segmented_control(key="adapter-kind").set_value("chat").run()
    assert "examples" in shown(app) and "make-practice" in keys(app) and "start-training" not in keys(app)
    app.button(key="make-practice").click().run()
    assert [job.state for job in jobs.list_jobs(workspace.db, queue.PRACTISE)] == ["queued"]
    assert not app.exception


def make_base(folder):
    """What a language model's folder looks like from outside: its configuration and one weight."""
    folder.mkdir(parents=True)
    save_file({"model.layers.0.mlp.up_proj.weight": np.zeros((8, 4), "f4")}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"architectures": ["LlamaForCausalLM"], "vocab_size": 100}))
    (folder / "practice.json").write_text("{}")


def test_a_chat_training_and_a_search_are_queued_with_the_values_shown(workspace):
    ingest(workspace, *((f"p{n}.md", text_about(n)) for n in range(12)))
    base = practice_folder(workspace.settings)
    make_base(base)
    app = open_app("adapters")
    app.segmented_control(key="adapter-kind").set_value("chat").run()
    app.select_slider(key="chat-hyper-rank").set_value(4).run()
    app.toggle(key="chat-hyper-rslora").set_value(True).run()
    app.button(key="start-search-chat").click().run()
    (searched,) = jobs.list_jobs(workspace.db, queue.SEARCH)
    assert (searched.key, searched.payload["minutes"]) == ("chat", 10)
    app.text_input(key="adapter-name").set_value("house").run()
    app.button(key="start-training").click().run()
    assert not app.exception
    job = read_job(queue.run_folder(workspace.settings, "house") / queue.JOB)
    assert (job.base, job.config.rank, job.config.rslora) == (str(base), 4, True)
    assert len(read_examples(job.data[0])) > 60 and queue.read_kind(workspace.settings, "house") == "chat"


def test_what_a_search_found_is_shown_and_put_into_the_controls(workspace):
    ingest(workspace, *((f"p{n}.md", text_about(n)) for n in range(8)))
    folder = queue.search_folder(workspace.settings, "retriever")
    folder.mkdir(parents=True)
    values = {"learning_rate": 2e-3, "rank": 32, "alpha": 64, "dropout": 0.0, "targets": "classic", "epochs": 2}
    rows = [
        {"number": 1, "values": values | {"rank": 8}, "loss": 0.9, "state": "done", "seconds": 1.0},
        {"number": 2, "values": values | {"rank": 4}, "loss": 2.0, "state": "pruned", "seconds": 1.0},
        {"number": 3, "values": values, "loss": 0.4, "state": "done", "seconds": 1.0},
    ]
    (folder / search.TRIALS).write_text("".join(json.dumps(row) + "\n" for row in rows))
    app = open_app("adapters")
    assert "3 sets of values tried, 1 of them ended early" in shown(app)
    app.button(key="use-search-retriever").click().run()
    assert (app.select_slider(key="hyper-rank").value, app.select_slider(key="hyper-targets").value) == (32, "classic")
    assert not app.exception


def test_settings_of_the_search_are_tried_in_the_background_and_put_to_use(workspace):
    app = open_app("adapters", "es")
    app.button(key="start-retrieval").click().run()
    (job,) = jobs.list_jobs(workspace.db, queue.RETRIEVAL)
    assert job.payload == {"minutes": 10}
    jobs.cancel(workspace.db, job.id)
    folder = queue.search_folder(workspace.settings, queue.RETRIEVAL)
    folder.mkdir(parents=True)
    common = {"recall": {"1": 0.5, "5": 0.8, "20": 0.8}, "ranks": [1, 2]}
    rows = [
        {"values": {"piece_tokens": 200, "dense_weight_percent": 0}, "mrr": 0.5, **common},
        {"values": {"piece_tokens": 120, "dense_weight_percent": 35}, "mrr": 0.7, **common}
        | {"low": 0.1, "high": 0.3, "better": True},
    ]
    (folder / retrieval_search.TRIED).write_text("".join(json.dumps(row) + "\n" for row in rows))
    app = open_app("adapters", "es")
    assert "5 pasajes encuentran casi todo lo que encontrarían 20" in shown(app)
    app.button(key="use-retrieval").click().run()
    held = services.settings()
    assert (held.get("piece_tokens"), held.get("dense_weight_percent")) == (120, 35)
    assert not app.exception


def test_an_edited_data_set_outlives_the_visit(workspace):
    ingest(workspace, *((f"p{n}.md", text_about(n)) for n in range(8)))
    app = open_app("adapters")
    pairs = app.session_state["adapter-data"][1]
    app.session_state["pairs-edits"] = {pairs[0]: None}
    app.session_state["pairs-edits-version"] = 1
    app.run()
    (version,) = versions.list_versions(workspace.settings, "pairs")
    assert version.items == len(pairs) - 1
    again = open_app("adapters")
    again.selectbox(key="adapter-version").set_value(version.name).run()
    assert not again.exception and again.session_state["adapter-data"][1] == pairs[1:]
    assert "adapter-sources" not in {one.key for one in again.pills}
    again.button(key="adapter-remove-version").click().run()
    assert versions.list_versions(workspace.settings, "pairs") == []
    assert len(again.session_state["adapter-data"][1]) == len(pairs)
