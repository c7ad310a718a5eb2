"""Words proposed from corrections: what several of them share is the meaning, what a person left is not asked again."""

import numpy as np
import pytest

from core.evaluation import glossary, glossary_evidence
from core.evaluation.learn import say_instead
from core.index.lexical import terms
from core.records import Answer, Catalog, Column, Route, Table
from core.state.feedback import Feedback
from core.state.house_words import HouseWord

PASSAGES = (
    "Los portes son gratuitos a partir de 1.200 €. El pedido mínimo es de 250 €.",
    "Se cobran portes de 38 € por envío. Las devoluciones se admiten quince días.",
    "La granizada hundió la cubierta del almacén. No hubo heridos.",
    "Los portes a Canarias se presupuestan aparte.",
    "La empresa paga la cuota de la mutua.",
)
CATALOG = Catalog(
    (
        Table("ventas", (Column("Región", "VARCHAR", values=("Norte", "Sur")), Column("Fecha", "DATE")), 9, "v.duckdb"),
        Table("clientes", (Column("Región", "VARCHAR", values=("Norte", "Sur")),), 9, "c.duckdb"),
    )
)


class Index:
    """Counts the passages above; has no encoder."""

    def __init__(self):
        self.held = [set(terms(text, "es")) for text in PASSAGES]

    def terms(self, text, lang):
        return terms(text, lang)

    def idf(self, term):
        n, f = len(self.held), sum(term in one for one in self.held)
        return float(np.log1p((n - f + 0.5) / (f + 0.5)))

    def bearers(self, term):
        return frozenset()

    def encode(self, texts):
        return []


def cited(number, question, passage, text):
    answer = Answer(question, question, "es", Route("documents", ""), "not_found", "")
    value = {"document_id": 1, "file": "a.txt", "page": 1, "quote": PASSAGES[passage], "text": text}
    return Feedback(number, number, -1, "wrong", "citation", value, "approved", 0.0, question, answer)


def stated(number, question, sql):
    answer = Answer(question, question, "es", Route("data", ""), "not_found", "")
    return Feedback(number, number, -1, "wrong", "sql", {"sql": sql}, "approved", 0.0, question, answer)


FREIGHT = [
    cited(1, "¿Desde cuánto no se pagan fletes?", 0, "a partir de 1.200 €"),
    cited(2, "¿Qué vale el flete?", 1, "38 €"),
    cited(3, "¿Cómo van los fletes a las islas?", 3, "se presupuestan aparte"),
    cited(4, "¿Qué hundió el pedrisco?", 2, "la cubierta del almacén"),
]


def proposals(corrections, known=(), catalog=CATALOG):
    return {one.said: one for one in glossary.propose(corrections, Index(), catalog, known)}


def test_what_all_the_evidence_shares_comes_first():
    found = proposals(FREIGHT)["fletes"]
    assert found.meanings[0].text == "portes" and found.meanings[0].places == ()
    assert found.origins == (1, 2, 3)


def test_one_correction_is_enough_for_a_word_that_no_document_and_no_dictionary_holds():
    offered = [meaning.text for meaning in proposals(FREIGHT)["pedrisco"].meanings]
    assert "granizada" in offered and "hundió" not in offered


def test_a_passage_given_twice_speaks_once():
    twice = [cited(1, "¿Cuánto es el canon?", 4, "la cuota"), cited(2, "¿Quién paga el canon?", 4, "la cuota")]
    assert all(" " not in meaning.text for meaning in proposals(twice)["canon"].meanings)


def test_what_was_taken_or_left_is_not_proposed_again():
    assert "fletes" not in proposals(FREIGHT, [HouseWord("flete", "portes", "es")])
    assert "fletes" not in proposals(FREIGHT, [HouseWord("fletes de mar", "portes", "es")])
    left = HouseWord("fletes", "portes", "es", state="rejected")
    assert all(m.text != "portes" for m in getattr(proposals(FREIGHT, [left]).get("fletes"), "meanings", ()))


def test_a_stored_value_is_named_with_every_table_that_holds_it():
    asked = [
        stated(1, "¿Cuántas ventas hubo a los vikingos?", "SELECT count(*) FROM ventas WHERE \"Región\" = 'Norte'"),
        stated(2, "¿Cuántos son los vikingos?", "SELECT count(*) FROM clientes WHERE \"Región\" = 'Norte'"),
    ]
    best = proposals(asked)["vikingos"].meanings[0]
    assert best.text == "Norte"
    assert set(best.places) == {("ventas", "Región", "Norte"), ("clientes", "Región", "Norte")}
    words = best.words("vikingos", "es", (1, 2))
    assert {word.place for word in words} == set(best.places) and all(word.origins == (1, 2) for word in words)


def test_dates_are_not_what_an_odd_word_means_where_a_period_is_asked_for():
    one = stated(1, "Hucha de 2025", 'SELECT count(*) FROM ventas WHERE year("Fecha") = 2025')
    example = glossary_evidence.from_statement(one, "es", CATALOG)
    assert ("column", "ventas", "Fecha") not in example.meant and ("table", "ventas") in example.meant


@pytest.mark.parametrize(
    ("text", "spoken"),
    [("¿Qué son los portes?", "¿Qué son los fletes?"), ("Portes y plazos", "fletes y plazos"), ("Plazos", "Plazos")],
)
def test_pairs_are_said_in_the_words_of_the_house(text, spoken):
    assert say_instead(text, "es", "portes", "fletes") == spoken
