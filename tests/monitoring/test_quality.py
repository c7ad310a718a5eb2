"""Versions and contradictions of real stored documents; tables that stand still."""

import datetime

import pytest

from core import settings
from core.monitoring.quality import _differences, find_stale, find_versions
from core.records import Catalog, Column, Table
from core.state import jobs
from core.workspace import open_workspace

DRAFT = """Sales of the year

Net sales reached 7,410,000 euros in the whole year after audit. Every region of the company grew in the second half.

The board met four times in the year and approved the budget. The new press line will enter service in May of 2026.

The company employed 212 people at the end of the period."""
FINAL = DRAFT.replace("7,410,000", "7,847,632").replace("212 people", "219 people")
OTHER = """Travel policy

Hotels in Madrid may cost up to 140 euros a night. Trips by train are preferred to flights under four hours.

Expenses are handed in within ten days of the return. Mileage of a private car is paid at 0.26 euros."""


@pytest.fixture
def workspace(tmp_path):
    opened = open_workspace(settings.load(tmp_path))
    for name, text in (("draft.txt", DRAFT), ("travel.txt", OTHER), ("final.txt", FINAL)):
        opened.library.add_upload(name, text.encode())
    while (job := jobs.claim(opened.db, "test", ("ingest",))) is not None:
        opened.library.ingest(job.payload["file_id"])
        jobs.finish(opened.db, job.id)
    yield opened
    opened.close()


def test_versions_are_found_with_what_differs(workspace):
    (found,) = find_versions(workspace.db, workspace.library.documents())
    assert (found.older, found.newer) == ("draft.txt", "final.txt")
    assert found.share == 1.0
    assert {(pair.first[10:27], pair.second[10:27]) for pair in found.differences} >= {
        ("reached 7,410,000", "reached 7,847,632")
    }
    assert len(found.differences) == 2


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("The fee of the course is 30 euros.", "The fee of the course is 45 euros.", True),
        ("The fee of the course is 1,200.", "The fee of the course is 1200", False),
        ("On 3 May 2026 the fee was 30 euros.", "On 3 May 2026 the fee was 45 euros.", True),
        ("El plazo de entrega acaba el 3 de mayo de 2026.", "El plazo de entrega acaba el 3 de mayo de 2027.", True),
        ("El plazo de entrega es de 12,50 días.", "El plazo de entrega es de 12.5 días.", False),
        ("The gates of the yard open at 8:30.", "The gates of the yard open at 9:30.", True),
        ("The Fee of the course is 30 euros.", "The fee of the course is 30 euros.", False),
    ],
)
def test_figures_that_exclude_each_other_are_differences_and_other_spellings_are_not(one, other, differ):
    bare = "the same words"
    assert bool(_differences({bare: one}, {bare: other})) is differ


def test_tables_that_stand_still():
    old = Table("orders", (Column("day", "DATE", maximum="2026-01-31"), Column("n", "BIGINT", maximum=9)), 5, "x")
    new = Table("visits", (Column("at", "TIMESTAMP", maximum=datetime.datetime(2026, 11, 1)),), 5, "x")
    (found,) = find_stale(Catalog((old, new)), datetime.date(2026, 11, 23))
    assert (found.table, found.column, found.newest, found.days) == ("orders", "day", "2026-01-31", 296)
