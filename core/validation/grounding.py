"""Is each quote on its page? It reads the page again.

It trusts nothing of a citation but its place: document, page, start and end. It judges no meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.errors import AppError
from core.records import Citation, Page, Verdict

ReadPage = Callable[[int, int], Page | None]
QUOTE_MAX = 350


def check_quote(citation: Citation, page: Page | None) -> Verdict:
    """Whether `citation.quote` is what the page holds at its range, as one span of at most 350 characters.

    Reasons: `no_page`, `empty`, `too_long`, `moved` (on the page, elsewhere), `not_found`, `found`."""
    if page is None or page.number != citation.page:
        return Verdict(False, "no_page")
    if not citation.quote.strip():
        return Verdict(False, "empty")
    if len(citation.quote) > QUOTE_MAX:
        return Verdict(False, "too_long", {"length": len(citation.quote)})
    if page.text[citation.start : citation.end] == citation.quote:
        return Verdict(True, "found")
    at = page.text.find(citation.quote)
    if at >= 0:
        return Verdict(False, "moved", {"start": at, "end": at + len(citation.quote)})
    return Verdict(False, "not_found")


def check_quotes(citations: Sequence[Citation], read_page: ReadPage) -> tuple[tuple[Citation, ...], dict[int, str]]:
    """The citations with `verified` set anew, a quote found elsewhere on its page moved there; and what is wrong with
    the others: number -> the reason of `check_quote`."""
    kept, faults = [], {}
    for citation in citations:
        verdict = check_quote(citation, _read(read_page, citation))
        if verdict.reason == "moved":
            citation = replace(citation, start=verdict.params["start"], end=verdict.params["end"], key=None)
        ok = verdict.reason in ("found", "moved")
        if not ok:
            faults[citation.n] = verdict.reason
        kept.append(replace(citation, verified=ok))
    return tuple(kept), faults


def _read(read_page: ReadPage, citation: Citation) -> Page | None:
    try:
        return read_page(citation.document_id, citation.page)
    except AppError:
        return None
