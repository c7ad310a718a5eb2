"""One statement against what stands behind it: the verdict, and the first thing that is wrong, by name.

Figures, dates and names decide first, then whether the source says the opposite, then how much of its words the source
uses (by meaning, where an embedder is at hand and words alone do not tell). It fetches nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from core.validation.evidence import Evidence, Finding, Found
from core.validation.figures import check_figures
from core.validation.mentions import check_dates, check_names
from core.validation.names import read_names
from core.validation.places import Segment
from core.validation.polarity import find_opposition
from core.validation.sources import Passage

Embed = Callable[[Sequence[str]], Any]

ENOUGH = 0.5  # of the words that say something: proven by words alone
SOME = 0.25  # less than this, and no figure that fits: another matter
NEAR, FAR = 0.55, 0.35  # cosines: says the same, says something else


@dataclass(frozen=True, slots=True)
class Judgement:
    """`coverage` is the share of the statement's words that its source uses."""

    verdict: Literal["supported", "partly", "unsupported"]
    reason: str
    params: dict[str, Any] = field(default_factory=dict)
    coverage: float = 1.0


def judge(
    claim: Segment,
    evidence: Evidence,
    *,
    pool: str = "",
    embed: Embed | None = None,
    skip: Sequence[tuple[int, int]] = (),
) -> Judgement:
    """The verdict on a statement, `claim`, whose marks are blanked; `skip` are spans that were proven otherwise."""
    names = read_names(claim.text, claim.dates, claim.quantities)
    figures = check_figures(claim, evidence, skip)
    dates = check_dates(claim, evidence, skip)
    called = check_names(claim, names, evidence, pool)
    covered = coverage(claim, evidence, ways=figures.proven < 2)
    findings = [*figures.findings, *dates.findings, *called.findings]
    if not findings and not _is_verbatim(claim, evidence):
        findings += _opposite(claim, evidence)
    total = figures.total + dates.total + called.total
    proven = figures.proven + dates.proven + called.proven
    if findings:
        return _blame(findings, proven, covered)
    if covered >= ENOUGH or (proven and proven == total and covered >= SOME and figures.proven):
        return Judgement("supported", _reason(figures), coverage=covered)
    if evidence.rows is not None and figures.proven and proven == total:
        return Judgement("supported", _reason(figures), coverage=covered)
    return _by_meaning(claim, evidence, embed, covered, bool(proven))


def coverage(claim: Segment, evidence: Evidence, ways: bool = True) -> float:
    """The share of the statement's words that its sources use, in either language; without those that say which way
    figures go where the figures say so themselves."""
    words = [word for word in claim.words if not word.stop and (ways or not word.way)]
    if not words:
        return 1.0
    rows = evidence.rows
    parts = [passage.keys for passage in evidence.passages]
    parts += [*rows.columns, *rows.labels[:200]] if rows is not None else []
    return sum(any(word.keys & part.keys() for part in parts) for word in words) / len(words)


def _blame(findings: Sequence[Finding], proven: int, covered: float) -> Judgement:
    """The gravest finding names the reason; what is partly proven stays so."""
    first = next((finding for finding in findings if finding.hard), findings[0])
    against = first.reason in (
        "opposite",
        "negation_added",
        "negation_dropped",
        "figure_swapped",
        "way_differs",
        "other_time",
    )
    partly = not against and (not first.hard or (proven > 0 and covered >= SOME))
    return Judgement("partly" if partly else "unsupported", first.reason, first.params, covered)


def _is_verbatim(claim: Segment, evidence: Evidence) -> bool:
    """Whether the statement holds a sentence of its source, or is a piece of one, word for word."""
    said = " ".join(claim.text.split()).strip(" .")
    for passage in evidence.passages:
        for segment in passage.quoted:
            source = " ".join(segment.text.split()).strip(" .")
            if len(source) > 30 and (source in said or (len(said) > 30 and said in source)):
                return True
    return False


def _opposite(claim: Segment, evidence: Evidence) -> list[Finding]:
    found = []
    denied = next((word.text for word in claim.words if word.cue), "")
    if not evidence.passages and denied and claim.quantities:
        return [Finding("negation_added", {"what": denied})]  # rows deny nothing
    turned = find_opposition(claim, [(passage.quoted, passage.segments) for passage in evidence.passages])
    if turned is not None:
        reason = turned.reason
        found.append(Finding(reason, {"what": turned.said, **({"instead": turned.source} if turned.source else {})}))
    return found


def _reason(figures: Found) -> str:
    if figures.computed:
        return "computed"
    return "rows_found" if figures.from_rows else "found"


def _by_meaning(claim: Segment, evidence: Evidence, embed: Embed | None, covered: float, has_proof: bool) -> Judgement:
    """Where words alone do not tell: by the nearest sentence's vector, if there is an embedder."""
    near = nearness(claim, evidence.passages, embed) if embed is not None else None
    if near is None:
        verdict = "partly" if covered >= SOME or has_proof else "unsupported"
        return Judgement(verdict, "words_few" if verdict == "partly" else "words_none", coverage=covered)
    strength = near + 0.4 * covered
    if strength >= NEAR + 0.4 * SOME or (has_proof and near >= FAR):
        return Judgement("supported", "found", coverage=covered)
    if strength >= FAR + 0.1:
        return Judgement("partly", "words_few", coverage=covered)
    return Judgement("unsupported", "words_none", coverage=covered)


def nearness(claim: Segment, passages: Sequence[Passage], embed: Embed) -> float | None:
    """The best cosine of the statement to a sentence of its passages; None where there is none."""
    texts = [segment.text for passage in passages for segment in passage.segments if len(segment.text) > 8][:12]
    if not texts:
        return None
    vectors = embed([claim.text.strip(), *texts])
    if len(vectors) != len(texts) + 1:
        return None
    return max(float(vectors[0] @ vector) for vector in vectors[1:])
