"""What a language model learns from: files in any of their usual shapes, cleaned with counts, split without leaks."""

import json

import openpyxl
import pytest

from core.errors import AppError
from core.training.examples import Example, format_examples, from_pairs, prepare_examples, read_examples
from core.training.pairs import Pair, read_pairs

SAID = Example((("user", "¿Quién firma?"),), "Firma la jefa.")


def write_sheet(path, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_sheet_a_table_and_lines_say_the_same(tmp_path):
    sheet = write_sheet(tmp_path / "a.xlsx", ("Pregunta", "Respuesta"), ("¿Quién firma?", "Firma la jefa."), (None, ""))
    table = tmp_path / "a.csv"
    table.write_text("Instruction;Output\n¿Quién firma?;Firma la jefa.\n")
    lines = tmp_path / "a.jsonl"
    lines.write_text(format_examples([SAID]))
    assert read_examples(sheet) == read_examples(table) == read_examples(lines) == [SAID]


def test_a_sheet_of_pairs_is_read_and_its_bad_line_named(tmp_path):
    good = write_sheet(tmp_path / "a.xlsx", ("question", "passage"), ("Who?", "The board signs."))
    assert [pair.passage for pair in read_pairs(good)] == ["The board signs."]
    bad = write_sheet(tmp_path / "b.xlsx", ("question", "passage"), ("Who?", "The board."), ("Alone?", None))
    for reader, key in ((read_pairs, "training.pairs_line"), (read_examples, "training.example_line")):
        with pytest.raises(AppError) as caught:
            reader(bad)
        assert (caught.value.key, caught.value.params["line"]) == (key, 3)
    (tmp_path / "c.xlsx").write_bytes(b"no sheet")
    for reader in (read_pairs, read_examples):
        with pytest.raises(AppError):
            reader(tmp_path / "c.xlsx")
    with pytest.raises(AppError) as caught:
        read_examples(tmp_path / "c.txt")
    assert caught.value.key == "training.example_kind"


def test_input_and_sql_and_conversations_are_recognised(tmp_path):
    path = tmp_path / "a.jsonl"
    turns = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "q"}]
    rows = [
        {"instruction": "Sum up.", "input": "Text.", "output": "Short."},
        {"question": "How many?", "sql": "SELECT count(*) FROM t", "db_id": "shop"},
        {"messages": [*turns, {"role": "assistant", "content": "a"}]},
        {"messages": json.dumps([*turns[1:], {"role": "assistant", "content": "a"}])},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = read_examples(path)
    assert found[0].messages == (("user", "Sum up.\n\nText."),)
    assert (found[1].completion, found[1].document) == ("SELECT count(*) FROM t", "shop")
    assert found[2].messages[0] == ("system", "Be short.") and found[3].completion == "a"


def test_cleaning_counts_what_it_leaves_out():
    examples = [Example((("user", f"q{n % 8}"),), "a") for n in range(16)]
    data = prepare_examples([*examples, Example((("user", " "),), "a"), Example((("user", "q"),), "x" * 30_000)])
    assert {name: data.counts[name] for name in ("read", "duplicates", "empty", "too_long")} == {
        "read": 18, "duplicates": 8, "empty": 1, "too_long": 1,
    }  # fmt: skip
    assert len(data.train) + len(data.dev) + len(data.test) == 8


def test_only_what_somebody_would_ask_is_taken_from_documents():
    long = "This sentence was taken out of the passage and says far more than anybody would ever type as a question."
    pairs = [Pair("What is a credit note?", "A credit note is ...", "d", "k"), Pair(long, "The rest.", "d", "k")]
    (found,) = from_pairs(pairs)
    assert (found.messages[-1][1], found.completion) == ("What is a credit note?", "A credit note is ...\n\nSource: d")
