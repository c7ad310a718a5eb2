"""Is each quote on its page, and does each quoted line of an answer's text stand in a citation? It reads pages again.

It trusts nothing of a citation but its place: document, page, start and end. It judges no meaning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from core.errors import AppError
from core.records import Check, Citation, Page, Verdict

ReadPage = Callable[[int, int], Page]
QUOTE_MAX = 350
_MARK = re.compile(r"\[(\d+)\]")
_QUOTED = re.compile(r"“(.+?)” \[(\d+)\](?=\s|$)", re.DOTALL)


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


def check_quotes(citations: Sequence[Citation], read_page: ReadPage) -> tuple[tuple[Citation, ...], tuple[Check, ...]]:
    """The citations with `verified` set anew, and a check for each. A quote found elsewhere on its page is moved
    there."""
    kept, checks = [], []
    for citation in citations:
        verdict = check_quote(citation, _read(read_page, citation))
        if verdict.reason == "moved":
            citation = replace(citation, start=verdict.params["start"], end=verdict.params["end"], key=None)
        ok = verdict.reason in ("found", "moved")
        kept.append(replace(citation, verified=ok))
        claim = " ".join(citation.quote.split())
        checks.append(Check(claim, "supported" if ok else "unsupported", f"quote_{verdict.reason}"))
    return tuple(kept), tuple(checks)


def _read(read_page: ReadPage, citation: Citation) -> Page | None:
    try:
        return read_page(citation.document_id, citation.page)
    except AppError:
        return None


def check_marks(text: str, citations: Sequence[Citation]) -> tuple[str, ...]:
    """What is wrong with the [n] marks of an answer's text: numbers without a citation, quotes that differ from
    theirs."""
    by_number = {citation.n: " ".join(citation.quote.split()) for citation in citations}
    outside = _QUOTED.sub(lambda match: f"[{match.group(2)}]", text)
    faults = [f"[{n}]" for n in dict.fromkeys(_MARK.findall(outside)) if int(n) not in by_number]
    for quote, number in _QUOTED.findall(text):
        known = by_number.get(int(number))
        if known is not None and " ".join(quote.split()) != known:
            faults.append(quote)
    return tuple(faults)
