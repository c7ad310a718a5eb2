"""Which sides to ask, and whose answer to show, from both sides' own scores. Nothing is answered here.

Two small learned models weigh the scores (`model.py`); what a user asked for, and what a side could not do, come first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from core.i18n import says_topic, translate
from core.records import DocumentsAnswer, Route, Sounding, SqlAnswer
from core.router import model
from core.router.phrases import Said

Hint = Literal["auto", "documents", "data", "both"]

_GUESS, _UNREAD = 0.3, 0.25  # a statement less sure than this, with so many words unread, answers nothing
_CERTAIN = 0.985  # so sure of the links alone, the other side is not asked
_FORESEEN = 0.8  # so sure of the links and the documents' answer, the tables' is not waited for
_ROWS_LEAST = 0.3  # rows less likely than this answer nothing, even where the documents decline
_SHOWN = 5
LIKELY = 0.2  # documents that decline with a better chance than this are quoted beside rows


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of a question when its route is chosen. A side that was not asked is None; `parted` says that it
    has a part for each side, `compares` that those are to be laid side by side, `checkable` that the rows can bear a
    claim out or not, `leaves_tables` that a follow-up does not ask them by its own words; the
    soundings are of what was asked of the tables."""

    said: Said
    sounding: Sounding = field(default_factory=Sounding)
    written: DocumentsAnswer | None = None
    data: SqlAnswer | None = None
    parted: bool = False
    compares: bool = False
    checkable: bool = True
    leaves_tables: bool = False


def sides(hint: Hint, has_tables: bool, has_documents: bool) -> tuple[str, ...]:
    """Which sides to ask: what the hint names, else what the workspace holds."""
    if hint == "both":
        return ("documents", "data")
    if hint != "auto":
        return (hint,)
    held = (("documents", has_documents or not has_tables), ("data", has_tables))
    return tuple(side for side, is_held in held if is_held)


def plausible(said: Said, sounding: Sounding) -> tuple[str, ...]:
    """The sides worth asking by the links alone: one where that is all but certain, else both."""
    chances = model.probabilities("cheap", model.cheap_values(said, sounding))
    if chances["data"] > _CERTAIN:
        return ("data",)
    return ("documents",) if chances["data"] < 1 - _CERTAIN else ("documents", "data")


def foresee(signals: Signals, lang: str) -> Route | None:
    """The side whose answer is all but certain to be shown, before the tables have answered; None where it is not."""
    chances = model.probabilities("early", model.early_values(signals.said, signals.sounding, signals.written))
    if chances["data"] > _FORESEEN and not signals.leaves_tables:
        return Route("data", translate("router.data_reason", lang))
    quoted = signals.written is not None and signals.written.status == "answered"
    if quoted and chances["documents"] > _FORESEEN:
        return Route("documents", translate("router.documents_reason", lang))
    return None


def choose(signals: Signals, lang: str) -> Route:
    """The side whose answer is shown, both, or none; the reason says what was weighed."""
    written, data = signals.written, signals.data
    if signals.parted:
        if holds_together(signals):
            key = "both_compare_reason" if signals.compares else "both_reason"
            return Route("both", translate(f"router.{key}", lang))
        return Route("none", translate("router.parts_reason", lang))
    if written is None or data is None:
        side = "data" if written is None else "documents"
        return Route(side, translate(f"router.{side}_reason", lang))
    values = model.whole_values(signals.said, signals.sounding, written, data)
    chances = model.probabilities("whole", values)
    if not has_rows(data) or chances["data"] < _ROWS_LEAST or _is_guess(signals.sounding, data):
        chances["data"] = 0.0
    if written.status != "answered":
        chances["documents"] = 0.0
    if signals.leaves_tables and chances["documents"] > 0:
        chances["data"] = 0.0
    if chances["data"] > 0 and signals.said.by_table:
        chances["documents"] = 0.0
    best = max(model.CLASSES, key=lambda kind: chances[kind])
    if best == "none":
        return Route("none", nothing_reason(signals, lang))
    return Route(best, _reason(best, signals, lang))


def _is_guess(sounding: Sounding, data: SqlAnswer) -> bool:
    """Whether a statement leaves much of the question unread and is not sure of the rest."""
    return data.confidence < _GUESS and len(sounding.unknown) > _UNREAD * max(sounding.words, 1)


def holds_together(signals: Signals) -> bool:
    """Whether both parts of a question found something to say."""
    written, data = signals.written, signals.data
    if written is None or data is None or not has_rows(data):
        return False
    if signals.compares:
        return bool(written.hits) and signals.checkable
    return written.status == "answered" or (written.chance > LIKELY and bool(written.hits))


def has_rows(data: SqlAnswer | None) -> bool:
    """Whether a statement ran, whatever it found."""
    return data is not None and data.sql is not None and data.result is not None and data.result.error is None


def nothing_reason(signals: Signals, lang: str) -> str:
    """'Nothing here can answer this', with the words that were looked for and not found."""
    unseen = signals.written.unseen if signals.written else ()
    unknown = signals.data.unknown if signals.data else signals.sounding.unknown
    if signals.written is None:
        missing: Sequence[str] = unknown
    else:  # a word that some document holds is not told to be nowhere
        missing = [word for word in unknown if word.lower() in {other.lower() for other in unseen}] or unseen
    words = [word for word in dict.fromkeys(missing) if says_topic(word, lang)][:_SHOWN]
    if not words:
        return translate("router.nothing", lang)
    quoted = ", ".join(f"«{word}»" if lang == "es" else f"“{word}”" for word in words)
    return translate("router.nothing_words", lang, words=quoted)


def _reason(side: str, signals: Signals, lang: str) -> str:
    if side == "data":
        key = "data_reason" if signals.written and signals.written.status != "answered" else "data_over_reason"
    else:
        key = "documents_over_reason" if has_rows(signals.data) else "documents_reason"
    return translate(f"router.{key}", lang)
