"""A training as a job: queued with its pairs, read back as it was meant, shelved only where it passed."""

import json

import pytest

from core import settings
from core.errors import AppError
from core.models import adapter_files, adapters
from core.records import AdapterCard
from core.state import jobs
from core.state.database import Database
from core.training import queue
from core.training.dataset import Dataset
from core.training.job import Job, read_job
from core.training.pairs import Pair, read_pairs
from core.training.retriever import RetrieverConfig
from core.training.run import langs_for

PAIRS = [Pair("Who met?", "The board met in Lisbon.", "a", "a1", "en", "en")]


@pytest.fixture
def held(tmp_path):
    return settings.load(tmp_path / "w")


@pytest.fixture
def db(tmp_path):
    database = Database(tmp_path / "state.sqlite")
    yield database
    database.close()


def test_a_queued_training_reads_back_as_it_was_meant(db, held):
    config = RetrieverConfig(epochs=2, targets=("query",))
    queue.queue_training(db, held, "mine", PAIRS, config, {"seed": 3})
    job = read_job(queue.run_folder(held, "mine") / queue.JOB)
    assert (job.name, job.config, job.split) == ("mine", config, {"seed": 3})
    assert read_pairs(job.data[0]) == PAIRS
    assert [run.payload for run in queue.list_runs(db)] == [{"name": "mine"}]
    assert queue.read_steps(held, "mine") == []


def test_a_training_is_laid_over_what_is_in_use_and_has_to_beat_it(db, held):
    for setting, words in (("builtin", True), ("none", False), ("first", True)):
        queue.queue_training(db, held.replace(retriever_adapter=setting), f"over-{setting}", PAIRS, RetrieverConfig())
        job = read_job(queue.run_folder(held, f"over-{setting}") / queue.JOB)
        assert (job.words, adapters.setting_for(job.against)) == (words, setting)


def test_an_adapter_from_elsewhere_is_judged_in_the_languages_on_its_card(db, held, tmp_path, monkeypatch):
    monkeypatch.setattr(adapters, "check_retriever", lambda folder: None)
    for name in (adapter_files.CONFIG, adapter_files.WEIGHTS):
        (tmp_path / name).write_text("{}")
    queue.queue_judging(db, held, "whole", tmp_path, PAIRS)
    adapters.write_card(tmp_path, AdapterCard("x", "retriever", "m", "b", "a", "d", langs=("es",)))
    queue.queue_judging(db, held, "spanish", tmp_path, PAIRS)
    made = [read_job(queue.run_folder(held, name) / queue.JOB) for name in ("whole", "spanish")]
    assert [job.langs for job in made] == [(), ("es",)]


def test_a_language_is_read_that_was_learned_now_or_before(tmp_path):
    """Going on from an earlier adapter adds its languages; one that reads all still does."""

    def read(lang, before=None, **values):
        data = Dataset((Pair("q", "p", "d", "k", lang, lang),), (), ())
        start = tmp_path / "start" if before is not None else None
        if start is not None:
            start.mkdir(exist_ok=True)
            adapters.write_card(start, AdapterCard("x", "retriever", "m", "b", "a", "d", langs=before))
        return langs_for(Job("mine", (), RetrieverConfig(), start=start, **values), data)

    assert [read("es"), read("es", ("es",)), read("es", ("en",)), read("es", ())] == [("es",), ("es",), (), ()]
    assert read("en", given=True, langs=("es",)) == ("es",)


def test_a_job_that_names_nothing_to_beat_is_for_the_encoder_as_it_comes(tmp_path):
    (tmp_path / "job.json").write_text('{"name": "a", "data": "p.jsonl"}')
    assert (read_job(tmp_path / "job.json").words, read_job(tmp_path / "job.json").against) == (True, "")
    (tmp_path / "job.json").write_text('{"name": "a", "data": "p.jsonl", "against": "e5"}')
    with pytest.raises(AppError) as caught:
        read_job(tmp_path / "job.json")
    assert caught.value.key == "training.job"


def test_a_name_is_taken_once_and_must_be_a_name(db, held):
    queue.queue_training(db, held, "mine", PAIRS, RetrieverConfig())
    for name, key in (("mine", "adapters.exists"), ("../mine", "adapters.name"), ("none", "adapters.name")):
        with pytest.raises(AppError) as caught:
            queue.queue_training(db, held, name, PAIRS, RetrieverConfig())
        assert caught.value.key == key
    assert len(queue.list_runs(db)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "nope",
        "[]",
        '{"data": "p.jsonl"}',
        '{"name": "a", "data": "p", "config": {"lr": 1}}',
        '{"name": "a", "data": "p", "config": {"schedule": "up"}}',
        '{"name": 1, "data": 2}',
    ],
)
def test_a_job_that_says_too_little_or_too_much_is_refused(tmp_path, text):
    (tmp_path / "job.json").write_text(text)
    with pytest.raises(AppError) as caught:
        read_job(tmp_path / "job.json")
    assert caught.value.key == "training.job"


def test_a_job_may_be_yaml(tmp_path):
    (tmp_path / "job.yaml").write_text("name: mine\ndata: [a.jsonl, b.csv]\nconfig: {epochs: 3}\n")
    job = read_job(tmp_path / "job.yaml")
    assert [path.name for path in job.data] == ["a.jsonl", "b.csv"]
    assert job.config.epochs == 3


@pytest.mark.parametrize(
    ("passed", "sha256", "shelved"), [(True, None, True), (False, None, False), (True, "0", False)]
)
def test_only_what_passed_is_shelved(held, passed, sha256, shelved):
    made = queue.run_folder(held, "mine") / "adapter"
    made.mkdir(parents=True)
    (made / adapter_files.WEIGHTS).write_bytes(b"weights")
    (made / adapter_files.CONFIG).write_text(json.dumps({}))
    sha256 = sha256 or adapters.hash_weights(made)
    adapters.write_card(made, AdapterCard("mine", "retriever", "m", "b", sha256, "d", passed=passed))
    assert queue.read_verdict(held, "mine").passed is passed
    assert queue.shelve(held, "mine") is shelved
    assert [name for name, _ in adapters.list_adapters(held) if name != "builtin"] == (["mine"] if shelved else [])
    queue.forget_run(held, "mine")
    assert not queue.run_folder(held, "mine").exists()


def test_a_job_that_was_cancelled_no_longer_runs(db):
    job_id = jobs.enqueue(db, queue.TRAIN, "x", {"name": "x"})
    assert not jobs.is_running(db, job_id)
    jobs.claim(db, "me", (queue.TRAIN,))
    assert jobs.is_running(db, job_id)
    jobs.cancel(db, job_id)
    assert not jobs.is_running(db, job_id)
