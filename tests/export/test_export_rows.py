"""Rows and statements in an exported conversation: escaped, counted, cut."""

from core.export.conversation import to_html, to_markdown
from core.export.rows import ROWS_MAX, rows_md
from core.records import Answer, CheckedSql, QueryResult, Route, SqlAnswer
from core.state.chats import Conversation, Turn

HOSTILE = "<script>alert(1)</script> | ![x](http://evil.example/p.png)"


def conversation(rows, truncated=False, sql="SELECT region, total FROM sales"):
    result = QueryResult(("region", "total"), ("VARCHAR", "DOUBLE"), tuple(rows), truncated)
    data = SqlAnswer("q", "es", CheckedSql(sql, ("sales",)), result)
    answer = Answer("q", "q", "es", Route("data", ""), "answered", "Norte va en cabeza.", data=data)
    return Conversation(1, "q", "2026-11-23T10:00:00.000+00:00", "", 1), [Turn(5, 1, "q", "done", answer, "")]


def test_the_statement_and_its_rows_are_in_both_formats():
    given = conversation([("Norte", 1234567.5), ("Sur", None)])
    text, page = to_markdown(*given, "es"), to_html(*given, "es")
    assert "```sql\nSELECT region, total FROM sales\n```" in text
    assert "| Norte | 1.234.567,5 |" in text
    assert "<pre><code>SELECT region, total FROM sales</code></pre>" in page
    assert '<td>Norte</td><td class="number">1.234.567,5</td>' in page
    assert "2 filas" in text and "2 filas" in page


def test_cells_run_and_load_nothing():
    given = conversation([(HOSTILE, 1.0)], sql=f"SELECT '```{HOSTILE}'")
    text, page = to_markdown(*given, "en"), to_html(*given, "en")
    assert "<script" not in page and "<img" not in page
    row = next(line for line in text.split("\n") if line.startswith("| \\<"))
    assert "![" not in row and row.replace("\\|", "").count("|") == 3
    assert "````sql" in text


def test_only_the_first_rows_are_kept_and_that_is_said():
    data = conversation([(str(n), 1.0) for n in range(ROWS_MAX + 5)])[1][0].answer.data
    lines = rows_md(data, "en")
    assert sum(line.startswith("| ") for line in lines) == ROWS_MAX + 2  # the header and the rule below it
    assert f"Only the first {ROWS_MAX} rows are kept here." in lines
