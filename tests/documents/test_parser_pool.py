"""The parser's process: results, named refusals, limits, nothing left behind. Real processes, real files."""

import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.documents.sandbox import HAS_LIMITS, ParserPool
from core.errors import AppError
from core.settings import Settings

linux = pytest.mark.skipif(not HAS_LIMITS, reason="fork and limits are Linux's")


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    with ParserPool(Settings(tmp_path_factory.mktemp("workspace"))) as pool:
        yield pool


def refusal(pool, path, name=None):
    with pytest.raises(AppError) as caught:
        pool.parse(path, name or path.name)
    return caught.value.key


def test_a_text_comes_back_as_written(pool, tmp_path):
    path = tmp_path / "notas.txt"
    path.write_text("Añadimos 3 líneas.\n\nY otra más.", encoding="utf-8")
    parsed = pool.parse(path, path.name)
    assert (parsed.pages[0].text, parsed.lang, parsed.title) == ("Añadimos 3 líneas.\n\nY otra más.", "es", "notas")


def test_many_small_files_cost_a_fork_each(pool, tmp_path):
    paths = [tmp_path / f"{n}.txt" for n in range(60)]
    for n, path in enumerate(paths):
        path.write_text(f"This is file number {n}.")
    pool.parse(paths[0], "0.txt")
    started = time.perf_counter()
    with ThreadPoolExecutor(4) as threads:
        texts = list(threads.map(lambda path: pool.parse(path, path.name).pages[0].text, paths))
    assert texts == [f"This is file number {n}." for n in range(60)]
    assert time.perf_counter() - started < 10  # an interpreter each would take far longer


def test_refusals_are_named(pool, tmp_path):
    for name, data, key in (
        ("a.pdf", b"%PDF-1.7\nnothing", "documents.broken"),
        ("a.txt", b"", "documents.empty"),
        ("a.docx", b"PK\x03\x04broken", "documents.broken"),
        ("a.png", b"\x89PNG\r\n\x1a\n....", "documents.kind_unsupported"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "documents.kind_unsupported"),
        ("a.txt", bytes(range(256)) * 8, "documents.kind_unsupported"),
    ):
        path = tmp_path / "file"
        path.write_bytes(data)
        assert refusal(pool, path, name) == key


def test_a_zip_bomb_is_not_opened(pool, tmp_path):
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"<a>" + b" " * 20_000_000)
    assert refusal(pool, path) == "documents.zip_bomb"


@linux
def test_too_slow_and_too_large_are_killed_and_the_next_file_works(tmp_path):
    settings = Settings(tmp_path, {"parser_memory_mb": 400, "parser_time_limit_s": 2})
    slow, large, fine = tmp_path / "slow.html", tmp_path / "large.json", tmp_path / "fine.txt"
    slow.write_text("<p>" + "<td>" * 30_000_000)
    large.write_text("[" + "[1]," * 20_000_000 + "1]")
    fine.write_text("All is well.")
    with ParserPool(settings) as pool:
        assert refusal(pool, slow) in ("documents.time_limit", "documents.memory_limit")
        assert refusal(pool, large) in ("documents.memory_limit", "documents.time_limit")
        assert pool.parse(fine, fine.name).pages[0].text == "All is well."


@linux
def test_a_killed_server_is_started_again(pool, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Still here.")
    pool.parse(path, path.name)
    pool._server.kill()
    pool._server.wait()
    assert pool.parse(path, path.name).pages[0].text == "Still here."


@linux
def test_no_process_outlives_the_parent(tmp_path):
    path = tmp_path / "slow.html"
    path.write_text("<p>" + "<td>" * 20_000_000)
    code = f"""
        import pathlib, threading
        from core.documents.sandbox import ParserPool
        from core.settings import Settings
        pool = ParserPool(Settings(pathlib.Path({str(tmp_path)!r})))
        path = pathlib.Path({str(path)!r})
        threading.Thread(target=pool.parse, args=(path, path.name), daemon=True).start()
        while pool._server is None:
            pass
        print(pool._server.pid, flush=True)
        threading.Event().wait()
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    server = int(parent.stdout.readline())
    time.sleep(1.5)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and alive_group(server):
        time.sleep(0.05)
    assert not alive_group(server)


def alive_group(server):
    """Whether the server or a child of its session still runs."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == server and fields[0] != "Z":
            return True
    return False
