"""The rows of an answer from tables, and the statement that made them, as Markdown or HTML: escaped, the first of them
only. It draws no chart.
"""

from __future__ import annotations

import html
import re
from typing import Any

from core.i18n import format_number, plural, translate
from core.records import QueryResult, SqlAnswer

ROWS_MAX = 50
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#+!|~$&-])")


def rows_md(data: SqlAnswer, lang: str) -> list[str]:
    """Lines: the statement in a fence that it cannot close, then the rows as a table."""
    lines = []
    if data.sql is not None:
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", data.sql.text)), default=0))
        lines += [f"{fence}sql", data.sql.text, fence, ""]
    result = data.result
    if result is not None and result.columns:
        lines.append(_line_md(list(result.columns)))
        rules = (" ---: " if _is_number(result, n) else " --- " for n in range(len(result.columns)))
        lines.append(f"|{'|'.join(rules)}|")
        lines += [_line_md([cell_text(cell, lang) for cell in row]) for row in result.rows[:ROWS_MAX]]
        lines += ["", _MARKDOWN.sub(r"\\\1", _count(result, lang)), ""]
    return lines


def rows_html(data: SqlAnswer, lang: str) -> str:
    """The statement, and the rows as a table; empty where there is neither."""
    parts = []
    if data.sql is not None:
        parts.append(f"<pre><code>{html.escape(data.sql.text)}</code></pre>")
    result = data.result
    if result is not None and result.columns:
        classes = (" class='number'" if _is_number(result, n) else "" for n in range(len(result.columns)))
        named = zip(classes, result.columns, strict=True)
        head = "".join(f"<th{kind}>{html.escape(name)}</th>" for kind, name in named)
        body = "\n".join(_row_html(result, row, lang) for row in result.rows[:ROWS_MAX])
        table = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
        parts.append(f'<div class="rows">{table}</div>')
        parts.append(f'<p class="quiet">{html.escape(_count(result, lang))}</p>')
    return "\n".join(parts)


def cell_text(cell: Any, lang: str) -> str:
    """A cell as its reader's language writes it."""
    if cell is None:
        return ""
    if isinstance(cell, int) and 1900 <= cell <= 2100:
        return str(cell)  # more often a year than a count
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return format_number(cell, lang)
    return " ".join(str(cell).split())


def _count(result: QueryResult, lang: str) -> str:
    shown = min(len(result.rows), ROWS_MAX)
    if shown < len(result.rows) or result.truncated:
        return translate("export.first_rows", lang, n=shown)
    return plural("export.rows", shown, lang)


def _row_html(result: QueryResult, row: tuple[Any, ...], lang: str) -> str:
    cells = (
        f'<td class="number">{html.escape(cell_text(cell, lang))}</td>'
        if _is_number(result, n)
        else f"<td>{html.escape(cell_text(cell, lang))}</td>"
        for n, cell in enumerate(row)
    )
    return f"<tr>{''.join(cells)}</tr>"


def _is_number(result: QueryResult, n: int) -> bool:
    kind = result.types[n].upper() if n < len(result.types) else ""
    return any(name in kind for name in ("INT", "DECIMAL", "DOUBLE", "FLOAT", "REAL")) and not kind.endswith("]")


def _line_md(cells: list[str]) -> str:
    return "| " + " | ".join(_MARKDOWN.sub(r"\\\1", " ".join(cell.split())) for cell in cells) + " |"
