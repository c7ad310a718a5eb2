"""Jobs: one open row a key, claimed once, requeued after a dead worker, cancelled while running."""

import pytest

from core.state import jobs
from core.state.database import Database


@pytest.fixture
def db(tmp_path):
    database = Database(tmp_path / "state.sqlite")
    yield database
    database.close()


def test_the_same_key_is_queued_once(db):
    assert jobs.enqueue(db, "ingest", "a", {}) == jobs.enqueue(db, "ingest", "a", {})
    assert jobs.count_open(db) == 1


def test_a_job_is_claimed_once_and_requeued_when_its_worker_died(db):
    jobs.enqueue(db, "ingest", "a", {"file_id": 1})
    job = jobs.claim(db, "w", ("ingest",))
    assert job.payload == {"file_id": 1}
    assert jobs.claim(db, "w", ("ingest",)) is None
    assert jobs.requeue_running(db) == 1
    assert jobs.claim(db, "w", ("ingest",)).id == job.id


def test_a_cancelled_job_tells_its_worker(db):
    job_id = jobs.enqueue(db, "train", "a", {})
    jobs.claim(db, "w", ("train",))
    assert jobs.report(db, job_id, 0.5)
    jobs.cancel(db, job_id)
    assert not jobs.report(db, job_id, 0.6)
    jobs.finish(db, job_id)
    assert jobs.list_jobs(db, "train")[0].state == "cancelled"
