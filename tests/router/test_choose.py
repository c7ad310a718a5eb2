"""Whose answer is shown, by the scores of both sides; weights that fit to what they are given."""

import dataclasses

import pytest

from core.records import CheckedSql, DocumentsAnswer, Hit, QueryResult, Sounding, SqlAnswer
from core.router import model
from core.router.choose import Signals, choose, foresee, plausible, sides
from core.router.fit import fit
from core.router.phrases import Said, read_cues

HIT = Hit(1, 1, "report.pdf", 3, "text", 5.0, coverage=0.9, cosine=0.7)
QUOTED = DocumentsAnswer("answered", "“x” [1]", confidence=0.8, hits=(HIT,), chance=0.97)
FAR = dataclasses.replace(HIT, coverage=0.1, cosine=0.1)
DECLINED = DocumentsAnswer("not_found", "", "no", 0.95, hits=(FAR,), chance=0.03, unseen=("tungsten",))
ROWS = SqlAnswer("q", "en", CheckedSql("SELECT 1", ("t",)), QueryResult(("a",), ("INTEGER",), ((1,),)), confidence=0.85)
NO_ROWS = SqlAnswer("q", "en", None, None, unknown=("tungsten",))
LINKED = Sounding(4, 1.0, (), 1.0, 1.0, 1.0, 1, 1, 0.4, True, 0)
UNLINKED = Sounding(4, 0.0, ("boiling", "point", "tungsten"), 0.1, 0.0)


@pytest.mark.parametrize(
    ("said", "sounding", "written", "data", "kind"),
    [
        (Said(quantity=2), LINKED, DECLINED, ROWS, "data"),
        (Said(prose=1), UNLINKED, QUOTED, NO_ROWS, "documents"),
        (Said(), UNLINKED, DECLINED, NO_ROWS, "none"),
    ],
)
def test_the_surer_side_answers(said, sounding, written, data, kind):
    assert choose(Signals(said, sounding, written, data), "en").kind == kind


def test_nothing_names_what_was_looked_for():
    route = choose(Signals(Said(), UNLINKED, DECLINED, NO_ROWS), "en")
    assert "tungsten" in route.reason


def test_a_word_that_a_document_holds_is_not_told_to_be_nowhere():
    found = dataclasses.replace(DECLINED, unseen=())
    data = dataclasses.replace(NO_ROWS, unknown=("penalty",))
    assert "penalty" not in choose(Signals(Said(), UNLINKED, found, data), "en").reason


def test_before_the_tables_answer_only_what_is_all_but_certain_is_foreseen():
    assert foresee(Signals(Said(quantity=2), LINKED, DECLINED), "en").kind == "data"
    assert foresee(Signals(Said(prose=1), UNLINKED, QUOTED), "en").kind == "documents"
    assert foresee(Signals(Said(), UNLINKED, DECLINED), "en") is None


def test_parts_hold_together_only_where_both_answer():
    signals = Signals(Said(), LINKED, QUOTED, ROWS, parted=True)
    assert choose(signals, "en").kind == "both"
    assert choose(dataclasses.replace(signals, data=NO_ROWS), "en").kind == "none"
    assert choose(dataclasses.replace(signals, written=DECLINED), "en").kind == "none"


def test_a_side_is_left_out_only_where_links_leave_no_doubt():
    assert plausible(Said(quantity=1), LINKED) in (("data",), ("documents", "data"))
    assert "documents" in plausible(Said(document=1, prose=1), UNLINKED)


def test_the_hint_and_the_holdings_bound_the_sides():
    assert sides("data", True, True) == ("data",)
    assert sides("auto", False, True) == ("documents",)
    assert sides("auto", True, False) == ("data",)
    assert sides("both", True, True) == ("documents", "data")


def test_fitting_separates_what_can_be_separated_and_repeats_itself():
    values = [[0.0, 1.0], [0.1, 0.9], [1.0, 0.0], [0.9, 0.2]]
    labels = ["a", "a", "b", "b"]
    weights = fit(values, labels, ("a", "b"), 0.01)
    assert weights == fit(values, labels, ("a", "b"), 0.01)
    scores = [[b + sum(w * (v - m) / s for w, v, m, s in zip(row, x, weights["mean"], weights["scale"], strict=True))
               for row, b in zip(weights["rows"], weights["bias"], strict=True)] for x in values]  # fmt: skip
    assert [("a", "b")[int(pair[1] > pair[0])] for pair in scores] == labels


def test_the_kept_weights_are_of_the_values_that_are_read():
    kept = model.read_weights()
    assert tuple(kept["cheap"]["names"]) == model.CHEAP
    assert tuple(kept["early"]["names"]) == model.EARLY
    assert tuple(kept["whole"]["names"]) == model.WHOLE
    assert len(model.whole_values(Said(), Sounding(), None, None)) == len(model.WHOLE)


def test_cues_are_heard_in_both_languages():
    assert read_cues("What does the annual report say about sales by region?", "en").document == 1
    assert read_cues("¿Cuántos pedidos hay según la tabla?", "es").table == 1
    assert read_cues("Ventas de support_tickets", "es", ("support_tickets",)).names_table


def test_an_unsure_statement_that_leaves_words_unread_answers_nothing():
    written = DocumentsAnswer("not_found", "", "", 0.9)
    result = QueryResult(("n",), ("BIGINT",), ((11,),))
    data = SqlAnswer("?", "en", CheckedSql("SELECT 1", ("t",)), result, confidence=0.25, unknown=("off", "house"))
    heard = Sounding(words=6, linked=0.33, unknown=("off", "house"), column=0.9)
    assert choose(Signals(Said(), heard, written, data), "en").kind == "none"


def test_a_follow_up_that_asks_nothing_of_the_tables_stays_with_the_documents():
    signals = Signals(Said(quantity=2), LINKED, dataclasses.replace(QUOTED, confidence=0.2), ROWS)
    assert choose(signals, "en").kind == "data"
    assert choose(dataclasses.replace(signals, leaves_tables=True), "en").kind == "documents"


def test_a_table_that_is_asked_by_name_answers():
    said = read_cues("How many left in 2025 according to the sales table?", "en")
    assert said.by_table and not read_cues("according to the report and the table", "en").by_table
