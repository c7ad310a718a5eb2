"""An answer, whatever engine wrote it, with each of its statements checked: against the passages it cites, against the
rows it shows, and against every other passage where those do not hold it.

`check_answer` is the one call. It reads pages through a function that it is given, and trusts nothing of an answer: a
quote is looked up on its page, a figure in the quote's sentence, its table or the rows. It never changes what an
answer says but, where that is the policy, to leave out what nothing supports; what was left out is kept in the checks.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.errors import AppError
from core.i18n import detect_language, messages, plural, translate
from core.records import Answer, Catalog, Check, Citation, Page
from core.validation.claims import MARK, Claim, split_claims
from core.validation.evidence import Evidence
from core.validation.grounding import ReadPage, check_quotes
from core.validation.measures import fold
from core.validation.places import Segment, read_segment
from core.validation.rows import Computed, Rows, read_rows
from core.validation.separators import decimal_mark
from core.validation.sources import Passage, Sources
from core.validation.sql_checks import check_sql
from core.validation.support import AGAINST, Embed, Judgement, judge
from core.validation.vocabulary import Spanish, Vocabulary

Policy = Literal["mark", "remove"]
Grounded = Callable[[Sequence[tuple[str, str]]], Sequence[float]]
_OTHERS_MAX = 6
_BETTER = 0.35
_DOUBT = 0.3  # of a model's score, .5 being enough: less is unsupported
_SETTLED = (*AGAINST, "unit_differs")


def check_answer(
    answer: Answer,
    *,
    read_page: ReadPage,
    embed: Embed | None = None,
    catalog: Catalog | None = None,
    policy: Policy = "mark",
    spanish: Spanish | None = None,
    grounded: Grounded | None = None,
) -> Answer:
    """`answer` with `citations` verified anew and `checks` filled, one a statement and one a doubt about its SQL.

    `read_page(document_id, number)` gives a page (an AppError where it is gone); `embed(texts)` unit vectors, or
    nothing; `spanish` English words of Spanish ones; `grounded(pairs)` how well sources support statements (0..1, .5 is
    enough), where a model judges passages in place of the rules. `policy` 'remove' leaves unsupported statements of a
    model out of `text` (the built-in engine quotes and computes: its text is only marked); their checks stay, with no
    place."""
    if answer.status != "answered":
        citations, _ = check_quotes(answer.citations, _cached(read_page))
        return replace(answer, citations=citations)
    pages = _cached(read_page)
    citations, faults = check_quotes(answer.citations, pages)
    work = _Work(answer, citations, faults, pages, embed, _vocabulary(spanish), grounded)
    checks = [work.check(claim) for claim in split_claims(answer.text) if not _is_ours(claim.text, answer.lang)]
    if answer.data is not None:
        checks += check_sql(answer.completed_question, answer.lang, answer.data, catalog or Catalog())
    checked = replace(answer, citations=citations, checks=tuple(checks))
    return _leave_out(checked) if policy == "remove" and answer.engine != "builtin" else checked


def explain(check: Check, lang: str) -> str:
    """A check's reason as a sentence, naming what was not found."""
    return translate(f"validation.{check.reason}", lang, **check.params)


def _is_ours(text: str, lang: str) -> bool:
    """Whether it is a fixed sentence of the app ('Neither says why ...'): about the answer, not about the sources."""
    plain = " ".join(text.split()).strip(" *")
    return plain in _sentences(lang) or any(guess.fullmatch(plain) for guess in _guesses(lang))


@functools.cache
def _guesses(lang: str) -> tuple[re.Pattern[str], ...]:
    """The guesses at why two figures differ, with what fills them."""
    keys = ("sign", "scale", "draft", "tax", "period", "all_periods", "left_out")
    texts = [re.escape(messages(lang)[f"reconcile.{key}"]) for key in keys]
    return tuple(re.compile(re.sub(r"\\{\w+\\}", ".{1,80}", text)) for text in texts)


@functools.cache
def _sentences(lang: str) -> frozenset[str]:
    return frozenset(text.strip(" *") for text in messages(lang).values() if "{" not in text and len(text) > 12)


_VOCABULARIES: dict[int, tuple[Spanish | None, Vocabulary]] = {}


def _vocabulary(spanish: Spanish | None) -> Vocabulary:
    """One vocabulary for each lexicon that is handed in; it learns nothing but the words it looked up."""
    known = _VOCABULARIES.get(id(spanish))
    if known is None or known[0] is not spanish:
        known = _VOCABULARIES[id(spanish)] = (spanish, Vocabulary(spanish))
    return known[1]


def _cached(read_page: ReadPage) -> ReadPage:
    @functools.cache
    def read(document_id: int, number: int) -> Page | None:
        try:
            return read_page(document_id, number)
        except AppError:
            return None

    return read


@dataclass
class _Work:
    """What the statements of one answer share."""

    answer: Answer
    citations: tuple[Citation, ...]
    faults: dict[int, str]
    pages: ReadPage
    embed: Embed | None
    vocabulary: Vocabulary
    grounded: Grounded | None = None

    def __post_init__(self) -> None:
        self.sources = Sources(self.vocabulary)
        self.by_number = {citation.n: citation for citation in self.citations}

    @functools.cached_property
    def rows(self) -> Rows | None:
        data = self.answer.data
        if data is None or data.result is None or data.result.error is not None:
            return None
        rows = read_rows(data.result, self.vocabulary)
        for found in self.answer.comparisons:  # what was laid side by side, and how far it is apart
            sides = (found.documented, found.tabled, found.apart_pct)
            rows.computed.extend(Computed("compared", value) for value in sides if value is not None)
        return rows

    def check(self, claim: Claim) -> Check:
        marks = tuple(n for n in claim.marks if n in self.by_number)
        judgement = self._judge(claim, marks)
        return Check(
            " ".join(claim.text.replace("**", "").split()),
            judgement.verdict,
            judgement.reason,
            claim.start,
            claim.end,
            marks or claim.marks,
            judgement.params,
        )

    def _judge(self, claim: Claim, marks: tuple[int, ...]) -> Judgement:
        unknown = [n for n in claim.marks if n not in self.by_number]
        if claim.own and unknown:
            return Judgement("unsupported", "no_such_mark", {"what": f"[{unknown[0]}]"})
        broken = next((n for n in marks if n in self.faults), None)
        if broken is not None and claim.own:
            return Judgement("unsupported", f"quote_{self.faults[broken]}", {"n": broken})
        if self._is_insight(claim):
            return Judgement("supported", "insight")
        text, left = self._without_quotes(claim, marks)
        if isinstance(left, Judgement):
            return left
        if not left:
            return Judgement("supported", "quote_found")
        return self._against_sources(text, marks, claim)

    def _is_insight(self, claim: Claim) -> bool:
        """Whether it is what our own rules computed from the rows, unchanged: some of it (a test for a trend, the
        share of outliers) is not computed again here."""
        data = self.answer.data
        if data is None or data.engine != "builtin":
            return False
        said = " ".join(claim.text.split()).strip(" *")
        return len(said) > 3 and any(said in sentence for sentence in data.insight)

    def _without_quotes(self, claim: Claim, marks: Sequence[int]) -> tuple[str, bool | Judgement]:
        """The claim with marks and proven quotes blanked, and whether anything is left to prove."""
        text = MARK.sub(lambda m: " " * len(m.group()), claim.text).replace("**", "  ")
        for start, end in claim.quotes:
            quote = " ".join(claim.text[start + 1 : end - 1].split())
            if self._is_quoted(quote, marks):
                text = text[:start] + " " * (end - start) + text[end:]
            elif len(quote.split()) > 3 and marks:
                return text, Judgement("unsupported", "quote_not_found", {"n": marks[0]})
        return text, any(char.isalnum() for char in text)

    def _is_quoted(self, quote: str, marks: Sequence[int]) -> bool:
        wanted = quote.strip(" .,;:…")
        for n in marks or self.by_number:
            citation = self.by_number[n]
            if wanted and wanted in " ".join(citation.quote.split()) and n not in self.faults:
                return True
        return False

    def _against_sources(self, text: str, marks: tuple[int, ...], claim: Claim) -> Judgement:
        read = self._read(text)
        cited = [self._passage(n) for n in marks] if marks else [self._passage(n) for n in self.by_number]
        passages = [passage for passage in cited if passage is not None]
        if not passages and self.rows is None:
            return Judgement("unsupported", "no_source")
        if self.grounded is not None and passages and self.rows is None:
            return self._by_model(text, passages)
        pool = "\n".join(passage.page_text for passage in passages)
        judgement = judge(read, Evidence(passages, self.rows), pool=pool, embed=self.embed)
        others = [n for n in self.by_number if n not in marks and n not in self.faults][:_OTHERS_MAX]
        settled = judgement.reason in _SETTLED or (judgement.verdict == "supported" and judgement.coverage >= 0.6)
        if not marks or not others or settled:
            return judgement
        return self._elsewhere(read, judgement, others)

    def _by_model(self, text: str, passages: Sequence[Passage]) -> Judgement:
        """What the groundedness model says of a statement and the passages that it cites."""
        source = "\n".join(dict.fromkeys(passage.near_text for passage in passages))
        score = self.grounded([(source, " ".join(text.split()))])[0]  # type: ignore[misc]
        verdict = "supported" if score >= 0.5 else "partly" if score >= _DOUBT else "unsupported"
        return Judgement(verdict, "model_supports" if score >= 0.5 else "model_doubts", {"score": round(100 * score)})

    def _elsewhere(self, read: Segment, judgement: Judgement, others: Sequence[int]) -> Judgement:
        """Whether a passage that is not cited for the statement holds it, and the cited one does not."""
        for n in others:
            passage = self._passage(n)
            if passage is None:
                continue
            other = judge(read, Evidence([passage]), pool=passage.page_text)
            better = other.coverage - judgement.coverage >= _BETTER
            if other.verdict == "supported" and (judgement.verdict != "supported" or better):
                return Judgement("unsupported", "wrong_source", {"n": n}, judgement.coverage)
        return judgement

    def _read(self, text: str) -> Segment:
        lang = detect_language(text, default=self.answer.lang)
        mark = decimal_mark(self.answer.text, lang)
        return read_segment(text, 0, len(text), lang, self.vocabulary, mark)

    @functools.lru_cache(maxsize=64)  # noqa: B019 - a _Work lives for one answer
    def _passage(self, n: int) -> Passage | None:
        citation = self.by_number[n]
        page = self.pages(citation.document_id, citation.page)
        if page is None or n in self.faults:
            return None
        return self.sources.passage(citation, page, self._identity(citation))

    def _identity(self, citation: Citation) -> str:
        """What names a document: its file's name and the top of its first page."""
        first = self.pages(citation.document_id, 1)
        head = first.text[:400] if first is not None else ""
        return fold(re.sub(r"[_\-/.]", " ", citation.file) + "\n" + head)

    __hash__ = object.__hash__


def _leave_out(answer: Answer) -> Answer:
    """The answer without its unsupported statements; how many there were is said."""
    gone = [check for check in answer.checks if check.verdict == "unsupported" and check.end > check.start]
    if not gone:
        return answer
    text, cuts = answer.text, sorted((check.start, check.end) for check in gone)
    for start, end in reversed(cuts):
        line = text.rfind("\n", 0, start) + 1
        alone = not re.sub(r"^[ \t]*(?:[-*•]|\d+[.)])?[ \t]*", "", text[line:start]) and text[end : end + 1] in (
            "",
            "\n",
        )
        first, last = (line, min(end + 1, len(text))) if alone else (start, end + (text[end : end + 1] == " "))
        text = text[:first].rstrip(" ") + (" " if text[last : last + 1].strip() and first > line else "") + text[last:]
    kept = split_claims(text)
    checks, at = [], 0
    for check in answer.checks:
        if check in gone or check.end <= check.start:
            checks.append(replace(check, start=0, end=0))
            continue
        place = next((c for c in kept[at:] if " ".join(c.text.replace("**", "").split()) == check.claim), None)
        checks.append(replace(check, start=place.start, end=place.end) if place else replace(check, start=0, end=0))
        at = kept.index(place) + 1 if place else at
    note = plural("validation.left_out", len(gone), answer.lang)
    message = f"{answer.message} {note}".strip()
    if not text.strip():
        return replace(answer, text="", message=message, status="not_found", checks=tuple(checks))
    return replace(answer, text=text.strip("\n"), message=message, checks=tuple(checks))
