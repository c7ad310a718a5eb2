"""What a follow-up goes on from: the last answer, but for fragments that failed and for a 'why?' in between."""

import pytest

from core.conversation import begin_turn
from core.errors import AppError
from core.records import Answer, CheckedSql, Citation, QueryResult, Route, SqlAnswer
from core.sql.following.reshape import Edit

ROWS = SqlAnswer("Sales by region", "en", CheckedSql("SELECT 1", ("sales",)), QueryResult(("n",), ("INT",), ((1,),)))


def said(question, status="answered", text="", data=None, citations=()):
    route = Route("data" if data else "documents", "")
    return Answer(question, question, "en", route, status, text, data=data, citations=citations)


def read_edit(text, answer, lang):
    return Edit(f"{answer.question} {text}", ("filter",)) if text.startswith("only") else None


def begin(question, *history):
    return begin_turn(question, history, read_edit, lang="en")


def test_a_fragment_that_was_not_understood_is_passed_over():
    turn = begin("and in 2022?", said("What was the margin in 2023?"), said("frobnicate it", "not_found"))
    assert turn.completed == "What was the margin in 2022?"


def test_a_whole_question_without_an_answer_is_gone_on_from():
    turn = begin("and in 2022?", said("Who are we?"), said("What was the margin in 2021?", "not_found"))
    assert turn.completed == "What was the margin in 2022?"


def test_the_rows_before_a_why_are_still_edited():
    history = (said("Sales by region", data=ROWS), said("Why?", "not_found"))
    assert begin("only Norway", *history).edit.question == "Sales by region only Norway"
    assert begin("only Norway", history[0], said("Who is Ann?")).edit is None


def test_explain_that_explains_rows_and_asks_pages_again():
    assert begin("explain that", said("Sales by region", data=ROWS)).explained.data is ROWS
    turn = begin("tell me more", said("What is the margin?"))
    assert (turn.completed, turn.explained) == ("What is the margin?", None)


def test_a_topic_that_replaced_nothing_is_kept_apart():
    asked = said("How long before arrival can a booking be cancelled?")
    assert begin("what about pets?", asked).topic == "pets"
    assert begin("and for groups?", asked).topic == "groups"
    assert begin("and in 2022?", said("What was the margin in 2023?")).topic == ""


def test_an_item_of_a_list_that_was_answered():
    listed = said("What are the aims?", text="- “Schools in the Nordics” [1]\n- “Architects in Germany” [1]")
    assert begin("the second one", listed).completed == "What is said about Architects in Germany?"
    assert begin("the fifth", listed).completed == "the fifth"


def test_the_place_is_that_of_the_answer_before():
    quote = Citation(1, 1, "a.pdf", 2, "x", 0, 1, 1.0, True)
    past = said("What is the margin?", citations=(quote,))
    assert begin("where does the report say so?", past).stated is past


def test_nothing_asked_is_an_error():
    with pytest.raises(AppError) as caught:
        begin("  ")
    assert caught.value.key == "assistant.empty_question"


HALLS = QueryResult(("hall", "revenue"), ("VARCHAR", "INTEGER"), (("Pier", 9), ("Old", 1)))
REVENUE = SqlAnswer("Revenue by hall in 2025", "en", None, HALLS)


def test_a_bare_why_after_rows_may_be_asked_of_the_rows_that_stand_out():
    turn = begin("why?", said("Revenue by hall in 2025", data=REVENUE))
    assert turn.hint == "documents"
    assert turn.causes == ("why Pier", "why Old")


def test_after_an_unanswered_why_a_follow_up_goes_on_from_the_rows():
    asides = (said("why?", "not_found"), said("where does it say so?", "not_found"))
    turn = begin("only Pier", said("Revenue by hall in 2025", data=REVENUE), *asides)
    assert turn.completed == "Revenue by hall in 2025 only Pier"


def test_what_is_asked_of_one_row_is_no_change_to_the_statement():
    history = [said("Which one?", data=REVENUE)]
    turn = begin_turn("how old is it?", history, lambda *_: Edit("How old is Pier?", ("row",)), lang="en")
    assert (turn.completed, turn.edit) == ("How old is Pier?", None)


def test_a_completed_question_follows_the_side_of_the_answer_before():
    assert begin("and in 2022?", said("What was the margin in 2023?", data=ROWS)).follows == "data"
    assert begin("Who signed the lease of Alpha?", said("What was the margin in 2023?", data=ROWS)).follows == ""
