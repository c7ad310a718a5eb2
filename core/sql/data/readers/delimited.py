"""Delimited text: CSV, TSV and their kin, in any encoding, with any delimiter.

The encoding, the delimiter, the header and lines above it are found here on the first part of the file; the rows are
read by DuckDB, all as text, in streaming. What the text means is `guess.py`'s work.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.sql.safety.quoting import literal, quote
from core.sql.data.readers.guess import COMMA_RE, POINT_RE, Signs, clean
from core.sql.data.readers.stage import COLUMNS_MAX, Staged, options_for, unique_names

SAMPLE_CHARACTERS = 1 << 18
SAMPLE_RECORDS = 300
CONTROLS_MAX = 0.02  # of the characters; text has none but tabs and line ends
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f]")
DELIMITERS = ",;\t|:^~"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LETTERS = frozenset("áéíóúüñçàèìòùâêîôûäëïöãõåøæßÁÉÍÓÚÜÑÇÀÈÌÒÙÂÊÎÔÛÄËÏÖÃÕÅØÆ¿¡ºª€£°«»–—’“”…·¥§©®²³½\u00a0")


def read(
    con: Any, path: Path, stem: str, options: dict[str, Any], work: Path, progress: Callable[[float], None]
) -> list[Staged]:
    """Stage the one table of a delimited file."""
    options = options_for(options, "")
    encoding = options.get("encoding") or find_encoding(path)
    readable = path if encoding == "utf-8" else _transcode(path, encoding, work)
    with readable.open(encoding="utf-8", errors="replace", newline="") as source:
        sample = source.read(SAMPLE_CHARACTERS)
    if not sample.strip():
        raise AppError("sql.sources.empty", name=stem)
    if len(_CONTROLS.findall(sample)) > CONTROLS_MAX * len(sample):
        raise AppError("sql.sources.not_text", name=stem)
    delimiter = options.get("delimiter") or find_delimiter(sample)
    records = _records(sample, delimiter)
    skip, header = find_header([record for record, _ in records], options)
    if not header and skip and len(records[skip - 1][0]) == len(records[skip][0]) - 1:
        # The header of a table whose first column, the row's label, has no name of its own.
        skip, header = skip - 1, True
        records[skip] = (["", *records[skip][0]], records[skip][1])
    width = max(len(record) for record, _ in records[skip:])
    if width > COLUMNS_MAX:
        raise AppError("sql.sources.too_many_columns", columns=width, maximum=COLUMNS_MAX)
    names = unique_names(
        (records[skip][0] if header else []) + [""] * (width - (len(records[skip][0]) if header else 0))
    )
    lines = records[skip][1] if header else (records[skip - 1][1] if skip else 0)
    staged = Staged(stem, "stage.rows_0", names)
    staged.facts = {"encoding": encoding, "delimiter": delimiter, "title_lines": skip, "header": header}
    staged.signs = Signs(comma=True if delimiter == ";" else None, spanish=delimiter == ";")
    if skip:
        staged.notes.append(("sql.sources.lines_above", {"count": skip}))
    _load(con, readable, staged, delimiter, lines, progress)
    if not header and options.get("header") is None:
        staged.notes.append(("sql.sources.no_header", {}))
    return [staged]


def find_encoding(path: Path) -> str:
    """'utf-8' if the whole file is, else the most likely of what Spanish and English files come in."""
    with path.open("rb") as source:
        start = source.read(4)
        for bom, name in _BOMS:
            if start.startswith(bom):
                return name
        source.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        nul = False
        try:
            while chunk := source.read(1 << 20):
                decoder.decode(chunk)
                nul = nul or b"\x00" in chunk
            decoder.decode(b"", final=True)
            if not nul:
                return "utf-8"
        except UnicodeDecodeError:
            nul = False
        source.seek(0)
        head = source.read(1 << 20)
    if head[1::2].count(0) > len(head) * 0.2:
        return "utf-16-le"
    if head[::2].count(0) > len(head) * 0.2:
        return "utf-16-be"
    return "utf-8-nul" if nul else _find_single_byte(path)


def _find_single_byte(path: Path) -> str:
    """Of the single-byte encodings, the one that makes the most letters and the fewest oddities of the high bytes."""
    high = Counter()
    with path.open("rb") as source:
        while chunk := source.read(1 << 20):
            high.update(byte for byte in chunk if byte > 127)
    scores = {}
    for encoding in ("cp1252", "mac_roman", "cp850"):
        score = 0
        for byte, count in high.items():
            character = bytes([byte]).decode(encoding, "replace")
            score += count if character in _LETTERS else -2 * count
            # A capital accented letter is rarer than a small one: it tells cp850 from cp1252.
            score -= 0.3 * count if character.isupper() else 0
        scores[encoding] = score
    return max(scores, key=lambda name: (scores[name], name == "cp1252"))


def _transcode(path: Path, encoding: str, work: Path) -> Path:
    """The file as UTF-8 without byte-order mark and NUL, in the work folder, in streaming."""
    target = work / "utf8.txt"
    codec = "utf-8" if encoding == "utf-8-nul" else encoding
    with (
        path.open(encoding=codec, errors="replace", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        while chunk := source.read(1 << 20):
            out.write(chunk.replace("\x00", ""))
    return target


def find_delimiter(sample: str) -> str:
    """The delimiter that cuts most records into the same number of fields, more than one of them."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = Counter(len(record) for record, _ in _records(sample, delimiter) if any(record))
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1] * min(item[0], 8)))
        share = count / sum(widths.values())
        score = share * (1 + min(width, 50) / 50) if width > 1 else 0
        # A colon or a caret inside times and prose is no delimiter unless nothing else cuts.
        score *= 0.5 if delimiter in ":^~" else 1
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _records(sample: str, delimiter: str) -> list[tuple[list[str], int]]:
    """(fields, number of lines read so far) of the sample's records; the last one may be cut and is left out."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    csv.field_size_limit(SAMPLE_CHARACTERS)
    records = []
    try:
        for record in reader:
            records.append((record, reader.line_num))
            if len(records) > SAMPLE_RECORDS:
                break
    except csv.Error:
        pass
    if len(records) > 1 and len(sample) == SAMPLE_CHARACTERS and len(records) <= SAMPLE_RECORDS:
        records.pop()
    return records or [([sample[:100]], 1)]


def find_header(records: list[list[str]], options: dict[str, Any]) -> tuple[int, bool]:
    """(records above the table, whether its first record is the header)."""
    skip = max(0, min(options["skip"], len(records) - 1)) if "skip" in options else _first_full(records)
    if "header" in options:
        return skip, bool(options["header"])
    return skip, looks_like_header(records[skip], records[skip + 1 :])


def _first_full(records: list[list[str]]) -> int:
    """The first record as wide as most: what stands above is a title, a date, an empty line."""
    widths = Counter(len(record) for record in records if any(map(str.strip, record)))
    if not widths:
        return 0
    width = max(widths, key=lambda w: (widths[w] * (w > 1), w))
    for place, record in enumerate(records):
        if len(record) >= width and sum(bool(cell.strip()) for cell in record) > width / 2:
            return place
    return 0


def looks_like_header(first: list[str], rest: list[list[str]]) -> bool:
    """A first row is a header unless it holds numbers or dates as the rows below do."""
    cells = [clean(cell) for cell in first]
    named = [cell for cell in cells if cell]
    if not named:
        return False
    numeric = [place for place, cell in enumerate(cells) if cell and _is_value(cell)]
    if not numeric:
        return len({cell.lower() for cell in named}) > len(named) / 2
    years = all(cells[place].isdigit() and 1900 <= int(cells[place]) <= 2100 for place in numeric)
    if not years or len(numeric) == len(named):
        return False
    below = [row[place] for row in rest[:50] for place in numeric if place < len(row) and row[place].strip()]
    return any(not (value.strip().isdigit() and 1900 <= int(value) <= 2100) for value in below[:50])


def _is_value(cell: str) -> bool:
    return bool(POINT_RE.fullmatch(cell) or COMMA_RE.fullmatch(cell)) or (cell[:1].isdigit() and cell.count("/") == 2)


def _load(con: Any, path: Path, staged: Staged, delimiter: str, lines: int, progress: Callable[[float], None]) -> None:
    """Let DuckDB stream the rows into the stage, as text; gentler settings where the file breaks its own rules."""
    import duckdb

    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in staged.columns)
    base = (
        f"{literal(str(path))}, auto_detect = false, header = false, skip = {lines}, columns = {{{columns}}}, "
        f"delim = {literal(delimiter)}, quote = '\"', escape = '\"', null_padding = true, strict_mode = false, "
        "max_line_size = 16777216"
    )
    attempts = ("", ", parallel = false", ", parallel = false, ignore_errors = true")
    for number, extra in enumerate(attempts):
        try:
            con.execute(f"CREATE OR REPLACE TABLE {staged.place} AS SELECT * FROM read_csv({base}{extra})")
            break
        except duckdb.Error as error:
            if number == len(attempts) - 1 or "memory" in str(error).lower():
                raise
    if "ignore_errors" in extra:
        staged.notes.append(("sql.sources.lines_skipped", {}))
    empty = " AND ".join(f"coalesce(trim({quote(name)}), '') = ''" for name in staged.columns[:COLUMNS_MAX])
    con.execute(f"DELETE FROM {staged.place} WHERE {empty}")
    progress(1.0)
