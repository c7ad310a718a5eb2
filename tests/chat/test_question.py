"""What questions ask for, from pairs in both languages."""

import json
from pathlib import Path

import pytest

from core.chat.question import understand
from core.chat.spans import find_fitting, find_spans

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


@pytest.mark.parametrize(
    ("question", "lang", "sides", "shared", "want"),
    [
        ("Which plan is cheaper, Basic or Plus?", "en", ("Basic", "Plus"), "plan price", "money"),
        ("Which firm had the higher revenue in 2025, Ash or Elm?", "en", ("Ash", "Elm"), "firm revenue in 2025", ""),
        ("Is the Basic plan cheaper than the Plus plan?", "en", ("Basic", "Plus plan"), "plan price", "money"),
        (
            "¿Qué contrato vence antes, el de limpieza o el de riego?",
            "es",
            ("limpieza", "riego"),
            "contrato vence",
            "date",
        ),
        ("¿Es verdad que el roble es más caro que el pino?", "es", ("roble", "pino"), "precio", "money"),
        ("Is it true that the oak table costs more than the desk?", "en", ("oak table", "desk"), "price", "money"),
        ("¿Qué costó más, el tejado o la caldera?", "es", ("tejado", "caldera"), "precio", "money"),
        ("The coast road is longer than the inland road", "en", ("coast road", "inland road"), "duration length", ""),
        ("¿Es más caro el Alisio 200 que el Alisio 400?", "es", ("Alisio 200", "Alisio 400"), "precio", "money"),
    ],
)
def test_one_of_two_things_is_asked_of_each(question, lang, sides, shared, want):
    found = understand(question, lang)
    assert (found.kind, found.sides, found.shared, found.want) == ("compare", sides, shared, want)


@pytest.mark.parametrize("question", ["Which city is larger?", "Which of them came first, or was it a tie, who knows?"])
def test_a_question_without_two_things_is_no_comparison(question):
    assert understand(question, "en").kind != "compare"


def test_more_than_an_amount_is_no_comparison():
    assert understand("Nobody may work more than 10 hours", "en").kind != "compare"
    assert understand("How many sessions had more than 5 pageviews?", "en").kind != "compare"
    assert understand("Which clerks have fewer hours than the average?", "en").sides == ()


@pytest.mark.parametrize(
    ("question", "text", "code"),
    [
        ("What is the VAT number?", "VAT number GB 318 4402 71, Station Road", "GB 318 4402 71"),
        ("¿Cuál es el CIF?", "con CIF B47550012 y domicilio en Vigo", "B47550012"),
        ("¿Cuál es la referencia?", "Confirmo el pedido 2026-077: 12.000 plantas.", "2026-077"),
        ("¿Cuál es el IBAN?", "IBAN ES21 1465 0100 7220 3087 6293", "ES21 1465 0100 7220 3087 6293"),
        ("What is the order number?", "On 12/02/2026 we paid 1,234,567 euros for 6,000 hours in 2026.", None),
    ],
)
def test_identifiers_are_told_from_figures_and_dates(question, text, code):
    found = find_fitting("code", text, "es")
    assert [text[span.start : span.end] for span in found] == ([code] if code else [])


@pytest.mark.parametrize(
    ("text", "amounts"), [("40 users", 0), ("1.250 euros", 1), ("131 million in 2022", 1), ("350", 1)]
)
def test_what_is_counted_is_no_money(text, amounts):
    assert (
        len([span for span in find_fitting("money", text, "en") if "2022" not in text[span.start : span.end]])
        == amounts
    )
