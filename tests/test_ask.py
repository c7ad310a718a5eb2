"""The headless way in, as a script would use it: add a folder, ask, read JSON; errors in words; nothing left behind."""

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from core import settings
from core.router import unsourced

ROOT = Path(__file__).resolve().parent.parent
KEYS = set(
    "id question completed_question lang route reason status message answer confidence alternatives citations hits sql "
    "columns rows truncated chart agreement checks engine adapter timings_ms".split()
)
REPORT = """# Informe de 2024

## Ventas

Las ventas netas de Bodegas Arlanza fueron de 12,4 millones de euros en 2024. La bodega exportó el 38 % de su vino.

## Personas

La directora general es Carmen Ibáñez desde 2019. La plantilla media fue de 57 personas.
"""
POLICY = """# Travel policy

Hotel nights are reimbursed up to 140 euros. Receipts must be handed in within thirty days of the trip.
"""


def ask(*arguments):
    command = [sys.executable, "-m", "core.ask", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ask")
    papers = folder / "papers"
    (papers / "sub").mkdir(parents=True)
    (papers / "informe.md").write_text(REPORT, encoding="utf-8")
    (papers / "sub" / "travel.md").write_text(POLICY, encoding="utf-8")
    (papers / ".notes").write_text("hidden", encoding="utf-8")
    questions = [
        {"id": "a", "question": "¿Cuánto vendió Bodegas Arlanza en 2024?"},
        {"id": "b", "question": "¿Quién es la directora general?", "conversation": 1},
        {"id": "c", "question": "¿Desde cuándo lo es?", "conversation": 1},
        {"id": "d", "question": "How soon must receipts be handed in?", "file": "sub/travel.md"},
        {"id": "e", "question": "What is the boiling point of tungsten?"},
        {"id": "f", "question": "anything", "file": "nowhere.pdf"},
    ]
    (folder / "q.jsonl").write_text("\n".join(json.dumps(q) for q in questions), encoding="utf-8")
    done = ask(
        *("--workspace", folder / "ws", "--add", papers, "--report", folder / "r.jsonl"),
        *("--questions", folder / "q.jsonl", "--json"),
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    report = [json.loads(line) for line in (folder / "r.jsonl").read_text().splitlines()]
    return {line["id"]: line for line in lines}, report, folder


def test_every_key_is_there_and_the_order_is_kept(answers):
    lines, _, _ = answers
    assert list(lines) == list("abcdef")
    assert all(set(line) == KEYS for line in lines.values())


def test_answers_quote_their_page(answers):
    lines, _, folder = answers
    assert "12,4 millones" in lines["a"]["citations"][0]["quote"]
    assert lines["a"]["citations"][0]["file"] == "informe.md"
    assert "Carmen Ibáñez" in lines["b"]["citations"][0]["quote"]
    assert "thirty days" in lines["d"]["citations"][0]["quote"]
    assert all(quote["verified"] for line in lines.values() for quote in line["citations"])
    assert settings.load(folder / "ws").workspace == folder / "ws"


def test_a_follow_up_is_completed(answers):
    lines, _, _ = answers
    assert lines["c"]["question"] == "¿Desde cuándo lo es?"
    assert "desde 2019" in lines["c"]["citations"][0]["quote"]


def test_what_is_not_here_is_said_to_be_missing(answers):
    lines, _, _ = answers
    assert (lines["e"]["status"], lines["e"]["citations"]) == ("not_found", [])
    assert lines["e"]["message"]
    assert lines["f"]["status"] == "error"
    assert "nowhere.pdf" in lines["f"]["message"]


def test_the_report_names_every_file_met(answers):
    _, report, _ = answers
    assert {line["file"]: line["status"] for line in report} == {
        ".notes": "skipped",
        "informe.md": "added",
        "sub/travel.md": "added",
    }


def test_no_process_is_left(answers):
    _, _, folder = answers
    left = [
        p.info["cmdline"] for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or [])
    ]
    assert left == []


def test_a_question_that_cannot_be_asked_leaves_the_others_their_answers(answers, tmp_path):
    lines = [{"id": 1, "question": ""}, {"id": 2, "question": 7}, {"id": 3, "question": "qu\ud83d?"}, {"id": 4}]
    lines += [{"id": 5, "question": "¿Cuántas personas\u2028hay en la plantilla media?", "conversation": [1]}]
    (tmp_path / "q.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=line["id"] < 5) for line in lines))
    done = ask("--workspace", answers[2] / "ws", "--questions", tmp_path / "q.jsonl", "--json")
    found = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert [line["id"] for line in found] == [1, 2, 3, 4, 5]
    assert [line["status"] for line in found] == ["error", "error", "not_found", "error", "answered"]
    assert "57 personas" in found[4]["citations"][0]["quote"]
    assert done.returncode == 0


@pytest.mark.parametrize(("said", "lang"), [("hola", "es"), ("¡Gracias!", "es"), ("hello", "en"), ("Lisboa", None)])
def test_a_set_phrase_tells_its_language(said, lang):
    assert unsourced.language_of(said) == lang


def test_a_missing_question_file_is_named(answers, tmp_path):
    done = ask("--workspace", answers[2] / "ws", "--questions", tmp_path / "none.jsonl")
    assert done.returncode == 2
    assert "none.jsonl" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_line_that_is_no_json_is_named(answers, tmp_path):
    (tmp_path / "q.jsonl").write_text('{"question": "hola"}\nnonsense\n', encoding="utf-8")
    done = ask("--workspace", answers[2] / "ws", "--questions", tmp_path / "q.jsonl", "--json")
    assert done.returncode == 2
    assert "2" in done.stderr
    assert "q.jsonl" in done.stderr
