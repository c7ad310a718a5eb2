"""A follow-up to an answer from tables, as an edit of the question before it: a filter added or changed, another
period, grouping or chart, the first few, one of the rows that were shown.

`edit_question` gives the whole question anew, so that it can be shown, corrected and asked again; None where what was
said is a question of its own. Nothing is run here.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace
from typing import Any

from core.records import Catalog, QueryResult, SqlAnswer
from core.sql.business_time import reach_of
from core.sql.calendar import find_grain, find_periods
from core.sql.chart_request import chart_asked, without_chart
from core.sql.edit_statement import is_plain, restrict_sql
from core.sql.lexicon import builtin_lexicon, fold
from core.sql.link import Links, ValueMention, is_content
from core.sql.propose import builtin_parser, link_question
from core.sql.reshape import Edit, reshape
from core.sql.schema import Schema, schema_of
from core.sql.words import stem

_WORDS_MAX = 9
_LISTED_MAX = 60
_OPENER = {
    "en": r"(?:and|but|now|then|so|ok(?:ay)?|also|just|only|please|same|what about|how about|the same|show|give me|"
    r"let's see)\b[,\s]*",
    "es": r"(?:y|e|pero|ahora|vale|entonces|tambien|ademas|solo|solamente|unicamente|por favor|lo mismo|que tal|"
    r"que hay|muestrame|muestralo|dame|ensename)\b[,\s]*",
}
_ADDS = re.compile(r"\b(?:also|too|as well|tambi[eé]n|adem[aá]s)\b", re.I)
_CHART = re.compile(
    r"^(?:(?:show|plot|draw|chart|make|put|display|give)\s+(?:it|that|this|them|me)?\s*)?(?:mu[eé]stralo|"
    r"p[oó]nlo|dib[uú]jalo|ponlo|hazlo|"
    r"gr[aá]f[ií]calo)?\s*(?:as|in|with|like|como|en|con)?\s*(?:a|an|un|una)?\s*(?:forma de |gr[aá]ficos? de |"
    r"diagrama de )?"
    r"(?P<kind>lines?|bars?|columns?|pie|scatter|histogram|box|heat ?map|table|chart|graph|l[ií]neas?|barras|"
    r"columnas|tarta|circular|sectores|"
    r"dispersi[oó]n|histograma|cajas?|mapa de calor|tabla|gr[aá]fic[oa])(?:\s+(?:chart|plot|graph|form))?$",
    re.I,
)
_LAST_YEAR = re.compile(
    r"\b(?:compar\w*|versus|vs\.?|against|frente|respecto)\b.*\b(?:last|previous|prior|the year before|"
    r"(?:a[nñ]o|ejercicio) "
    r"(?:pasado|anterior))\b|\bthan (?:last|the previous) year\b",
    re.I,
)
_COMPARE_YEAR = re.compile(
    r"\b(?:compar\w*|versus|vs\.?|against|frente a|respecto a)\b\D*(?P<year>(?:19|20)\d{2})\b", re.I
)
_TOP = re.compile(
    r"^(?:the )?(?:top|first|best|los|las)?\s*(?P<n>\d{1,2}|three|five|ten|tres|cinco|diez)?\s*(?:primer[oa]s|"
    r"top|best|mejores|first|ones)?$",
    re.I,
)
_ORDERED = re.compile(r",?\s*(?:de mayor a menor|de menor a mayor|descending|ascending|in (?:de|a)scending order)")
_NUMBERS = {"three": 3, "five": 5, "ten": 10, "tres": 3, "cinco": 5, "diez": 10}
_ORDINALS = {
    "first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "primero": 0, "primera": 0, "segundo": 1,
    "segunda": 1, "tercero": 2, "tercera": 2, "cuarto": 3, "cuarta": 3, "quinto": 4, "quinta": 4, "ultimo": -1,
    "ultima": -1,
}  # fmt: skip
_ORDINAL = re.compile(
    r"\b(?:the|el|la|al|del|a la|de la)\s+(first|second|third|fourth|fifth|last|primer[oa]|segund[oa]|"
    r"tercer[oa]|cuart[oa]|quint[oa]|"
    r"[uú]ltim[oa])(?:\s+(?:one|de (?:ellos|ellas|la lista)))?(?=\s*(?:$|[?,.]|(?:in|by|per|en|por|de|and|y|"
    r"compr|sell|buy|bought|did|has|have|is)\b))",
    re.I,
)
_THOSE = re.compile(
    r"^[¿\s]*(?:and |y )?(?:of|from|among|de|entre)\s+(?:those|these|them|es[oa]s|est[oa]s|ell[oa]s)\b[,\s]*|"
    r"\b(?:which|cu[aá]les?|qui[eé]nes?|cu[aá]l|cu[aá]nt[oa]s|how many) (?:of|de) (?:those|these|them|es[oa]s|"
    r"est[oa]s|ell[oa]s)\b",
    re.I,
)
_NAMED = 0.6  # a link this strong calls a column by its name
_IN = {"en": "in", "es": "en"}
_ONLY = {"en": "only", "es": "solo"}


def edit_question(said: str, before: str, answer: SqlAnswer, catalog: Catalog, lang: str) -> Edit | None:
    """`said` after the question `before` (whole) and its `answer`; None where it asks something of its own."""
    if answer.sql is None or answer.result is None or not catalog.tables:
        return None
    text = " ".join(said.split()).strip(" ?¿!¡.")
    rest = _strip_opener(text, lang)
    if not rest:
        return None
    chart, before = chart_asked(before), without_chart(before)
    if _CHART.match(fold(rest)):
        led = re.match(r"(?:as|in|como|en)\b", rest, re.I)
        asked = _join(before, rest if led else f"{'as' if lang == 'en' else 'como'} {rest}")
        return Edit(asked, ("chart",), sql=answer.sql.text)
    reshaped = reshape(text, rest, before, answer, lang)
    if reshaped is not None:
        return replace(reshaped, question=_join(reshaped.question, chart)) if chart else reshaped
    those = _THOSE.search(text)
    if those and (labels := _labels(answer.result)):
        asked = f"{text[: those.start()]} {_wh_of(those.group())} {text[those.end() :]}"
        return Edit(_whole(_name_column(asked, labels[0]), lang), ("rows",), only=labels)
    edit = _edit_spans(text, rest, before, answer, catalog, lang)
    return replace(edit, question=_join(edit.question, chart)) if edit and chart else edit


def _edit_spans(text: str, rest: str, before: str, answer: SqlAnswer, catalog: Catalog, lang: str) -> Edit | None:
    named = _name_row(rest, answer.result)
    lexicon, parser = builtin_lexicon(), builtin_parser()
    schema = schema_of(catalog, lexicon)
    today = datetime.date.today()
    new = _read(named or rest, lang, schema, link_question(named or rest, lang, schema, lexicon, parser), today)
    if new is None and named:
        return Edit(_whole(named, lang), ("row",))
    if new is None:
        return None
    old_links = link_question(before, lang, schema, lexicon, parser)
    old = _Parts.of(before, old_links, schema, today)
    edit = _apply(new, old, before, old_links, lang, adds=bool(_ADDS.search(text)), row=bool(named))
    if edit is None or edit.changed != ("filter",) or new.negated or old.has(new.values[0][0]) or named:
        return edit
    (number, _, stored) = new.values[0]
    kept = restrict_sql(answer.sql.text, schema.columns[number].column.name, (stored,), catalog)
    return replace(edit, sql=kept if is_plain(answer.sql.text) else None)


def _strip_opener(text: str, lang: str) -> str:
    opener = re.match(rf"^(?:{_OPENER[lang]})+", fold(text))
    return text[opener.end() :].strip() if opener else text


def _labels(result: QueryResult) -> tuple[str, tuple[Any, ...]] | None:
    """The first column of names among the rows that were shown, and its values."""
    for place, name in enumerate(result.columns):
        values = tuple(dict.fromkeys(row[place] for row in result.rows[:_LISTED_MAX]))
        if values and all(isinstance(value, str) for value in values):
            return name, values
    return None


def _wh_of(text: str) -> str:
    found = re.match(r"(?:which|cu[aá]les?|qui[eé]nes?|cu[aá]nt[oa]s|how many)", text.strip(), re.I)
    return found.group() if found else ""


def _name_column(text: str, column: str) -> str:
    """'which sold most?' among rows of regions asks 'which region sold most?'."""
    plain = " ".join(text.split()).strip(" ¿")
    match = re.match(
        r"(?:which|cu[aá]l(?:es)?|qu[eé]|qui[eé]n(?:es)?)\b(?: (?:ones?|is|are|was|were|es|son|fue|fueron)\b)?",
        plain,
        re.I,
    )
    if match is None:
        return plain
    spanish = not match.group().lower().startswith("which")
    return f"{'qué' if spanish else 'which'} {column}{plain[match.end() :]}"


def _name_row(text: str, result: QueryResult) -> str:
    """`text` with 'the second one' as the name in that row; '' where no row is meant."""
    match, labels = _ORDINAL.search(text), _labels(result)
    if match is None or labels is None:
        return ""
    place = _ORDINALS[fold(match.group(1))]
    if place >= len(labels[1]):
        return ""
    return f"{text[: match.start()]}{labels[1][place]}{text[match.end() :]}"


# ---------------------------------------------------------------- what is said anew


@dataclass(frozen=True, slots=True)
class _New:
    """What a fragment says: stored values (column, as said, as stored), a period, a unit of time, a grouping, how many,
    a year, a column of figures."""

    values: tuple[tuple[int, str, Any], ...] = ()
    period: str = ""
    grain: str = ""
    dimension: str = ""
    limit: int | None = None
    compare: str = ""
    negated: bool = False
    measure: str = ""
    article: str = ""


def _read(text: str, lang: str, schema: Schema, links: Links, today: datetime.date) -> _New | None:
    """The parts of a fragment; None where a word of it is none of these: then it is a question of its own."""
    if len(text.split()) > _WORDS_MAX:
        return None
    folded = fold(text)
    year = _COMPARE_YEAR.search(folded)
    if year or _LAST_YEAR.search(folded):
        return _New(compare=year["year"] if year else "last")
    top = _TOP.match(folded)
    if top and top["n"]:
        return _New(limit=int(_NUMBERS.get(top["n"].lower(), 0) or top["n"]))
    tokens, covered = links.tokens, set()
    values = []
    for mention in links.values:
        if mention.hits and mention.kind in ("text", "quoted"):
            column, stored, _ = mention.hits[0]
            values.append((column, _slice(text, tokens, mention.start, mention.end), stored))
            covered |= set(range(mention.start, mention.end))
    grain = find_grain(tokens)
    if grain:
        covered |= set(range(grain.start, grain.end))
    periods = [
        p
        for p in find_periods(tokens, reach_of(_any_date(schema), schema, today))
        if not set(range(p.start, p.end)) & covered
    ]
    for period in periods:
        covered |= set(range(period.start, period.end))
    dimension = _grouping(text, links, covered, schema)
    if dimension:
        covered |= set(range(*dimension))
    measure = None if values or dimension else _figures(links, covered, schema)
    if measure:
        covered |= set(range(*measure))
    left = [
        token
        for place, token in enumerate(tokens)
        if place not in covered and (is_content(token) or token.kind == "number")
    ]
    left = [token for token in left if stem(token.word) not in _SPARE]
    if left or not (values or grain or periods or dimension or measure):
        return None
    negated = bool(re.match(r"(?:not|without|except|excluding|no|sin|excepto|menos|salvo)\b", text, re.I))
    return _New(
        tuple(values),
        _slice(text, tokens, periods[0].start, periods[-1].end) if periods else "",
        grain.unit if grain else "",
        _slice(text, tokens, *dimension) if dimension else "",
        negated=negated,
        measure=_slice(text, tokens, *measure) if measure else "",
        article=found.group(1) if (found := re.match(r"(el|la|los|las)\s", text, re.I)) else "",
    )


def _is_table(text: str, mention: ValueMention, links: Links) -> bool:
    """Whether what reads as a stored value ('Booking') is rather the name of a table ('bookings')."""
    said = fold(_slice(text, links.tokens, mention.start, mention.end))
    spelt = any(said == fold(str(stored)) for _, stored, _ in mention.hits)
    return not spelt and any(
        m.start == mention.start and m.score >= _NAMED for mentions in links.tables.values() for m in mentions
    )


def _figures(links: Links, taken: set[int], schema: Schema) -> tuple[int, int] | None:
    """Token places of a column of figures that is called by its name."""
    named = [
        mention
        for number, mentions in links.columns.items()
        for mention in mentions
        if schema.columns[number].kind == "number"
        and not (schema.columns[number].primary or schema.columns[number].foreign or schema.columns[number].id_like)
        and mention.score >= _NAMED
        and not set(range(mention.start, mention.end)) & taken
    ]
    best = max(named, key=lambda mention: (mention.score, mention.end - mention.start), default=None)
    return (best.start, best.end) if best else None


_SPARE = frozenset(
    stem(word)
    for word in (
        "only just also too split break broken down group grouped view see chart same again one ones without except "
        "excluding not but"
    ).split()
)


def _any_date(schema: Schema) -> int | None:
    return next((entry.number for entry in schema.columns if entry.kind == "date"), None)


def _grouping(text: str, links: Links, taken: set[int], schema: Schema) -> tuple[int, int] | None:
    """Token places of what stands after 'by' ('by region', 'por producto'): a column or table that is named there."""
    tokens = links.tokens
    for place, token in enumerate(tokens[:-1]):
        if token.word not in ("by", "per", "each", "every") or place in taken:
            continue
        named = [
            m
            for ms in (*links.columns.values(), *links.tables.values())
            for m in ms
            if m.start in (place + 1, place + 2)
        ]
        best = max(named, key=lambda m: (m.score, m.end - m.start), default=None)
        if best is not None and best.score >= 0.4:
            return place, best.end
    return None


def _slice(text: str, tokens: list, start: int, end: int) -> str:
    return text[tokens[start].start : tokens[end - 1].end]


# ---------------------------------------------------------------- where it goes in the question before


@dataclass(frozen=True, slots=True)
class _Parts:
    """Where the question before says its period, its unit of time, its grouping, its stored values (by column) and its
    figures."""

    period: tuple[int, int] | None
    unit: str
    grain: tuple[int, int] | None
    dimension: tuple[int, int] | None
    values: tuple[tuple[frozenset[int], tuple[int, int]], ...]
    measure: tuple[int, int] | None = None

    @classmethod
    def of(cls, text: str, links: Links, schema: Schema, today: datetime.date) -> _Parts:
        tokens = links.tokens

        def span(start: int, end: int) -> tuple[int, int]:
            return tokens[start].start, tokens[end - 1].end

        grain = find_grain(tokens)
        taken = set(range(grain.start, grain.end)) if grain else set()
        periods = [
            p
            for p in find_periods(tokens, reach_of(_any_date(schema), schema, today))
            if not set(range(p.start, p.end)) & taken
        ]
        dimension = _grouping(text, links, taken, schema)
        values = tuple(
            (frozenset(column for column, _, _ in m.hits), span(m.start, m.end))
            for m in links.values
            if m.hits and m.kind in ("text", "quoted") and not _is_table(text, m, links)
        )
        spent = taken | {n for p in periods for n in range(p.start, p.end)} | set(range(*dimension or (0, 0)))
        measure = _figures(links, spent, schema)
        return cls(
            span(periods[0].start, periods[-1].end) if periods else None,
            periods[0].unit if periods else "",
            span(grain.start, grain.end) if grain else None,
            span(*dimension) if dimension else None,
            values,
            span(*measure) if measure else None,
        )

    def has(self, column: int) -> bool:
        """Whether the question names a value of that column."""
        return any(column in columns for columns, _ in self.values)


def _apply(new: _New, old: _Parts, before: str, links: Links, lang: str, adds: bool, row: bool) -> Edit | None:
    """The question before with what is new put in the place of what it replaces, else at its end."""
    swaps: list[tuple[tuple[int, int], str]] = []
    tail: list[str] = []
    changed: list[str] = []
    for column, value, _ in new.values:
        same = next((span for columns, span in old.values if column in columns), None)
        changed.append("filter")
        if same and not adds and not new.negated:
            swaps.append((same, value))
        else:
            lead = _not(lang) if new.negated else _IN[lang] if row else _ONLY[lang]
            tail.append(f"{lead} {value}")
    if row and old.dimension and not new.dimension and not new.grain:
        swaps.append((old.dimension, ""))
    if new.period:
        changed.append("period")
        period = _with_year(new.period, before[slice(*old.period)] if old.period else "", lang)
        swaps.append((old.period, period)) if old.period else tail.append(f"{_IN[lang]} {period}")
    grouping = new.dimension or (_by(new.grain, lang) if new.grain else "")
    if grouping:
        changed.append("grouping")
        place = (old.grain if new.grain and not new.dimension else old.dimension) or old.dimension or old.grain
        led = place is not None and fold(before[slice(*place)]).startswith(("by ", "por ", "per "))
        if place and not adds:
            swaps.append((place, grouping if led else ""))
            tail += [] if led else [grouping]
        else:
            tail.append(f"{'and' if lang == 'en' else 'y'} {grouping}" if place else grouping)
        other = old.dimension if place is old.grain else old.grain
        if other and other != place and not adds:
            swaps.append((other, ""))
    if new.measure:
        if old.measure is None:
            return None
        changed.append("measure")
        swaps.append(_with_article(old.measure, before, new))
    if new.limit:
        changed.append("limit")
        swaps += [(match.span(), "") for match in _ORDERED.finditer(fold(before))]
        tail.append(f"top {new.limit}")
    if new.compare:
        return _compare(new, old, before, lang)
    return Edit(_join(_swap(before, swaps), " ".join(tail)), tuple(changed)) if changed else None


_NO_YEAR = re.compile(
    r"\b(?:quarter|q[1-4]|[1-4][qt]|half|trimestre|semestre|january|february|march|april|may|june|july|august|september|"
    r"october|november|december|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
    r"diciembre)\b"
)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


def _with_year(period: str, before: str, lang: str) -> str:
    """'the fourth quarter' after 'the third quarter of 2025' is of that year."""
    year = _YEAR.search(before)
    if year is None or _YEAR.search(period) or not _NO_YEAR.search(fold(period)):
        return period
    return f"{period} {'of' if lang == 'en' else 'de'} {year.group()}"


def _with_article(place: tuple[int, int], before: str, new: _New) -> tuple[tuple[int, int], str]:
    """The figure's new name in the place of the old one, with the article that it was said with."""
    old = re.search(r"\b(?:el|la|los|las)\s+$", before[: place[0]], re.IGNORECASE)
    if old is None or not new.article:
        return place, new.measure
    return (old.start(), place[1]), f"{new.article} {new.measure}"


def _compare(new: _New, old: _Parts, before: str, lang: str) -> Edit:
    """The period before beside the same one a year earlier (or in the year that is named), by year."""
    by = _by("year", lang)
    if old.period is None:
        return Edit(_join(before, "" if old.grain else by), ("compare",))
    said = before[slice(*old.period)]
    years = re.findall(r"(?:19|20)\d{2}", said)
    if not years:
        return Edit(_join(before, by), ("compare",))
    other = str(int(years[-1]) - 1) if new.compare == "last" else new.compare
    both = sorted({*years, other})
    earlier = said.replace(years[-1], other)
    pair = earlier if re.fullmatch(r"(?:19|20)\d{2}", said.strip()) else ""
    joiner = "and" if lang == "en" else "y"
    text = f" {joiner} ".join(both) if pair else f"{earlier} {joiner} {said}"
    swapped = _swap(before, [(old.period, text)])
    return Edit(_join(swapped, "" if old.grain else by), ("compare", "period"))


def _by(unit: str, lang: str) -> str:
    spanish = {"day": "día", "week": "semana", "month": "mes", "quarter": "trimestre", "year": "año"}
    return f"by {unit}" if lang == "en" else f"por {spanish[unit]}"


def _not(lang: str) -> str:
    return "except" if lang == "en" else "excepto"


def _swap(text: str, swaps: list[tuple[tuple[int, int], str]]) -> str:
    for (start, end), new in sorted(swaps, key=lambda swap: -swap[0][0]):
        text = text[:start] + new + text[end:]
    return re.sub(r"\s+([,.?])", r"\1", " ".join(text.split()))


def _join(before: str, added: str) -> str:
    """`before` with `added` at its end, inside its question mark."""
    core = before.rstrip(" ?.!")
    mark = "?" if before.rstrip().endswith("?") else ""
    return f"{core}{' ' if added else ''}{added}{mark}"


def _whole(text: str, lang: str) -> str:
    head = text[:1].upper() + text[1:]
    return f"¿{head}?" if lang == "es" else f"{head}?"
