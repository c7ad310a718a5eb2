"""True answers -> changed ones: one figure, date, unit, name, negation, source or pair of values is made false.

The text is changed by plain patterns of its own, not by the readers that the checks use: what those overlook must
count against them. Everything is drawn from a seed, so that a run can be repeated.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from core.evaluation.claim_cases import ClaimCase

_FIGURE = re.compile(r"(?<![\w\[.,-])[€$£]?\d[\d.,]*\d|(?<![\w\[.,-])[€$£]?\d(?![\w.,-])")
_SKIPPED = re.compile(r"\b(?:19|20)\d\d\b")
_MONTHS = (
    "January February March April May June July August September October November December".split(),
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
)
_UNITS = (
    ("million", "thousand"), ("millones", "miles"), ("€", "$"), ("euros", "dollars"), (" %", " puntos"), ("%", " pp"),
    ("days", "weeks"), ("días", "semanas"), ("hours", "days"), ("horas", "días"), ("minutes", "hours"),
    ("years", "months"), ("m²", "km"), ("tonnes", "kilos"), ("weeks", "months"), ("semanas", "meses"),
    ("años", "meses"), ("meses", "años"), ("months", "years"), ("£", "€"), ("libras", "euros"), ("coronas", "euros"),
    ("dólares", "euros"), ("thousand", "million"), ("toneladas", "kilos"), ("minutos", "horas"), ("NOK ", "EUR "),
)  # fmt: skip
_SIDES = (
    ("rose", "fell"), ("grew", "shrank"), ("increased", "decreased"), ("higher", "lower"), ("more", "less"),
    ("creció", "cayó"), ("crecieron", "cayeron"), ("subió", "bajó"), ("subieron", "bajaron"), ("más", "menos"),
    ("bajó", "subió"), ("cayó", "creció"), ("fell", "rose"), ("dropped", "rose"), ("up", "down"), ("down", "up"),
    ("largest", "smallest"), ("before", "after"), ("approved", "rejected"), ("above", "below"), ("profit", "loss"),
)  # fmt: skip
_DENIED = {
    "en": re.compile(r"\b(was|were|is|are|has|have|had|will|may|must|can|should)\b(?! not|['’]t| only)"),
    "es": re.compile(
        r"\b((?:se )?(?:fue|fueron|es|son|era|creció|cayó|subió|subieron|bajó|pagó|pagará|paga|vendió|sumó|sumaron|"
        r"sumaba|aportó|supuso|perdieron|pasaron|tarda|tardó|terminará|añadirá|ahorrará|sustituyó|dura|vence|da|exige|debe|"
        r"deben|puede|pueden|admite|reunió|cobraron|aprobó|costaba|facturó|compró|rompió|dio|mantiene|espera|esperan|tiene|"
        r"dirige|llega|creció|gastó|gana|prorroga|comunica|dura|está|están|cubren|abona|supone|supera|cuesta|cuenta|"
        r"requiere|pagan|paga|responden|proceden|vienen|permite|ha|han|había|[^\W\d_]{3,}(?:ó|aron|ieron|ará|erá|irá)))\b"
    ),
}
_NAME = re.compile(r"(?<=[\w,;)] )(?:[A-ZÁÉÍÓÚÑ][\wáéíóúñäöøåü'’]+)(?: (?:de |del )?[A-ZÁÉÍÓÚÑ][\wáéíóúñäöøåü'’]+)*")


@dataclass(frozen=True, slots=True)
class Changed:
    kind: str
    case: ClaimCase


def falsify(cases: Sequence[ClaimCase], per_case: int = 7, seed: int = 7) -> list[Changed]:
    """Every kind of change that each case admits, at most `per_case` of them, in a fixed order."""
    names = _pool(cases)
    made = []
    for case in cases:
        chance = random.Random(f"{seed}:{case.id}")
        for change in (_figure, _date, _unit, _name, _negation, _source, _swap)[:per_case]:
            changed = change(case, chance, names if change is _name else cases)
            if changed is not None and changed != case:
                made.append(Changed(change.__name__.strip("_"), changed))
    return made


def _pool(cases: Sequence[ClaimCase]) -> list[str]:
    found = {name for case in cases for name in _NAME.findall(case.text)}
    return sorted(name for name in found if name not in _MONTHS[0] and not name.startswith("Q"))


def _put(case: ClaimCase, start: int, end: int, text: str) -> ClaimCase:
    return replace(case, text=case.text[:start] + text + case.text[end:])


def _figures(case: ClaimCase) -> list[re.Match[str]]:
    """Figures of the text that are no year and no part of a date."""
    dates = [match.span() for match in _date_spans(case.text)]
    return [
        match
        for match in _FIGURE.finditer(case.text)
        if not _SKIPPED.fullmatch(match.group()) and not any(a <= match.start() < b for a, b in dates)
    ]


def _date_spans(text: str) -> list[re.Match[str]]:
    months = "|".join(_MONTHS[0] + _MONTHS[1])
    return list(
        re.finditer(rf"\b\d{{1,2}} (?:de )?(?:{months})\b|\b(?:{months}) \d{{1,2}}\b|\b\d{{4}}-\d\d-\d\d\b", text)
    )


def _figure(case: ClaimCase, chance: random.Random, _: object) -> ClaimCase | None:
    found = _figures(case)
    if not found:
        return None
    match = chance.choice(found)
    digits = [n for n, char in enumerate(match.group()) if char.isdigit()]
    at = digits[0] if len(digits) == 1 else chance.choice(digits[: max(2, len(digits) - 1)])
    old = match.group()[at]
    new = chance.choice([d for d in "123456789" if d != old])
    changed = match.group()[:at] + new + match.group()[at + 1 :]
    return _put(case, match.start(), match.end(), changed)


def _date(case: ClaimCase, chance: random.Random, _: object) -> ClaimCase | None:
    options = [(m.start(), m.end(), _other_year(m.group(), chance)) for m in _SKIPPED.finditer(case.text)]
    for months in _MONTHS:
        for match in re.finditer(rf"\b(?:{'|'.join(months)})\b", case.text):
            if match.group() != "May" or case.text[: match.start()].rstrip()[-2:].isdigit():
                options.append((match.start(), match.end(), chance.choice([m for m in months if m != match.group()])))
    for match in _date_spans(case.text):
        day = re.search(r"\b\d{1,2}\b", match.group())
        if day and len(match.group()) > 2 and "-" not in match.group():
            other = str(int(day.group()) % 28 + 1)
            start = match.start() + day.start()
            options.append((start, start + len(day.group()), other))
    return _put(case, *chance.choice(options)) if options else None


def _other_year(year: str, chance: random.Random) -> str:
    return str(int(year) + chance.choice((-3, -2, -1, 1, 2)))


def _unit(case: ClaimCase, chance: random.Random, _: object) -> ClaimCase | None:
    options = []
    for old, new in _UNITS:
        for match in re.finditer(
            rf"(?<=[\d ]){re.escape(old)}(?!\w)|(?<=\d){re.escape(old)}|{re.escape(old)}(?=\d)", case.text
        ):
            if old in "€%" or re.search(
                r"(?:\d|hundred|two|four|eight|dos|tres|cuatro|cinco|thirty)\s*$", case.text[: match.start()]
            ):
                options.append((match.start(), match.end(), new))
    return _put(case, *chance.choice(options)) if options else None


def _name(case: ClaimCase, chance: random.Random, names: object) -> ClaimCase | None:
    found = [m for m in _NAME.finditer(case.text) if m.group() not in _MONTHS[0] and not m.group().startswith("Q")]
    if not found:
        return None
    match = chance.choice(found)
    own = set(match.group().split())
    others = [name for name in names if not own & set(name.split())]  # type: ignore[attr-defined]
    return _put(case, match.start(), match.end(), chance.choice(others)) if others else None


def _negation(case: ClaimCase, chance: random.Random, _: object) -> ClaimCase | None:
    options = []
    for old, new in _SIDES:
        options += [(m.start(), m.end(), new) for m in re.finditer(rf"\b{old}\b(?! than| de )", case.text)][:1]
    if case.lang == "en":
        options += [(m.start(), m.end(), f"{m.group(1)} not") for m in _DENIED["en"].finditer(case.text)][:1]
        options += [(m.start(), m.end(), "") for m in re.finditer(r"\bnot ", case.text)]
    else:
        options += [(m.start(), m.end(), f"no {m.group(1)}") for m in _DENIED["es"].finditer(case.text)
                    if not case.text[: m.start()].rstrip().lower().endswith(" no")][:1]  # fmt: skip
        options += [(m.start(), m.end(), "") for m in re.finditer(r"\bno (?=se |puede|asist|val)", case.text)]
    return _put(case, *chance.choice(options)) if options else None


def _source(case: ClaimCase, chance: random.Random, cases: object) -> ClaimCase | None:
    """One mark leads to another passage: of this answer, or of another answer over the same file."""
    if not case.citations:
        return None
    if len(case.citations) > 2 and chance.random() < 0.5:
        order = [*case.citations[1:], case.citations[0]]
        return replace(case, citations=tuple(order))
    own = {citation.quote for citation in case.citations}
    others = [
        citation
        for other in cases  # type: ignore[attr-defined]
        for citation in other.citations
        if citation.file == case.citations[0].file and citation.quote not in own and other.id != case.id
        and abs(citation.page - case.citations[0].page) + (citation.quote[:20] != case.citations[0].quote[:20]) > 0
    ]  # fmt: skip
    if not others:
        return None
    return replace(case, citations=tuple(chance.choice(others) for _ in case.citations))


def _swap(case: ClaimCase, chance: random.Random, _: object) -> ClaimCase | None:
    """Two figures change places, or two names."""
    found = [m for m in _figures(case) if len(m.group()) > 1]
    pairs = [
        (a, b) for a in found for b in found if a.start() < b.start() and a.group().strip("€$") != b.group().strip("€$")
    ]
    names = list(_NAME.finditer(case.text)) if case.columns else []
    pairs += [
        (a, b)
        for a in names
        for b in names
        if a.start() < b.start() and a.group() != b.group() and not _listed(case.text[a.end() : b.start()])
    ]
    if not pairs:
        return None
    a, b = chance.choice(pairs)
    text = case.text
    return replace(case, text=text[: a.start()] + b.group() + text[a.end() : b.start()] + a.group() + text[b.end() :])


def _listed(between: str) -> bool:
    """'A and B', 'A, B' say the same the other way round."""
    return re.fullmatch(r"\s*(?:,|and|y|e|or|o|,\s*\w+\s+(?:and|y))\s*", between) is not None


KINDS: tuple[Callable, ...] = (_figure, _date, _unit, _name, _negation, _source, _swap)
