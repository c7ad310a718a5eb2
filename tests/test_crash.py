"""A worker killed with SIGKILL in the middle of an ingest leaves every file whole or absent, and needs no repair."""

import pytest

from core.evaluation import crash

TEXT = "Las ventas del mes {n} fueron {n}00 euros. El margen subió {n} puntos sobre el mes anterior.\n\n"


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("papers")
    for number in range(8):
        body = "".join(TEXT.format(n=number * 100 + line) for line in range(12))
        (folder / f"mes{number}.txt").write_text(body, encoding="utf-8")
    return folder


@pytest.mark.parametrize("kill_after_s", [0.8, 1.4, 2.2])
def test_a_killed_worker_leaves_whole_files(papers, kill_after_s):
    assert crash.run_round(papers, kill_after_s)["broken"] == []
