"""What a long conversation leaves for a prompt."""

from core.chat.digest import digest_history
from core.records import Answer, Route


def turn(question, text):
    return Answer(question, question, "en", Route("data", ""), "answered", text)


def test_the_last_turns_stay_and_old_ones_shrink():
    long = "Sales were 12 [1]. " + "More words follow here and there. " * 30
    history = [turn(f"Question {n}?", long) for n in range(6)]
    told = digest_history(history, 2400)
    assert len(told) <= 2400
    assert told.index("Question 4?") < told.index("Question 5?")
    assert "[1]" not in told
    first, last = told.split("Q: ")[1], told.split("Q: ")[-1]
    assert len(first) < len(last)


def test_the_oldest_go_first():
    history = [turn(f"Question {n}?", "x" * 300) for n in range(20)]
    told = digest_history(history, 900)
    assert "Question 19?" in told and "Question 0?" not in told
    assert digest_history([], 900) == ""
