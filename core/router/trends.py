"""'Why did the margin fall in Q3?', 'how much did the Nordics grow?': what such a question asks of the tables, where
causes and growth are not written but measured. It looks nothing up.
"""

from __future__ import annotations

import functools
import re

from core.router.phrases import cue, fold, pattern


def asked_as_trend(clause: str, lang: str) -> str:
    """'why did the margin fall in Q3?' asks of the tables 'the margin by quarter'; '' where it is no such question."""
    text = clause.strip(" ¿?")
    match = _why_fell(lang).match(fold(text))
    if match is None:
        return ""
    what = text[match.start("what") : match.end("what")]
    whole = fold(f"{what} {text[match.end('what') :]}")
    has = {group: pattern(group, lang).search(whole) for group in ("quarter", "month")}
    year = re.search(r"\b(?:19|20)\d{2}\b", whole)
    grain = "quarter" if has["quarter"] else "month" if has["month"] or year else "year"
    lead = r"\b(?:(?:in|en|of|de|del|during|durante)\s+)?(?:(?:the|el)\s+)?(?:(?:first|second|third|fourth|last|"
    lead += rf"primer|segundo|tercer|cuarto|[uú]ltimo)\s+)?(?:{cue('quarter', lang)}|"
    lead += rf"{cue('month', lang)}|(?:19|20)\d{{2}})\b"
    what = " ".join(re.sub(lead, " ", what, flags=re.I).split())
    by = f"by {grain}" if lang == "en" else f"por {_GRAINS[grain]}"
    period = f" {'in' if lang == 'en' else 'en'} {year.group()}" if year else ""
    return f"{what} {by}{period}"


_GRAINS = {"quarter": "trimestre", "month": "mes", "year": "año"}


@functools.cache
def _why_fell(lang: str) -> re.Pattern[str]:
    if lang == "en":
        return re.compile(rf"^why (?:did|has|have|do|does|is|are|was|were) (?P<what>.+?) (?:{cue('fell', lang)})\b")
    return re.compile(rf"^por que (?:se )?(?:ha |han )?(?:{cue('fell', lang)}) (?P<what>.+)$")


def asks_growth(clause: str, lang: str) -> bool:
    """'By how much did sales change from 2024 to 2025?': asks for the change itself, not for a figure."""
    return re.match(r"by (?:how much|what)\b|¿?en (?:cuanto|que porcentaje)\b", fold(clause)) is not None and bool(
        pattern("growth", lang).search(fold(clause))
    )


def grown(data: str, question: str, lang: str) -> str:
    """'how much did the Nordics grow in 2025' asks of rows 'growth of sales in the Nordics by year', the measure being
    the table's that is named; '' where no growth is asked for."""
    folded = fold(data)
    if not pattern("growth", lang).search(folded):
        return ""
    rest = pattern("growth", lang).sub(lambda match: " " * len(match.group()), folded)
    kept = "".join(char if rest[place] == folded[place] else " " for place, char in enumerate(data))
    kept = re.sub(rf"\b(?:{_WITH_YEAR})?\s*(?:19|20)\d{{2}}\b", " ", kept)
    kept = re.sub(_ASKS_HOW_MUCH, " ", " ".join(kept.split()), flags=re.I).strip(" ¿?.,")
    measure = _measured(question, lang)
    of = f"{measure} {'in' if lang == 'en' else 'en'} {kept}" if measure and measure not in fold(kept) else kept
    return f"growth of {of} by year" if lang == "en" else f"crecimiento de {of} por año"


_WITH_YEAR = (
    "in|en|during|durante|of|de|from|to|between|and|desde|hasta|entre|a|y|respecto a|frente a|compared (?:to|with)"
)
_ASKS_HOW_MUCH = (
    r"^¿?(?:by )?(?:how much|what percentage|how)\b(?: (?:did|do|does|has|have))?|^¿?(?:en )?(?:cu[aá]nto|"
    r"qu[eé] porcentaje|"
    r"c[oó]mo)\b(?: (?:ha|han))?"
)


def _measured(question: str, lang: str) -> str:
    """What the table is about, by its name in the question: 'the sales data', 'según las ventas'."""
    noun = cue("table", lang)
    folded = fold(question)
    if lang == "en":
        found = re.search(rf"\b(?P<what>\w+) (?:{noun})\b", folded)
    else:
        found = re.search(
            rf"\b(?:{noun}) de (?:las |los |el |la )?(?P<what>\w+)|segun (?:las|los|la|el) (?P<name>\w+)\W*$", folded
        )
    told = next((name for name in found.groups() if name), "") if found else ""
    return "" if told in ("the", "our", "la", "el") else told
