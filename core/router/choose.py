"""Which sides to ask, and whose answer to show, from both sides' own scores. Nothing is answered here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from core.i18n import translate
from core.records import DocumentsAnswer, Route, Sounding, SqlAnswer
from core.router.phrases import Said

Hint = Literal["auto", "documents", "data", "both"]

_PER_UNKNOWN = 0.12  # what each word that no table knows takes off the rows' confidence
_ROWS_ALONE = 0.3
_ROWS_SURE = 0.5
_ROWS_LEAD = 0.15


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of a question when its route is chosen. A side that was not asked is None; `parted` says that it
    has a part for each side, `compares` that those are to be laid side by side."""

    said: Said
    sounding: Sounding = field(default_factory=Sounding)
    written: DocumentsAnswer | None = None
    data: SqlAnswer | None = None
    parted: bool = False
    compares: bool = False


def sides(hint: Hint, has_tables: bool, has_documents: bool) -> tuple[str, ...]:
    """Which sides to ask: what the hint names, else what the workspace holds."""
    if hint == "both":
        return ("documents", "data")
    if hint != "auto":
        return (hint,)
    held = (("documents", has_documents or not has_tables), ("data", has_tables))
    return tuple(side for side, is_held in held if is_held)


def choose(signals: Signals, lang: str) -> Route:
    """Which side's answer to show, by how sure each is of its own."""
    written, data = signals.written, signals.data
    if written is None or data is None:
        side = "data" if written is None else "documents"
        return Route(side, translate(f"router.{side}_reason", lang))
    if data.result is None or data.result.error is not None or data.sql is None:
        return Route("documents", translate("router.documents_reason", lang))
    if signals.parted and written.status == "answered":
        return Route("both", translate("router.both_reason", lang))
    quoted = written.confidence if written.status == "answered" else 0.0
    sure = data.confidence - _PER_UNKNOWN * len(data.unknown)
    if written.status != "answered" and sure >= _ROWS_ALONE:
        return Route("data", translate("router.data_reason", lang))
    if sure >= _ROWS_SURE and sure >= quoted - _ROWS_LEAD:
        return Route("data", translate("router.data_over_reason", lang))
    return Route("documents", translate("router.documents_reason", lang))
