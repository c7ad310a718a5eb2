"""One statement against what stands behind it: the verdict, and the first thing that is wrong, by name.

Figures, dates and names decide first, then whether the source says the opposite, then how much of its words the source
uses (by meaning, where an embedder is at hand and words alone do not tell). It fetches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from core.validation.bindings import check_bindings
from core.validation.cells import check_cells
from core.validation.cues import speaks_of_computing
from core.validation.evidence import Evidence, Finding, Found
from core.validation.exchanged import check_exchanged
from core.validation.figures import check_figures
from core.validation.hedges import check_hedges
from core.validation.limits import check_limits
from core.validation.measures import fold
from core.validation.mentions import check_dates, check_names
from core.validation.names import read_names
from core.validation.places import Place, Segment, holds
from core.validation.polarity import find_opposition
from core.validation.ranks import check_ranks
from core.validation.ratios import check_ratios
from core.validation.roles import check_roles, read_roles, with_roles
from core.validation.sources import Passage
from core.validation.standings import check_standings
from core.validation.strayed import check_strayed
from core.validation.trend import check_trend
from core.validation.vocabulary import Word
from core.validation.word_lists import lexicon, stems_of

Embed = Callable[[Sequence[str]], Any]

ENOUGH = 0.4  # of the words that say something: proven by words alone
SOME = 0.25  # less than this, and no figure that fits: another matter
BESIDE = 0.34  # so much more of it in the sentences beside the quote: they should be cited
AGAINST = (
    "opposite",
    "extreme",
    "negation_added",
    "negation_dropped",
    "figure_swapped",
    "way_differs",
    "other_time",
    "condition_dropped",
    "not_done",
    "not_certain",
    "other_first",
    "reason_differs",
    "not_all",
    "cell_of_another",
)  # reasons that stand against a statement, however much else of it is proven
_GOES_BACK = re.compile(r"\W*(?:except|unless|if|but not|salvo|excepto|menos|si|a menos que|siempre que)\b", re.I)
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
    claim = with_roles(claim, read_roles(evidence))
    names = read_names(claim.text, claim.dates, claim.quantities)
    limits, settled = check_limits(claim, evidence)
    skip = (*skip, *settled)
    figures = check_figures(claim, evidence, skip)
    dates = check_dates(claim, evidence, skip)
    called = check_names(claim, names, evidence, pool)
    covered = coverage(claim, evidence, ways=figures.proven < 2, computed=figures.computed)
    stands = check_standings(claim, evidence)
    ratios = check_ratios(claim, evidence)
    parts = (figures, dates, called, stands, ratios, limits)
    findings = [finding for part in parts for finding in part.findings]
    if not findings and not _is_verbatim(claim, evidence):
        findings += next(filter(None, (check(claim, evidence) for check in _WORDING)), [])
    total, proven = sum(part.total for part in parts), sum(part.proven for part in parts)
    if findings:
        return _blame(findings, proven, covered)
    several = figures.proven >= 2 or (figures.proven and dates.proven + called.proven >= 1)
    covered = covered or (coverage(claim, evidence) if figures.computed else 0.0)
    sure = bool(several) and proven == total and covered > 0  # no chance meets so many
    told = figures.proven or dates.computed  # no chance meets a date that was worked out
    if not figures.proven and _stands_beside(claim, evidence):
        return Judgement("partly", "words_few", coverage=covered)
    if sure or covered >= ENOUGH or (told and proven == total and covered >= SOME):
        return Judgement("supported", _reason(figures), coverage=covered)
    if (
        evidence.rows is not None
        and proven == total
        and (figures.proven or stands.proven or ratios.proven or limits.proven or (called.proven and covered >= SOME))
    ):
        return Judgement("supported", _reason(figures), coverage=covered)
    return _by_meaning(claim, evidence, embed, covered, bool(proven))


def coverage(claim: Segment, evidence: Evidence, ways: bool = True, computed: bool = False) -> float:
    """The share of the statement's words that its sources use, in either language; without those that say which way
    figures go where the figures say so themselves, and those that say how what was recomputed is computed."""
    words = [word for word in claim.words if not word.stop and (ways or not word.way)]
    words = [word for word in words if not (computed and speaks_of_computing(word.text))]
    if not words:
        return 1.0
    rows = evidence.rows
    parts = [passage.keys for passage in evidence.passages]
    parts += [*rows.columns, *rows.labels[:200]] if rows is not None else []
    named = " ".join(passage.identity for passage in evidence.passages)
    held = [any(word.keys & part.keys() for part in parts) or _is_named(word, named) for word in words]
    return sum(held) / len(words)


def _is_named(word: Word, identity: str) -> bool:
    """Whether a capitalised word is one of those that name the document."""
    return word.text[:1].isupper() and holds(identity, fold(word.text.removesuffix("'s").removesuffix("’s")))


def _stands_beside(claim: Segment, evidence: Evidence) -> bool:
    """Whether what is cited says little of the statement, and the sentences around it say most of it."""
    words = [word for word in claim.words if not word.stop]
    if not words or not evidence.passages or evidence.rows is not None:
        return False
    quoted: set[str] = set()
    around: set[str] = set()
    for passage in evidence.passages:
        for segment in passage.segments:
            keys = {key for word in segment.words if not word.stop for key in word.keys}
            (quoted if segment in passage.quoted else around).update(keys)
    own, other = (sum(bool(word.keys & keys) for word in words) / len(words) for keys in (quoted, around))
    return other - own >= BESIDE


def _blame(findings: Sequence[Finding], proven: int, covered: float) -> Judgement:
    """The gravest finding names the reason; what is partly proven stays so."""
    first = next((finding for finding in findings if finding.hard), findings[0])
    against = first.reason in AGAINST
    partly = not against and (not first.hard or (proven > 0 and covered >= SOME))
    return Judgement("partly" if partly else "unsupported", first.reason, first.params, covered)


def _is_verbatim(claim: Segment, evidence: Evidence) -> bool:
    """Whether the statement holds a sentence of its source, or is a piece of one, word for word."""
    said = " ".join(claim.text.split()).strip(" .")
    for passage in evidence.passages:
        for segment in passage.quoted:
            source = " ".join(segment.text.split()).strip(" .")
            _, found, behind = source.partition(said)
            whole = bool(found) and len(said) > 30 and not _GOES_BACK.match(behind)
            if len(source) > 30 and (source in said or whole):
                return True
    return False


def _opposite(claim: Segment, evidence: Evidence) -> list[Finding]:
    found = []
    denied = next((word.text for word in claim.words if word.cue and _is_verbal(word.text)), "")
    if denied and claim.quantities and _is_of_cells(evidence):
        return [Finding("negation_added", {"what": denied})]  # rows deny nothing
    other = _other_header(claim, evidence)
    if other is not None:
        return [other]
    turned = find_opposition(claim, [(passage.quoted, passage.segments) for passage in evidence.passages])
    if turned is not None:
        reason = turned.reason
        found.append(Finding(reason, {"what": turned.said, **({"instead": turned.source} if turned.source else {})}))
    return found


def _other_header(claim: Segment, evidence: Evidence) -> Finding | None:
    """'An operating loss of 12' where the column of that 12 is called operating profit."""
    sides = lexicon()["sides"]
    for word in claim.words:
        if word.side is None or word.way or word.negated or word.stop:
            continue
        cells = [p for p in evidence.places if p.quoted and p.column is not None and p.header]
        cells = [p for p in cells if any(evidence.fit(q, p) == "same" for q in claim.quantities)]
        told = [{sides[key] for key in place.header if key in sides} for place in cells]
        turned = (word.side[0], -word.side[1])
        if told and all(turned in held and word.side not in held for held in told):
            return Finding("opposite", {"what": word.text, "instead": _spelled(cells[0], turned)})
    return None


def _spelled(place: Place, side: tuple[int, int]) -> str:
    """The word of a column's header that stands on a side of a pair of opposites."""
    words = [key[2:] for key in place.header if key.startswith("w:")]
    stems = ((word, f"{lang}:{stem}") for word in words for lang in ("en", "es") for stem in stems_of(word, lang))
    return next((word for word, stem in stems if lexicon()["sides"].get(stem) == side), place.quantity.text)


def _is_of_cells(evidence: Evidence) -> bool:
    """Whether nothing but rows, or lines of tables without a negation, stands behind a statement."""
    held = [place.column is not None for place in evidence.places if place.quoted]
    denied = any(word.cue for passage in evidence.passages for s in passage.quoted for word in s.words)
    return not evidence.passages or (bool(held) and all(held) and not denied)


def _is_verbal(word: str) -> bool:
    """Whether a negation denies a verb: 'did not reach', and not 'without stops'."""
    return fold(word) in ("no", "not", "never", "nunca", "cannot", "tampoco") or fold(word).endswith("n't")


_WORDING = (
    _opposite,
    check_bindings,
    check_roles,
    check_strayed,
    check_exchanged,
    check_hedges,
    check_ranks,
    check_cells,
    check_trend,
)  # the first that finds anything speaks


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
