"""Tables found in documents: rows of cells as a parser left them, many tables in one request.

Footnote marks beside numbers (`1.234 (1)`, `12 %*`) and a currency sign in front are stripped where the column then
reads as numbers or dates; elsewhere cells stay as they are. What is a table worth having was decided before
(`core.documents.found_tables`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.sql.data.datasets import fold_name
from core.sql.safety.quoting import literal, quote
from core.sql.data.readers.guess import Signs, clean, guess_columns
from core.sql.data.readers.stage import COLUMNS_MAX, Staged, unique_names

NAME_LENGTH_MAX = 48
# A mark stands behind the figure: an asterisk, a dagger, a raised digit, or a digit or letter in brackets with a space.
_MARK = re.compile(r"(?<=[\d%)€])\s*(?:[*†‡§¹²³⁴⁵⁶⁷⁸⁹]+|\s\(\w{1,2}\)|\s?\[\w{1,3}\])+$")
# A currency or percent sign that belongs to a neighbouring cell, or stands beside a dash for 'nothing'.
_STRAY = re.compile(r"^[$€£]\s*(?=[-—–]$)|(?<=\d)(?<!%)\s+[$€£]$|(?<=%)\s*[$€£]$|(?<=^[-—–])\s*%(?:\s*[$€£])?$")
_NUMBERED = re.compile(r"^(?:tabla|table|cuadro|figura|figure|anexo|annex)\s+[\dA-Z]+(?:[.\-]\d+)*\s*[.:—–-]*\s*", re.I)


def read(
    con: Any, path: Path, stem: str, options: dict[str, Any], work: Path, progress: Callable[[float], None]
) -> list[Staged]:
    """Stage every table of the JSON file: a list of `{"rows", "page", "last_page", "title"}`."""
    found = json.loads(path.read_text(encoding="ascii"))
    spanish = options.get("lang") == "es"
    staged = []
    for number, grid in enumerate(found):
        staged.append(_stage(con, grid, stem, f"rows_{number}", spanish))
        progress((number + 1) / len(found))
    if not staged:
        raise AppError("sql.sources.empty", name=stem)
    return staged


def _stage(con: Any, grid: dict[str, Any], stem: str, place: str, spanish: bool) -> Staged:
    header, *rows = [[clean(cell.replace("\x00", "")) for cell in row] for row in grid["rows"]]
    width = min(max(len(row) for row in (header, *rows)), COLUMNS_MAX)
    header += [""] * (width - len(header))
    if not header[0]:
        header[0] = "concepto" if spanish else "item"
    names = unique_names(header[:width])
    columns = {name: [row[i] if i < len(row) else "" for row in rows] for i, name in enumerate(names)}
    # A document's language tells what its cells leave open: `1,234` in a table of such figures alone.
    signs = Signs(comma=spanish, day_first=spanish or None, spanish=spanish)
    stripped = {name: [_STRAY.sub("", _MARK.sub("", cell)) for cell in cells] for name, cells in columns.items()}
    formats = guess_columns(stripped, signs)
    kept = {name: stripped[name] if formats[name].name != "text" else columns[name] for name in names}
    con.execute(f"CREATE OR REPLACE TABLE stage.{place} ({', '.join(f'{quote(name)} VARCHAR' for name in names)})")
    cells = ", ".join("(" + ", ".join(map(literal, row)) + ")" for row in zip(*kept.values(), strict=True))
    con.execute(f"INSERT INTO stage.{place} VALUES {cells}")
    facts = {"page": grid["page"], "last_page": grid["last_page"], "title": grid["title"]}
    return Staged(
        table_name(grid["title"], stem, grid["page"]),
        f"stage.{place}",
        names,
        signs=signs,
        facts=facts,
    )


def table_name(title: str, stem: str, page: int) -> str:
    """`Tabla 3. Ventas por zona` on page 12 -> `ventas_por_zona_p12`; without a title the document's name stands."""
    folded = fold_name(_NUMBERED.sub("", title))
    words = folded if folded != "table" else fold_name(Path(stem).name)
    if len(words) > NAME_LENGTH_MAX:
        words = words[:NAME_LENGTH_MAX].rsplit("_", 1)[0]
    return f"{words}_p{page}"
