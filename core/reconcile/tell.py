"""Comparisons in words, in the question's language: 'report p. 12: 12.4 M; table: 12.1 M, 2.4 % apart', and why."""

from __future__ import annotations

from collections.abc import Sequence

from core.i18n import format_number, plural, translate
from core.records import Comparison

_LISTED = 8


def agreement(comparisons: Sequence[Comparison]) -> str | None:
    """'agree' where every compared figure agrees, 'differ' where one does not, None where none was compared."""
    if not comparisons:
        return None
    return "differ" if any(found.verdict == "differ" for found in comparisons) else "agree"


def tell_comparisons(comparisons: Sequence[Comparison], lang: str) -> str:
    """Markdown: the verdict, then each figure with its [n] mark; '' where nothing was compared. The amount that the
    question names comes first."""
    claimed = [found for found in comparisons if not found.file]
    told = [_tell_one(found, lang, "claim_") for found in claimed]
    stated = [found for found in comparisons if found.file]
    return "\n\n".join((*told, *([_tell_stated(stated, lang)] if stated else [])))


def _tell_stated(comparisons: Sequence[Comparison], lang: str) -> str:
    if len(comparisons) == 1:
        return _tell_one(comparisons[0], lang)
    apart = sum(found.verdict == "differ" for found in comparisons)
    key = "reconcile.all_agree" if not apart else "reconcile.some_differ"
    head = plural(key, apart or len(comparisons), lang, total=len(comparisons))
    ordered = sorted(comparisons, key=lambda found: found.verdict == "agree")
    lines = [f"- {found.label}: {_figures(found, lang)}" for found in ordered[:_LISTED]]
    left = len(ordered) - _LISTED
    if left > 0:
        lines.append(f"- {plural('reconcile.more', left, lang)}")
    why = [_why(found, lang) for found in ordered[:1] if found.verdict == "differ"]
    return "\n".join((head, "", *lines, *(["", *why] if why else [])))


def _tell_one(found: Comparison, lang: str, kind: str = "") -> str:
    head = translate(f"reconcile.{kind}{found.verdict}", lang)
    return f"{head} {_figures(found, lang)}. {_why(found, lang) if found.file else ''}".strip()


def _figures(found: Comparison, lang: str) -> str:
    tabled = value_text(found.tabled, lang, found.in_points)
    if found.file:
        place = {"file": found.file, "page": str(found.page)}
        text = f"{translate('reconcile.figures', lang, **place, stated=found.stated, tabled=tabled)} [{found.n}]"
    else:
        text = translate("reconcile.claimed", lang, stated=found.stated, tabled=tabled)
    if found.verdict == "agree" or found.reason == "bound":
        return text
    key = "reconcile.apart_points" if found.in_points else "reconcile.apart"
    return f"{text}, {translate(key, lang, apart=format_number(found.apart_pct, lang))}"


def _why(found: Comparison, lang: str) -> str:
    if found.reason == "exact":
        return ""
    return translate(f"reconcile.{found.reason}", lang, **found.params)


def value_text(value: float, lang: str, percent: bool = False) -> str:
    return f"{format_number(round(value, 2), lang)}{' %' if percent and lang == 'es' else '%' if percent else ''}"
