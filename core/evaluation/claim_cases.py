"""Answers whose truth is known, for measuring the checks: text with marks, citations by file, page and quote, rows.

A case is one JSON line: `{"id", "lang", "text", "citations": [{"file", "page", "quote"}], "columns": [], "rows": [[]],
"pages": [{"file", "page", "text", "tables": [[[cell]]]}]}`; `pages` only where the sources are not files of a folder.
Or a line is a source with all that is said of it: `{"source", "part", "pages" or "columns" and "rows", "statements":
[{"lang", "text", "quotes": [], "kind", "true": false}]}`, a case each; "true" is false for a statement that was written
to be false. It checks nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.documents.parse.plain import find_pipe_tables
from core.errors import AppError
from core.records import Answer, Citation, Page, PageTable, QueryResult, Route, SqlAnswer


@dataclass(frozen=True, slots=True)
class Cited:
    file: str
    page: int
    quote: str


@dataclass(frozen=True, slots=True)
class ClaimCase:
    id: str
    lang: str
    text: str
    citations: tuple[Cited, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    pages: tuple[tuple[str, Page], ...] = ()
    part: str = ""  # of the measurement; drawn from the id where it is empty
    kind: str = ""  # of the wording, or of what makes it false, where that is told
    true: bool = True


def read_claim_cases(path: Path) -> list[ClaimCase]:
    """The cases of a JSONL file; an AppError names a line that is none."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            cases += _said_of(raw) if "statements" in raw else [_case(raw)]
        except (ValueError, KeyError, TypeError) as error:
            raise AppError("evaluation.claim_line", file=path.name, line=number, detail=str(error)) from None
    return cases


def _case(raw: dict[str, Any]) -> ClaimCase:
    return ClaimCase(
        str(raw["id"]),
        raw["lang"],
        raw["text"],
        tuple(Cited(c["file"], c["page"], c["quote"]) for c in raw.get("citations", ())),
        tuple(raw.get("columns", ())),
        tuple(tuple(row) for row in raw.get("rows", ())),
        tuple((page["file"], make_page(page)) for page in raw.get("pages", ())),
        kind=raw.get("kind", ""),
        true=raw.get("true", True),
    )


def _said_of(raw: dict[str, Any]) -> list[ClaimCase]:
    """The statements about one source, numbered; a quote is cited from the page that holds it."""
    pages = [(page["file"], make_page(page)) for page in raw.get("pages", ())]
    cases = []
    for n, said in enumerate(raw["statements"], start=1):
        cited = [_cite(pages, quote) for quote in said.get("quotes", ())]
        case = _case(
            {"columns": raw.get("columns", ()), "rows": raw.get("rows", ()), **said, "id": f"{raw['source']}-{n}"}
        )
        cases.append(replace(case, citations=tuple(cited), pages=tuple(pages), part=raw.get("part", "")))
    return cases


def _cite(pages: Sequence[tuple[str, Page]], quote: str) -> Cited:
    found = next(((file, page.number) for file, page in pages if quote in page.text), None)
    if found is None:
        raise ValueError(f"no page holds {quote!r}")
    return Cited(*found, quote)


def make_page(raw: dict[str, Any]) -> Page:
    """A page with the tables that its text draws, and those of its own rendered behind it, as a parser would."""
    text = raw["text"]
    tables = find_pipe_tables(text)
    for rows in raw.get("tables", ()):
        rendered = "\n".join("\t".join(cell for cell in row if cell) for row in rows)
        start = len(text) + 2
        text = f"{text}\n\n{rendered}"
        tables.append(PageTable(start, len(text), tuple(tuple(row) for row in rows)))
    return Page(raw["page"], text, tables=tuple(tables))


def make_answer(case: ClaimCase, read: Callable[[str, int], Page | None], numbers: dict[str, int]) -> Answer:
    """The case as an answer of a language model; `numbers` gives a file's id, `read` its pages."""
    citations = []
    for n, cited in enumerate(case.citations, start=1):
        page = read(cited.file, cited.page)
        start = page.text.find(cited.quote) if page is not None else -1
        start = max(start, 0)
        place = (start, start + len(cited.quote))
        citations.append(
            Citation(n, numbers.get(cited.file, 0), cited.file, cited.page, cited.quote, *place, 1.0, False)
        )
    data = None
    if case.columns:
        result = QueryResult(case.columns, _types(case.rows), case.rows)
        data = SqlAnswer(case.text, case.lang, None, result)
    route = Route("data" if data else "documents", "")
    return Answer("", "", case.lang, route, "answered", case.text, citations=tuple(citations), data=data, engine="case")


def _types(rows: Sequence[Sequence[Any]]) -> tuple[str, ...]:
    first = rows[0] if rows else ()
    return tuple("DOUBLE" if isinstance(cell, (int, float)) else "VARCHAR" for cell in first)
