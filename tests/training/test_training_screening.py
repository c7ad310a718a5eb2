"""Texts of persons and of other languages are found; amounts, dates and order numbers are left alone."""

from pathlib import Path

import pytest

from core.training.dataset import prepare
from core.training.examples import Example, prepare_examples
from core.training.pairs import Pair
from core.training.screening import holds_personal, is_foreign

LINES = Path(__file__).with_name("data_screening.txt").read_text(encoding="utf-8").splitlines()
CASES = [line.split(": ", 1) for line in LINES if not line.startswith("#")]


@pytest.mark.parametrize(("kind", "text"), CASES)
def test_each_text_is_told(kind, text):
    assert (holds_personal(text), is_foreign(text)) == (kind == "personal", kind == "foreign")


def test_they_are_left_out_and_counted():
    mail = "Write to ana@norte.example about the crane on deck five."
    german = "Der Vertrag wird von der Bank nicht verlängert und die Frist ist für alle gleich."
    pairs = [
        Pair(f"q{n}", text, f"d{n}", f"k{n}", "en", "en") for n, text in enumerate((mail, german, "The crane works."))
    ]
    counts = prepare(pairs).counts
    assert (counts["read"], counts["personal"], counts["foreign"]) == (3, 1, 1)
    said = [Example((("user", f"q{n}?"),), text) for n, text in enumerate((mail, german, "The crane works."))]
    statement = Example((("user", "whose mail?"),), "SELECT 1 -- a@b.cd", "d", "d")
    shouted = Example((("user", "Q2!"),), "THE CRANE WORKS")
    counts = prepare_examples([*said, statement, shouted]).counts
    assert (counts["personal"], counts["foreign"], counts["near_duplicates"]) == (1, 1, 1)
    assert counts["train"] + counts["dev"] + counts["test"] + counts.get("leaks", 0) == 2


def test_what_another_part_repeats_is_a_leak():
    long = "The permit is signed by the officer of the line before the shift begins at six."
    said = [Example((("user", f"Who signs number {n}?"),), f"{long} {n // 2}.", f"d{n}") for n in range(40)]
    data = prepare_examples(said)
    answers = [{one.completion for one in part} for part in (data.train, data.dev, data.test)]
    assert data.counts["leaks"] > 0 and not answers[0] & (answers[1] | answers[2])
