"""A question for both sides, in its data part and its document part: 'does the report's figure match the table?',
'how many tickets were late, and why?'. None where it has one part only. Words are moved, never added but for fragments
('and why?') that the other part completes. It looks nothing up.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.records import Sounding
from core.router.claim import asked_for_figure, claim_in, reports, without_report
from core.router.mentions import (
    BY_SOURCE,
    Sources,
    content_words,
    mentions_of,
    own_words,
    without_frame,
    without_mentions,
    without_table_names,
)
from core.router.phrases import cue, fold, pattern
from core.router.refer import leans, may_lean, refer, subject_of
from core.router.trends import asked_as_trend, asks_growth, grown

Sound = Callable[[str], Sounding]
Rephrase = Callable[[str, str, str], str]


@dataclass(frozen=True, slots=True)
class Parts:
    """What each side is asked; `compares` where the two are to be laid side by side. `about` is the document that is
    named, `otherwise` the question to the documents in other words, best first, `subject` what its answer should
    speak of (`guessed` where nothing says that it was left out), and `plain` says that each part shows by itself whose
    it is. `claimed` is the figure that the question itself asks to verify, '' for that of a document, None where it
    asks for no verification. `restated` are other words for the tables' part, tried where the first are not sure of one
    figure."""

    data: str
    documents: str
    compares: bool
    about: str = ""
    otherwise: tuple[str, ...] = ()
    subject: str = ""
    guessed: bool = False
    plain: bool = False
    claimed: str | None = None
    restated: tuple[str, ...] = ()


_LINKED = 0.5
_BARE = re.compile(
    r"^¿?\s*(?:and )?(?:who|whom|when|where|what|which|how(?: \w+)?|qui[eé]n(?:es)?|cu[aá]ndo|d[oó]nde|qu[eé]|"
    r"c[oó]mo|"
    r"cu[aá]l(?:es)?|cu[aá]nt[oa]s?)\s*\??$",
    re.I,
)
_CAUSE = re.compile(
    r"^¿?(?:why|how come|por que|what (?:had |has )?happened|que (?:paso|ocurrio|sucedio|habia pasado))\b"
)
_WHY = re.compile(r"^¿?\s*(?:and |but |y |pero )?¿?(why|por qu[eé])\s*\??$", re.I)


def split_question(
    question: str, lang: str, sound: Sound, rephrase: Rephrase, sources: Sources | None = None
) -> Parts | None:
    """The two parts of a question that wants both sides; None where it wants one.

    `sound` tells how well a text links to tables; `rephrase(fragment, question, lang)` asks the question anew;
    `sources` is what the workspace calls its documents and tables."""
    sources = sources or Sources(lang)
    parts = _split(question, sources, sound, rephrase)
    if parts is None:
        return None
    growing = parts.compares if parts.claimed is None else "%" in parts.claimed
    data = grown(parts.data, question, lang) if growing or asks_growth(parts.data, lang) else ""
    asked = data or parts.data
    restated = _restated(asked, lang) if parts.compares and not data else ()
    return replace(parts, data=asked, about=mentions_of(question, sources), restated=restated)


def _restated(asked: str, lang: str) -> tuple[str, ...]:
    """'How many boxes' as 'number of boxes', what asks for no amount as a total: a figure is to be compared."""
    counted = re.match(r"¿?(?:how many|cu[aá]nt[oa]s)\s", asked, re.I)
    if counted:
        return (f"{'Number of' if lang == 'en' else 'Número de'} {asked[counted.end() :]}",)
    what = re.sub(r"^¿?(?:what|cu[aá]l(?:es)?) (?:is|was|are|were|es|fue|son|fueron|era)\s", "", asked, flags=re.I)
    if pattern("quantity", lang).search(fold(what)) or pattern("wh", lang).search(fold(what)):
        return ()
    return (f"Total {'' if lang == 'en' else 'de '}{what[:1].lower()}{what[1:]}",)


def _split(question: str, sources: Sources, sound: Sound, rephrase: Rephrase) -> Parts | None:
    parts = _claim(question, sources)
    if parts is not None:
        return parts
    clauses = split_clauses(question, sources.lang)
    first, rest = clauses[0], " ".join(clauses[1:])
    if rest:
        return _two_clauses(first, rest, sources, sound, rephrase)
    return _one_clause(question, sources, sound)


def split_clauses(question: str, lang: str) -> list[str]:
    """The question in two at its last boundary between clauses; whole where there is none."""
    text = " ".join(question.split()).strip()
    found = [m for m in _boundary(lang).finditer(fold(text)) if m.start() > 3 and m.end() < len(text) - 2]
    if not found:
        return [text]
    at = max(found, key=lambda match: (match.start() > 12, -abs(match.start() - 0.55 * len(text))))
    return [text[: at.start()].strip(" ,;"), text[at.end() :].strip(" ,;")]


@functools.cache
def _boundary(lang: str) -> re.Pattern[str]:
    """Where a clause ends and one that asks by itself begins."""
    joins = "and|but|as well as" if lang == "en" else "y|e|pero|ademas|asi como"
    asks = rf"¿?(?=(?:{cue('boundary', lang)})\b)"
    return re.compile(
        rf"(?:[,;]\s*|\s+)(?:{joins})\s+(?:also |tambien )?{asks}|[.?!;]\s+(?:(?:{joins})\s+)?¿?(?=\S)|[,:]\s+{asks}"
    )


def is_bare_why(question: str) -> bool:
    """'Why?', '¿Y por qué?'"""
    return _WHY.match(question) is not None


# ---------------------------------------------------------------- a claim to be verified


def _claim(question: str, sources: Sources) -> Parts | None:
    """'Did we really sell 120 rooms?': each side is asked for the figure. One without a figure is a document's."""
    lang, claim = sources.lang, claim_in(question, sources.lang)
    if claim is None:
        return None
    stated = without_report(claim.said, lang)
    told = sources.pattern("document").search(fold(claim.said)) is not None
    if len(split_clauses(stated, lang)) > 1 or not (claim.figure or told or reports(claim.said, lang)):
        return None
    if not claim.figure or pattern("report", lang).search(fold(claim.said)):  # else it speaks of a document
        stated = without_mentions(stated, "document", sources)
    bare = without_report(without_mentions(stated, "table", sources), lang)
    data = " ".join(asked_for_figure(re.sub(r"\s*,(?=\s)", "", bare), lang).split())
    if not content_words(data, lang):
        return None
    return Parts(_as_question(data), _as_question(claim.said), True, claimed=claim.amount)


# ---------------------------------------------------------------- one clause that names both sources


def _one_clause(question: str, sources: Sources, sound: Sound) -> Parts | None:
    """'Does the Q3 report agree with the sales table on net sales?': each side is asked without the other's name. A
    table need not be named where a document is to be compared with what the tables hold."""
    lang, folded = sources.lang, fold(question)
    if not sources.pattern("document").search(folded):
        return None
    compares = (
        bool(pattern("compare", lang).search(folded)) or folded.count("segun") > 1 or folded.count("according") > 1
    )
    if not sources.pattern("table").search(folded) and not (compares and _is_about_rows(question, sources, sound)):
        return None
    data = without_frame(without_mentions(question, "document", sources), lang)
    documents = without_frame(without_mentions(question, "table", sources), lang)
    bare = without_frame(without_mentions(data, "table", sources), lang)
    data = bare if len(content_words(bare, lang)) > 1 else data
    if not own_words(documents, sources):
        documents = f"{data} {mentions_of(question, sources)}"
    if not content_words(data, lang) or not content_words(documents, lang):
        return None
    return Parts(_as_question(data), _as_question(documents), compares, plain=True)


def _is_about_rows(question: str, sources: Sources, sound: Sound) -> bool:
    """Whether what is compared is named by tables: its words link, and few say nothing there."""
    heard = sound(without_frame(without_mentions(question, "document", sources), sources.lang))
    if heard.measured and (heard.left == 0 or not heard.unknown):
        return True
    return heard.words > 0 and heard.linked >= _LINKED and len(heard.unknown) <= heard.words / 3


def _as_question(text: str) -> str:
    return text[:1].upper() + text[1:]


# ---------------------------------------------------------------- two clauses


def _two_clauses(first: str, second: str, sources: Sources, sound: Sound, rephrase: Rephrase) -> Parts | None:
    lang = sources.lang
    if _BARE.match(second):
        return None
    if _WHY.match(second):
        return Parts(first, rephrase(_WHY.match(second).group(1), first, lang), False)
    sides = [_leaning(clause, sources, sound) for clause in (first, second)]
    own = [own_words(clause, sources) for clause in (first, second)]
    if own[0] and set(own[1]) <= set(own[0]) and _asks_figure(second, sources, own[0]):
        own[1] = []  # 'what cost does the report give?' says no more than the first clause
    compares = (
        bool(pattern("compare", lang).search(fold(f"{first} {second}")))
        or _reports_twice(first, second, sources)
        or any(
            not words and _asks_figure(clause, sources, own[0])
            for words, clause in zip(own, (first, second), strict=True)
        )
    )
    if sides == ["documents", "data"] or (sides[0] != "data" and sides[1] == "data"):
        second = _with_subject(second, first, lang, sound) if own[1] else second
        parts = _complete(second, first, own[1], own[0], sources, compares)
    elif sides[1] == "documents" or (sides[0] == "data" and sides[1] != "data"):
        trend = asked_as_trend(first, lang)
        if trend:
            return Parts(trend, f"{first} {mentions_of(second, sources)}".strip(), compares)
        parts = _complete(first, second, own[0], own[1], sources, compares)
        if parts is not None and own[1]:
            parts = _about_subject(parts, first, second, lang, sound)
    else:
        return None
    return replace(parts, plain="" not in sides) if parts is not None else None


def _asks_figure(clause: str, sources: Sources, words: list[str]) -> bool:
    """'What number does the report give?', 'what cost does it give?' (of `words`): the same figure, of a document."""
    said = fold(clause)
    named = _FIGURED[sources.lang].search(said)
    figure = pattern("figure", sources.lang).search(said) or (named is not None and named["what"] in words)
    return bool(sources.pattern("document").search(said) and figure)


_FIGURED = {"en": re.compile(r"^(?:what|which) (?P<what>\w+)"), "es": re.compile(r"^¿?(?:que|cual) (?P<what>\w+)")}


def _with_subject(clause: str, other: str, lang: str, sound: Sound) -> str:
    """A clause to the tables that leans on the one before it."""
    if not leans(clause, lang):
        return clause
    subject = subject_of(other, lang, sound(other).named)
    return refer(clause, subject, lang) if subject.names else clause


def _about_subject(parts: Parts, first: str, second: str, lang: str, sound: Sound) -> Parts:
    """The document part with the subject that it leaves to the first clause, and without it where that is a guess."""
    subject = subject_of(first, lang, sound(first).named)
    said, names = parts.documents, " ".join(subject.names)
    whole = _as_question(refer(said, subject, lang))
    other = f"{said.strip(' ?')} {subject.topic}"
    if leans(second, lang):
        return replace(parts, documents=whole, otherwise=(other, said), subject=names)
    if names and may_lean(second, lang):
        return replace(parts, documents=whole, otherwise=(said,), subject=names, guessed=True)
    return replace(parts, otherwise=(whole if names and whole != said else other,))


def _complete(
    data: str, documents: str, data_words: list[str], document_words: list[str], sources: Sources, compares: bool
) -> Parts | None:
    """Each part whole: a clause without words of its own ('and what does the table give?') takes the other's."""
    lang = sources.lang
    if not data_words and not document_words:
        return None
    asked_data, asked_documents = data, documents
    if not data_words or (compares and len(data_words) < 2 and len(document_words) > 1):
        asked_data = without_frame(without_mentions(documents, "document", sources), lang)
    elif sources.pattern("document").search(fold(data)):
        asked_data = without_frame(without_mentions(data, "document", sources), lang) or data
    if sources.tables:
        asked_data = without_table_names(asked_data, sources)
    if not document_words:
        rest = without_frame(without_mentions(data, "table", sources), lang)
        asked_documents = f"{rest} {mentions_of(documents, sources)}".strip()
    if not content_words(asked_data, lang) or not content_words(asked_documents, lang):
        return None
    return Parts(_as_question(asked_data), _as_question(asked_documents), compares)


def _reports_twice(first: str, second: str, sources: Sources) -> bool:
    said = fold(f"{first} {second}")
    both = sources.pattern("document").search(said) and sources.pattern("table").search(said)
    return bool(both or BY_SOURCE.match(fold(second)))


def _leaning(clause: str, sources: Sources, sound: Sound) -> str:
    """'documents', 'data' or '' for a clause: by the source it names, by what it asks, by how its words link."""
    lang, folded = sources.lang, fold(clause)
    named = [group for group in ("document", "table") if sources.pattern(group).search(folded)]
    if len(named) == 1:
        return "documents" if named[0] == "document" else "data"
    if _CAUSE.match(folded):  # rows tell no causes
        return "documents"
    if BY_SOURCE.match(folded) and not named:  # 'y según las ventas': a table called by its name
        return "data"
    heard = sound(clause)
    prose = len(pattern("prose", lang).findall(folded)) - len(pattern("quantity", lang).findall(folded))
    if heard.words == 0:
        return "documents" if prose > 0 else ""
    linked = heard.linked - len(heard.unknown) / heard.words
    score = 1.6 * linked - 0.5 + (0.4 if heard.measured else 0.0) - 0.6 * prose
    return "data" if score > 0.3 else "documents" if score < 0.0 else ""
