"""Edits of what is to be learned: a changed cell, rows taken out and added, in the order a person makes them."""

import streamlit as st

from core.training.pairs import Pair, fill_in
from pages.parts import adapters_data, adapters_editor

PAIRS = [fill_in(Pair(f"q{n}?", f"Passage {n}.", f"d{n}", f"k{n}")) for n in range(4)]
KIND = adapters_data.PAIRS.edited


def edit(shown, **changes):
    blank = {"edited_rows": {}, "deleted_rows": [], "added_rows": []}
    st.session_state["table"] = blank | changes
    adapters_editor._take(KIND, "table", shown, ("Question", "Passage"))
    return adapters_editor.lay_over("pairs", PAIRS)


def test_edits_are_laid_over_what_is_prepared_again():
    st.session_state.clear()
    first = edit(PAIRS, edited_rows={1: {"Question": "better?"}}, deleted_rows=[2])
    assert [pair.question for pair in first] == ["q0?", "better?", "q3?"]
    assert (first[1].document, first[1].key) == ("d1", "k1")
    assert adapters_editor.version("pairs") == 1
    second = edit(first, edited_rows={1: {"Passage": "Other words."}})  # an edit of an edit
    assert (second[1].question, second[1].passage) == ("better?", "Other words.") and second[1].key != "k1"
    third = edit(second, added_rows=[{"Question": "new?", "Passage": "New."}, {"Question": "half?"}])
    assert [pair.question for pair in third] == ["new?", "q0?", "better?", "q3?"]
    fourth = edit(third, edited_rows={0: {"Question": "newer?"}}, deleted_rows=[1])
    assert [pair.question for pair in fourth] == ["newer?", "better?", "q3?"]
    assert edit(fourth, deleted_rows=[0])[0].question == "better?"
    adapters_editor._undo("pairs")
    assert adapters_editor.lay_over("pairs", PAIRS) == PAIRS


def test_an_empty_cell_changes_nothing():
    st.session_state.clear()
    assert edit(PAIRS, edited_rows={0: {"Question": ""}}) == PAIRS
