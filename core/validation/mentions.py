"""The dates, names and codes of a statement, looked for in its sources: found, elsewhere on the page, or nowhere."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import replace

from core.validation.dates import DateSpan, Moment, read_dates
from core.validation.elapsed import begun_of, ends_of
from core.validation.evidence import Evidence, Finding, Found
from core.validation.measures import fold
from core.validation.names import Name, read_names
from core.validation.order import years_of
from core.validation.places import Segment, holds
from core.validation.sources import Passage
from core.validation.vocabulary import Word
from core.validation.word_lists import lexicon

_ALIKE, _SHORT = 0.75, 3
_INFLECTED = re.compile(r"(?:s|ly|ing|ed|mente|ando|iendo)$")
_TITLE = re.compile(r"(?:\s*[^\n]{0,160}(?:\n|$)){0,3}")
_YEAR_BEFORE = re.compile(
    r"\b(?:(?:a|one) year (?:ago|earlier|before)|(?:prior|previous|last|preceding)[ -]year|year[- ]end|"
    r"un ano antes|(?:ano|ejercicio) (?:anterior|pasado|previo|precedente)|cierre del (?:ano|ejercicio))\b"
)
_HALF = re.compile(r"\bhalf\b|\bsemestr\w+")
_SAME_TIME = re.compile(
    r"\b(?:same|corresponding|mism[oa]|igual) (?:quarter|half|period|month|trimestre|semestre|periodo|mes)\b"
)
_AFTER = re.compile(r"\b(?:days?|weeks?|dias?|semanas?) (?:after|later than|despues)\b")
_COMPARED_WITH = re.compile(
    r"\b(?:than|que|above|below|over|against|versus|(?:compared|frente|respecto) (?:with|to|al?|del?)|up on|down on)"
    r"(?: (?:in|en|of|del?|el|the|that of|at the end of|a finales de|hace))* (?:\w+ (?:de )?)?$"
)
_SMALL = frozenset("of and the for sobre with con in on de la el los las y del para por en".split())


def check_dates(claim: Segment, evidence: Evidence, skip: Sequence[tuple[int, int]] = ()) -> Found:
    """Look for every date: all that it says must be said by one date of the source, a year may stand elsewhere."""
    found = Found()
    known = _known_dates(evidence)
    known += evidence.rows.dates if evidence.rows is not None else []
    for date in claim.dates:
        if any(a <= date.start < b for a, b in skip):
            continue
        found.total += 1
        if any(_said(moment, known) for moment in date.readings):
            found.proven += 1
            continue
        if _follows(date, evidence, known) or _is_word(date, claim, evidence):
            found.proven += 1
            found.computed = True
            continue
        far = [p for p in evidence.passages if holds(fold(p.page_text), fold(date.text))]
        undated = not any(s.dates for passage in evidence.passages for s in passage.quoted)
        if far and undated and all(m.day is None and m.month is None for m in date.readings):
            found.proven += 1
            continue
        if far and all(moment.day is None for moment in date.readings):
            found.findings.append(Finding("date_elsewhere", {"what": date.text}, hard=False))
            continue
        instead = next((d.text for d in known if _same_shape(date, d) and d.text != date.text), "")
        reason = "date_instead" if instead else "date_missing"
        found.findings.append(Finding(reason, {"what": date.text, **({"instead": instead} if instead else {})}))
    if not found.findings and not skip and not found.computed:
        found.findings += _other_years(claim, evidence) or _other_months(claim, evidence)
    if not found.findings:
        found.findings += _other_base(claim, evidence)
    return found


def _is_word(date: DateSpan, claim: Segment, evidence: Evidence) -> bool:
    """Whether a bare month stands in a quoted sentence as a word: 'the March meeting'."""
    if any(replace(moment, month=None) != Moment() for moment in date.readings):
        return False
    own = frozenset().union(*(w.keys for w in claim.words if date.start <= w.start < date.end))
    return any(own & w.keys for p in evidence.passages for s in p.quoted for w in s.words)


def _known_dates(evidence: Evidence) -> list[DateSpan]:
    """The dates of the passages; those that only name the document do not count where the quotes tell months."""
    quoted = [date for passage in evidence.passages for s in passage.quoted for date in s.dates]
    if not any(moment.month for date in quoted for moment in date.readings):
        return [date for passage in evidence.passages for date in passage.dates]
    return [date for p in evidence.passages for date in p.dates if date not in p.naming or _is_year(date)]


def _is_year(date: DateSpan) -> bool:
    return all(replace(moment, year=None) == Moment() for moment in date.readings)


def _follows(date: DateSpan, evidence: Evidence, known: Sequence[DateSpan]) -> bool:
    """A date that others give: ten years from 2023 end in 2033, six months are a half, a year earlier is the year
    before."""
    spans = [(p.quantity.unit, p.quantity.readings[0][0]) for p in evidence.places if p.quoted and p.quantity.readings]
    for moment in date.readings:
        if moment.half is not None and moment.year is None and moment.month is None:
            halves = any(_HALF.search(passage.near_folded) for passage in evidence.passages)
            if halves or (moment.half == 1 and ("month", 6.0) in spans):
                return True
        years = {other.year for told in known for other in told.readings if other.year}
        ends = {year + int(count) for year in years for unit, count in spans if unit == "year"}
        if moment.year in ends and replace(moment, year=None) == Moment():
            return True
        if moment.year in years and _SAME_TIME.search(_quoted_text(evidence)):
            rest = replace(moment, year=None)
            if any(rest.agrees(replace(other, year=None)) for told in known for other in told.readings):
                return True  # 'the third quarter of 2024' where 'the same quarter of 2024' is said of one in 2025
        begun = [other for told in known for other in told.readings]
        if any(moment.agrees(end) for other in begun for unit, count in spans for end in ends_of(other, count, unit)):
            return True
        back = spans if _AFTER.search(_quoted_text(evidence)) else []
        days = [begun_of(other, count, unit) for other in begun for unit, count in back]
        if any(moment.day and day is not None and moment.agrees(day) for day in days):
            return True  # '5 December, three days after the flood'
        if moment.year is not None and _speaks_of_year_before(evidence):
            later = replace(moment, year=moment.year + 1)
            if any(later.agrees(other) for told in known for other in told.readings) or moment.year + 1 in years:
                return True
    return False


def _quoted_text(evidence: Evidence) -> str:
    return "\n".join(fold(segment.text) for passage in evidence.passages for segment in passage.quoted)


def _speaks_of_year_before(evidence: Evidence) -> bool:
    return any(_YEAR_BEFORE.search(fold(s.text)) for passage in evidence.passages for s in passage.quoted)


def _other_years(claim: Segment, evidence: Evidence) -> list[Finding]:
    """A statement whose years are none of those that its quoted sentences name."""
    said = [date for date in claim.dates if any(m.year for m in date.readings)]
    own = {m.year for date in said for m in date.readings}
    quoted = {m.year for p in evidence.passages for s in p.quoted for d in s.dates for m in d.readings if m.year}
    rows = {y for place in evidence.places if place.quoted for y in years_of(place)}
    named = {m.year for p in evidence.passages for d in read_dates(p.identity) for m in d.readings}
    if not own or not quoted or own & (quoted | rows | named) or evidence.rows is not None:
        return []
    if _speaks_of_year_before(evidence) and {year + 1 for year in own} & (quoted | named):
        return []
    return [Finding("date_instead", {"what": said[0].text, "instead": str(min(quoted))})]


def _other_base(claim: Segment, evidence: Evidence) -> list[Finding]:
    """'54 more than in 2026' of 2025: a year to compare with that is the statement's own or later, or that neither the
    quotes nor their rows tell, nor the year after it."""
    years = [(date, m.year) for date in claim.dates for m in date.readings[:1] if m.year and date.start]
    bases = [(date, year) for date, year in years if _COMPARED_WITH.search(fold(claim.text[: date.start]))]
    own = {year for date, year in years if (date, year) not in bases}
    quoted = {m.year for p in evidence.passages for s in p.quoted for d in s.dates for m in d.readings if m.year}
    told = quoted | {y for place in evidence.places if place.quoted for y in years_of(place)}
    for date, year in bases:
        if year not in quoted and (year in own or (told and not {year, year + 1} & told)):
            return [Finding("date_instead", {"what": date.text, "instead": str(min(told or {year - 1}))})]
    return []


def _other_months(claim: Segment, evidence: Evidence) -> list[Finding]:
    """A statement whose months are none of those that its quoted sentences name: they stand beside them."""
    said = [date for date in claim.dates if any(m.month for m in date.readings)]
    own = {m.month for date in said for m in date.readings if m.month}
    told = [d for p in evidence.passages for s in p.quoted for d in s.dates if any(m.month for m in d.readings)]
    quoted = {m.month for date in told for m in date.readings}
    rows = any(key.startswith("@month") for p in evidence.places if p.column is not None for key in p.context)
    if not own or not quoted or own & quoted or rows or evidence.rows is not None:
        return []
    return [Finding("date_instead", {"what": said[0].text, "instead": told[0].text})]


def _said(moment: Moment, known: Sequence[DateSpan]) -> bool:
    if any(moment.agrees(other) for date in known for other in date.readings):
        return True
    rest = replace(moment, year=None)
    if moment.year is None or rest == Moment():
        return False
    undated = any(rest.agrees(other) and other.year is None for date in known for other in date.readings)
    return undated and any(other.year == moment.year for date in known for other in date.readings)


def _same_shape(date: DateSpan, other: DateSpan) -> bool:
    first, second = date.readings[0], other.readings[0]
    return all(
        (getattr(first, n) is None) == (getattr(second, n) is None) for n in ("year", "half", "quarter", "month", "day")
    )


def check_names(claim: Segment, names: Sequence[Name], evidence: Evidence, pool: str) -> Found:
    """Look for every name and code; `pool` is other text of the same sources, where a sentence's first word may be
    known as a name."""
    found = Found()
    words = {word.start: word for word in claim.words}
    for name in names:
        word = words.get(name.start)
        keys = word.keys if word else frozenset()
        folded = fold(name.text)
        if _known_name(folded, keys, evidence) or _known_otherwise(name, claim.text, evidence):
            found.total += name.sure
            if name.sure and _of_the_neighbour(name, claim, evidence):
                found.findings.append(Finding("name_elsewhere", {"what": name.text}, hard=False))
            else:
                found.proven += name.sure
            continue
        far = any(holds(fold(passage.page_text), folded) for passage in evidence.passages)
        inside = re.search(rf"(?<=[^\W\d_,;)] ){re.escape(name.text)}(?![^\W_])", pool)
        if not name.sure and not inside and not _is_unknown_row(word, evidence):
            continue
        found.total += 1
        reason = "name_elsewhere" if far else "name_missing"
        found.findings.append(Finding(reason, {"what": name.text}, hard=not far))
    for quantity in claim.quantities:
        if quantity.kind == "code":
            found.total += 1
            if _known_code(quantity.text, evidence):
                found.proven += 1
            else:
                found.findings.append(Finding("name_missing", {"what": quantity.text}))
    return found


def _is_unknown_row(word: Word | None, evidence: Evidence) -> bool:
    """Whether the first word of a statement about rows is none that the lists know, and so a name that no row has."""
    if evidence.rows is None or evidence.passages or word is None or _INFLECTED.search(fold(word.text)):
        return False
    cells = (cell for row in evidence.rows.result.rows[:200] for cell in row if isinstance(cell, str))
    labels = [fold(part) for cell in cells for part in cell.split()]
    alike = difflib.get_close_matches(fold(word.text), labels, n=1, cutoff=_ALIKE)
    return not word.known and len(word.text) > _SHORT and not alike  # 'Oporto' for 'Porto'


def _of_the_neighbour(name: Name, claim: Segment, evidence: Evidence) -> bool:
    """Whether a name stands only in sentences beside the quotes, which themselves name something that the statement
    does not: it may be told of the wrong one."""
    if evidence.rows is not None or not evidence.passages:
        return False
    quoted = "\n".join(segment.text for passage in evidence.passages for segment in passage.quoted)
    beside = "\n".join(s.text for p in evidence.passages for s in p.segments if s not in p.quoted)
    word = next((w for w in claim.words if w.start == name.start), None)
    held = {key for p in evidence.passages for s in p.quoted for w in s.words for key in w.keys}
    known = holds(fold(quoted), fold(name.text)) or (word is not None and word.keys & held)
    if (
        known
        or not holds(fold(beside), fold(name.text))
        or any(holds(_title(p), fold(name.text)) for p in evidence.passages)
    ):
        return False
    said = fold(claim.text)
    own = [n for p in evidence.passages for s in p.quoted for n in read_names(s.text, s.dates, s.quantities) if n.sure]
    return any(not holds(said, fold(other.text)) for other in own)


def _title(passage: Passage) -> str:
    """The first lines of what names a document: its name and its title, no running text."""
    return _TITLE.match(passage.identity)[0]  # type: ignore[index]


def _known_name(folded: str, keys: frozenset[str], evidence: Evidence) -> bool:
    for passage in evidence.passages:
        if keys & passage.keys.keys() or holds(passage.near_folded, folded) or holds(passage.identity, folded):
            return True
    rows = evidence.rows
    if rows is None:
        return False
    return holds(rows.text, folded) or any(keys & part.keys() for part in (*rows.columns, *rows.labels[:200]))


def _known_otherwise(name: Name, said: str, evidence: Evidence) -> bool:
    """Whether the source has what a name stands for: 'CFO' and 'chief financial officer', or an acronym's words."""
    texts = [passage.near_folded for passage in evidence.passages]
    texts += [evidence.rows.text] if evidence.rows is not None else []
    folded, word = fold(said), fold(name.text)
    for forms in lexicon()["same_names"]:
        own = [form for form in forms if word in form.split() and holds(folded, form)]
        if own and any(holds(text, form) for form in forms if form not in own for text in texts):
            return True
    return name.text.isupper() and len(word.replace("&", "")) > 1 and any(_has_initials(text, word) for text in texts)


def _has_initials(text: str, letters: str) -> bool:
    """Whether words in a row begin with these letters, small words left out."""
    initials = "".join(w[0] for w in re.findall(r"[^\W\d_]+", text) if len(w) > 3 or w not in _SMALL)
    return letters.replace("&", "") in initials


def _known_code(code: str, evidence: Evidence) -> bool:
    wanted = _squeeze(code)
    texts = [f"{passage.near_text} {passage.identity}" for passage in evidence.passages]
    texts += [evidence.rows.text] if evidence.rows is not None else []
    return any(wanted in _squeeze(text) for text in texts)


def _squeeze(text: str) -> str:
    return re.sub(r"[\s\-./_]", "", fold(text))
