"""Whole turns over a small workspace of a report and a table: both sides in one answer, follow-ups, always the same."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core import settings
from core.assistant import last_answer
from core.workspace import open_workspace

ROOT = Path(__file__).resolve().parent.parent
REPORT = """# Annual report 2025

## Sales

Net sales of 2025 were 2,640 euros. Sales in Norway fell because the ferry to Bergen was closed for two months.

## People

The managing director is Carmen Ibáñez. Employees have 24 days of holiday a year.
"""
SALES = "day,country,amount\n" + "".join(
    f"{year}-{month:02d}-15,{country},{amount + month}\n"
    for year, extra in ((2024, 0), (2025, 20))
    for month in range(1, 13)
    for country, amount in (("Norway", 100 - extra), ("Spain", 107 + extra))
)
BOTH = "Does the annual report agree with the sales table on net sales in 2025?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Documents and a table, indexed by the headless way in."""
    place = tmp_path_factory.mktemp("assistant")
    (place / "files").mkdir()
    (place / "files" / "annual-report-2025.md").write_text(REPORT, encoding="utf-8")
    (place / "files" / "sales.csv").write_text(SALES, encoding="utf-8")
    done = ask_apart(place, BOTH, "--add", place / "files")
    (place / "first.json").write_text(json.dumps(done))
    return place


def ask_apart(place, question, *more, seed="0"):
    """The answer of a process of its own, without its times."""
    command = [sys.executable, "-m", "core.ask", "--workspace", place / "ws", "--question", question, "--json", *more]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, timeout=240, env=environment
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert {"route", "total", "search", "execute"} <= set(answer.pop("timings_ms"))
    return answer


@pytest.fixture(scope="module")
def assistant(folder):
    workspace = open_workspace(settings.load(folder / "ws"))
    yield workspace.assistant
    workspace.close()


def ask(assistant, question, history=(), **more):
    return last_answer(assistant.ask(question, history, lang="en", **more))


def test_both_sides_are_laid_side_by_side(folder):
    answer = json.loads((folder / "first.json").read_text())
    assert (answer["route"], answer["status"]) == ("both", "answered")
    assert answer["rows"] == [[2640]]
    assert "2,640" in answer["citations"][0]["quote"]
    assert answer["agreement"] == "agree"
    assert all(quote["verified"] for quote in answer["citations"])


@pytest.mark.parametrize(
    ("question", "route"),
    [
        ("Who is the managing director?", "documents"),
        ("Total amount by country in 2025", "data"),
        ("What is the boiling point of tungsten?", "none"),
        ("What do you have?", "workspace"),
        ("Hello", "smalltalk"),
        ("What was the amount of Norway in 2025, and why did sales in Norway fall?", "both"),
    ],
)
def test_each_question_goes_where_it_should(assistant, question, route):
    answer = ask(assistant, question)
    assert answer.route.kind == route
    assert answer.route.reason
    assert answer.status == ("not_found" if route == "none" else "answered")


def test_a_conversation_over_rows_and_pages(assistant):
    history = []
    for question in ("Total amount by country in 2025", "only Norway", "by month", "in 2024"):
        history.append(ask(assistant, question, history))
    last = history[-1]
    assert last.route.kind == "data" and len(last.data.result.rows) == 12
    assert {"Norway", "2024", "month"} <= set(last.completed_question.replace(",", " ").split())
    assert "Norway" in last.data.sql.text and "2024-01-01" in last.data.sql.text
    stated = ask(assistant, "where does the report say so?", [ask(assistant, BOTH)])
    assert stated.route.kind == "documents" and "annual-report-2025.md" in stated.text


def without_times(answer):
    return dataclasses.replace(
        answer, timings_ms={}, data=answer.data and dataclasses.replace(answer.data, timings_ms={}, result=None)
    )


@pytest.mark.parametrize("question", [BOTH, "Total amount by country in 2025", "Why did sales in Norway fall?"])
def test_the_same_question_twenty_times_has_one_answer(assistant, question):
    answers = [ask(assistant, question) for _ in range(20)]
    assert all(without_times(answer) == without_times(answers[0]) for answer in answers)
    assert len({answer.data.result.rows for answer in answers if answer.data and answer.data.result}) <= 1


def test_another_process_gives_the_same_answer(folder):
    first = json.loads((folder / "first.json").read_text())
    assert ask_apart(folder, BOTH, seed="1234") == first
