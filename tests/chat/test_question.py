"""What questions ask for, from pairs in both languages."""

import json
from pathlib import Path

import pytest

from core.chat.question import understand
from core.chat.spans import find_spans

DATA = Path(__file__).parent / "data"


def read(name):
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("pair", read("kinds.jsonl"), ids=lambda pair: pair["question"])
def test_kind_and_want(pair):
    found = understand(pair["question"], pair["lang"])
    assert (found.kind, found.want) == (pair["kind"], pair["want"])


@pytest.mark.parametrize("case", read("spans.jsonl"), ids=lambda case: case["text"])
def test_spans(case):
    found = [[span.sort, case["text"][span.start : span.end]] for span in find_spans(case["text"], case["lang"])]
    assert [pair for pair in case["spans"] if pair not in found] == []


def test_sides_of_a_comparison():
    assert understand("Compara las ventas de España con las de Portugal", "es").sides == (
        "las ventas de España",
        "las de Portugal",
    )


@pytest.mark.parametrize(
    ("question", "lang", "shared"),
    [
        ("What is the difference between Veloria and Pedalia in operating margin?", "en", "operating margin"),
        ("Compara los ingresos de Veloria y de Pedalia", "es", "los ingresos de"),
        ("Compare the revenue of Veloria and Pedalia", "en", "the revenue of"),
    ],
)
def test_what_is_asked_of_both_sides(question, lang, shared):
    understood = understand(question, lang)
    assert (understood.shared, understood.sides) == (shared, ("Veloria", "Pedalia"))
