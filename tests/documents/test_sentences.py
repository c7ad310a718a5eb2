"""Sentence rules from a file of cases, and what holds for every text."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.documents.sentences import LONGEST, split_lines, split_sentences

CASES = [
    line.split(" || ")
    for line in (Path(__file__).parent / "data" / "sentences.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize("sentences", CASES, ids=lambda sentences: sentences[0][:30])
def test_sentences(sentences):
    text = " ".join(sentences)
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


@given(st.text(alphabet="aA1.?!… \n\t,;:«»()ñ。", max_size=1500))
def test_nothing_is_lost_and_nothing_is_too_long(text):
    spans = split_sentences(text)
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())
    assert all(text[start:end] == text[start:end].strip() and end - start <= LONGEST for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_a_long_sentence_is_cut_at_a_clause():
    text = "The board approved the plan for the year, " * 12 + "and left."
    parts = [text[start:end] for start, end in split_sentences(text)]
    assert len(parts) == 2 and parts[0].endswith(",")


def test_wrapped_lines_are_one_run_and_list_items_are_not():
    wrapped = (
        "This paragraph was wrapped by its writer at about sixty signs\n"
        "because terminals were narrow, and so it goes on over several\nlines."
    )
    assert split_lines(wrapped, 0, len(wrapped)) == [(0, len(wrapped))]
    listed = "We sell these things here, all of them at a very good price:\n- shoes that fit\n- hats"
    runs = [listed[start:end] for start, end in split_lines(listed, 0, len(listed))]
    assert runs[1:] == ["- shoes that fit", "- hats"]
