"""The loop played on a folder of one page: what is corrected is learned from, what is tested is not."""

import argparse
import json

import pytest

from core import settings
from core.errors import AppError
from core.evaluation.loop import Player, read_parts
from core.state import feedback, house_words
from core.workspace import open_workspace

PAGE = """Leave at the mill

Parental leave lasts 19 weeks for every employee of the mill.

Requests for parental leave go to Ingrid Solberg in the office.

Parental leave begins on the day that the child is born.

The canteen opens at noon. The mill was built in 1931."""
CASES = [
    {"part": "learn", "question": "How long is zorbing?", "answers": ["19 weeks"]},
    {"part": "learn", "question": "Who takes care of zorbing?", "answers": ["Ingrid Solberg"]},
    {"part": "test", "question": "When does zorbing begin?", "answers": ["on the day that the child is born"]},
    {"part": "test", "question": "When was the mill built?", "answers": ["1931"]},
]


def test_other_questions_with_the_same_word_are_right_afterwards(tmp_path):
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "leave.txt").write_text(PAGE, encoding="utf-8")
    rows = [{"id": n, "lang": "en", "files": ["leave.txt"], "page": 1, **case} for n, case in enumerate(CASES)]
    (tmp_path / "cases.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "words.jsonl").write_text(json.dumps({"said": "zorbing", "meant": ["parental leave"]}))
    options = argparse.Namespace(
        documents=tmp_path / "papers",
        cases=tmp_path / "cases.jsonl",
        words=tmp_path / "words.jsonl",
        corrections=9,
        adapter=False,
    )
    player = Player(open_workspace(settings.load(tmp_path / "workspace")))
    try:
        told = player.play(options)
        asked = {one.question for one in feedback.corrections(player.db, "approved")}
        words = house_words.list_words(player.db)
    finally:
        player.workspace.close()
    assert (told["wrong"], told["words_proposed"]["true"]) == (2, 1), told
    (word,) = words
    assert asked == {"How long is zorbing?", "Who takes care of zorbing?"}
    assert (word.said, word.meant.casefold(), len(word.origins)) == ("zorbing", "parental leave", 2)
    assert told["held_out"]["before"]["right"] == 0.5 and told["held_out"]["words"]["right"] == 1.0
    assert told["corrected_cases_right"] == 1.0 and told["adapter"] is None


def test_a_line_without_a_part_is_named(tmp_path):
    (tmp_path / "cases.jsonl").write_text(json.dumps({"question": "why?"}))
    with pytest.raises(AppError, match=r"evaluation\.case"):
        read_parts(tmp_path / "cases.jsonl")
