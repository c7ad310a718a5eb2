"""The sandbox and the engine's lock-down, each with the layers before it switched off, and results kept as they are."""

import datetime
import decimal
import hashlib
import math
import os
import signal
import threading
import time
import uuid

import pytest
from safety_workspace import SECRET, build_dataset, statements

from core.records import CheckedSql
from core.settings import Settings
from core.sql.safety.children import Child
from core.sql.safety.execute import make_job, run_queries
from core.sql.safety.frames import Limits
from core.sql.safety.guard import check_sql
from core.sql.safety.sandbox import Job, Sandbox

TIME_MS = 700
MEMORY_MB = 300


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("datasets")


@pytest.fixture(scope="module")
def catalog(place):
    return build_dataset(place / "main.duckdb")


@pytest.fixture(scope="module")
def sandbox(place):
    settings = Settings(place).replace(sql_time_limit_ms=TIME_MS, sql_memory_limit_mb=MEMORY_MB)
    with Sandbox(settings) as opened:
        yield opened


def unguarded(text, *tables):
    """A record as the guard would make it, made without it."""
    return CheckedSql(text, tables)


def ask(text, catalog, sandbox, **options):
    return run_queries([check_sql(text, catalog)], catalog, sandbox, **options)[0]


def test_every_type_comes_back_as_it_is(catalog, sandbox):
    result = ask(
        "SELECT 1, 170141183460469231731687303715884105727, 1.5::DOUBLE, 'nan'::DOUBLE, '-inf'::DOUBLE, "
        "1.20::DECIMAL(9,2), true, NULL, 'ñ\n\"', DATE '2024-02-29', TIMESTAMP '2024-02-29 10:11:12.5', "
        "TIME '10:00:01', TIMESTAMPTZ '2024-01-01 10:00:00+02', INTERVAL 3 DAY, 'ab'::BLOB, [1, NULL], "
        "{'a': [DATE '2024-01-01']}, MAP {'k': 1.5::DECIMAL(3,1)}, "
        "'12345678-1234-5678-1234-567812345678'::UUID, ['x']::VARCHAR[1]",
        catalog,
        sandbox,
    )
    assert result.error is None
    row = result.rows[0]
    assert row[:3] == (1, 2**127 - 1, 1.5)
    assert math.isnan(row[3]) and row[4] == -math.inf
    assert row[5] == decimal.Decimal("1.20") and str(row[5]) == "1.20"
    assert row[6:9] == (True, None, 'ñ\n"')
    assert row[9:12] == (
        datetime.date(2024, 2, 29),
        datetime.datetime(2024, 2, 29, 10, 11, 12, 500000),
        datetime.time(10, 0, 1),
    )
    assert row[12] == datetime.datetime(2024, 1, 1, 8, tzinfo=datetime.UTC)
    assert row[13:16] == (datetime.timedelta(days=3), b"ab", [1, None])
    assert row[16] == {"a": [datetime.date(2024, 1, 1)]}
    assert row[17] == {"k": decimal.Decimal("1.5")}
    assert row[18] == uuid.UUID("12345678-1234-5678-1234-567812345678") and row[19] == ["x"]


def test_rows_are_cut_at_the_limit_and_only_then_called_truncated(catalog, sandbox):
    cut = ask("SELECT id FROM sales ORDER BY id", catalog, sandbox, limit=10)
    assert [row[0] for row in cut.rows] == list(range(10)) and cut.truncated
    whole = ask("SELECT id FROM sales ORDER BY id LIMIT 10", catalog, sandbox, limit=10)
    assert len(whole.rows) == 10 and not whole.truncated
    assert len(ask("SELECT * FROM sales", catalog, sandbox, limit=10**9).rows) == 1000


def test_bytes_are_cut_and_the_limit_is_named(catalog, sandbox):
    result = ask("SELECT repeat('x', 100000) FROM range(200)", catalog, sandbox)
    assert result.truncated and result.error == ("sql.limits.bytes", {"limit_mb": 8})
    assert 70 < len(result.rows) < 90


def test_a_question_runs_in_one_process_and_a_failure_takes_only_itself(catalog, sandbox):
    texts = [
        "SELECT 1",
        "SELECT nothing FROM sales",
        "SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))",
        "SELECT 4",
    ]
    results = run_queries([check_sql(text, catalog) for text in texts], catalog, sandbox)
    assert [result.rows for result in results] == [((1,),), (), (), ((4,),)]
    assert results[1].error[0] == "sql.run.failed" and results[1].error[1]["column"] == 8
    assert results[2].error == ("sql.limits.time", {"limit_ms": TIME_MS})


def test_only_named_data_sets_are_attached(catalog, tmp_path):
    other = build_dataset(tmp_path / "other.duckdb", rows=5)
    job = make_job([unguarded("SELECT 1", "sales")], catalog)
    assert [path for _, path in job.datasets] == [catalog.tables[0].dataset]
    assert make_job([unguarded("SELECT 1")], other).datasets == ()


def test_it_takes_nothing_but_admitted_statements(catalog, sandbox):
    with pytest.raises(TypeError):
        run_queries(["SELECT 1"], catalog, sandbox)


def test_a_query_can_be_cancelled(catalog, place):
    with Sandbox(Settings(place).replace(sql_time_limit_ms=20000)) as patient:
        cancel = threading.Event()
        threading.Timer(0.3, cancel.set).start()
        begun = time.monotonic()
        result = ask("SELECT count(*) FROM range(1000000000000)", catalog, patient, cancel=cancel)
        assert result.error == ("sql.limits.cancelled", {})
        assert time.monotonic() - begun < 1.5


@pytest.mark.parametrize(
    "case", [c for c in statements("attacks.json") if c["expected"] == "bounded"], ids=lambda c: c["id"]
)
def test_runaway_statements_end_in_time_and_memory(case, catalog, sandbox, monkeypatch):
    peaks = [0.0]
    look = Child.resident_mb

    def watch(child):
        peaks.append(look(child))
        return peaks[-1]

    monkeypatch.setattr(Child, "resident_mb", watch)
    query = check_sql(case["sql"], catalog)
    begun = time.monotonic()
    result = run_queries([query], catalog, sandbox)[0]
    # The limit + 0.6 s, and the start of the process, which a busy machine may delay.
    assert time.monotonic() - begun < TIME_MS / 1000 + 0.6 + 0.4
    assert max(peaks) <= MEMORY_MB * 1.1
    assert result.error is None or result.error[0] in ("sql.limits.time", "sql.limits.memory", "sql.limits.bytes")


def test_without_the_guard_nothing_outside_is_read_or_written(place, catalog, sandbox, tmp_path):
    canary = tmp_path / "canary.csv"
    canary.write_text(f"a\n{SECRET}\n")
    canary.chmod(0o644)
    dataset = catalog.tables[0].dataset
    files = {"db_path": dataset, "temp_dir": tmp_path, "canary_path": canary}
    texts = [
        c["sql"] for c in statements("attacks.json", **files) if c["expected"] == "refused" and c["id"] != "cpu-21"
    ]
    texts += [f"COPY (SELECT from_hex('00')) TO '{dataset}.wal' (FORMAT blob)", f"COPY sales TO '{place}/x.csv'"]
    texts += [f"SELECT * FROM '{canary}'", f"ATTACH '{dataset}' AS w", "SELECT * FROM read_blob('/proc/self/environ')"]
    texts += [f"WITH x AS (DELETE FROM {t} RETURNING *) SELECT * FROM x" for t in ("sales", "dataset_0.main.sales")]
    texts = [text for text in texts if "hidden_table" not in text and "sleep" not in text]
    before = _state(place), _state(tmp_path)
    results = run_queries([unguarded(text, "sales", "customers") for text in texts], catalog, sandbox)
    assert (_state(place), _state(tmp_path)) == before
    assert SECRET not in repr(results) and "root:" not in repr(results)
    assert {r.error[0] for r in results if r.error} == {"sql.run.failed"}


def _state(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_without_guard_and_lock_down_the_process_cannot_write(place, catalog, sandbox, monkeypatch, tmp_path):
    """The engine left open: what remains is a process that cannot grow a file and holds no environment."""
    import core.sql.safety.sandbox as module

    text = module._PROGRAM.read_text("utf-8")
    for line in (
        "enable_external_access = false",
        "disabled_filesystems = 'LocalFileSystem'",
        "lock_configuration = true",
    ):
        assert line in text
        text = text.replace(f'run("SET {line}")', "pass")
    open_program = tmp_path / "zygote.py"
    open_program.write_text(text)
    monkeypatch.setattr(module, "_PROGRAM", open_program)
    tmp_path.chmod(0o777)
    with Sandbox(sandbox.settings) as weak:
        texts = [f"COPY sales TO '{tmp_path}/out.csv'", "SELECT content FROM read_text('/proc/self/environ')"]
        results = run_queries([unguarded(text, "sales") for text in texts], catalog, weak)
    assert results[0].error
    assert not (tmp_path / "out.csv").exists() or (tmp_path / "out.csv").stat().st_size == 0
    assert not results[1].rows or results[1].rows[0][0] == ""


def test_plain_processes_give_the_same_results(catalog, place):
    with Sandbox(Settings(place).replace(sql_time_limit_ms=TIME_MS, sql_memory_limit_mb=MEMORY_MB)) as plain:
        plain.zygote.mode = "process"
        assert ask("SELECT count(*), max(day) FROM sales", catalog, plain).rows == (
            (20000, datetime.date(2024, 12, 30)),
        )
        runaway = ask("SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))", catalog, plain)
        assert runaway.error == ("sql.limits.time", {"limit_ms": TIME_MS})
        assert ask("SELECT len(range(1000000000))", catalog, plain).error == (
            "sql.limits.memory",
            {"limit_mb": MEMORY_MB},
        )


def test_eight_clients_never_see_each_others_rows(catalog, sandbox):
    foreign, errors = [], []

    def client(number):
        for turn in range(10):
            tag = number * 1000 + turn
            results = run_queries(
                [check_sql(f"SELECT {tag}, id FROM sales WHERE id < {n}", catalog) for n in (3, 50)], catalog, sandbox
            )
            errors.extend(result.error for result in results if result.error)
            foreign.extend(row for result in results for row in result.rows if row[0] != tag)
            foreign.extend(1 for result, n in zip(results, (3, 50), strict=True) if len(result.rows) != n)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [] and foreign == []


def test_a_killed_zygote_is_replaced(catalog, sandbox):
    sandbox.start()
    sandbox.zygote.process.kill()
    sandbox.zygote.process.wait()
    assert ask("SELECT 1", catalog, sandbox).rows == ((1,),)


def test_nothing_is_left_behind(catalog, place):
    opened = Sandbox(Settings(place))
    ask("SELECT 1", catalog, opened)
    zygote = opened.zygote.process.pid
    opened.close()
    with pytest.raises(ProcessLookupError):
        os.kill(zygote, 0)


def test_children_die_with_the_zygote(catalog, place):
    with Sandbox(Settings(place).replace(sql_time_limit_ms=60000)) as opened:
        query = check_sql("SELECT levenshtein(repeat('a', 400000), repeat('b', 400000))", catalog)
        thread = threading.Thread(target=run_queries, args=([query], catalog, opened))
        thread.start()
        time.sleep(0.6)
        opened.zygote.process.send_signal(signal.SIGKILL)
        thread.join(timeout=5)
        assert not thread.is_alive()


def test_limits_can_only_be_lowered(sandbox):
    assert Limits.of(sandbox.settings, rows=5, time_ms=50) == Limits(5, 8, 50, MEMORY_MB)
    assert Limits.of(sandbox.settings, rows=10**9, time_ms=10**9) == Limits(1000, 8, TIME_MS, MEMORY_MB)


def test_a_data_set_that_is_gone_is_an_error_with_words(sandbox, tmp_path):
    job = Job((("dataset_0", str(tmp_path / "gone.duckdb")),), (("t", "dataset_0", "t"),), ("SELECT 1", "SELECT 2"))
    results = sandbox.run(job, Limits.of(sandbox.settings))
    assert [result.error[0] for result in results] == ["sql.run.dataset"] * 2


def test_waiting_for_a_free_process_can_be_cancelled(catalog, place):
    with Sandbox(Settings(place).replace(sql_processes_max=1, sql_time_limit_ms=20000)) as sandbox:
        running, waiting = threading.Event(), threading.Event()
        slow = "SELECT count(*) FROM range(1000000000000)"
        first = threading.Thread(target=ask, args=(slow, catalog, sandbox), kwargs={"cancel": running})
        first.start()
        time.sleep(0.3)
        threading.Timer(0.2, waiting.set).start()
        result = ask("SELECT 1", catalog, sandbox, cancel=waiting)
        running.set()
        first.join()
        assert result.error == ("sql.limits.cancelled", {})
