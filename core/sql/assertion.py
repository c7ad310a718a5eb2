"""A claim in place of a question ('Ana Ruiz has the highest salary', '¿es cierto que Julio vive en Haro?', 'there are
70 visits'): the question that it answers, and whether the rows bear it out.

Its own subject must not pick the rows: the highest salary of Ana Ruiz is hers whoever earns more. Claims with a denial
are left to the readers of questions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from core.i18n import format_number, translate
from core.records import QueryResult
from core.sql.business.movers import find_movers
from core.sql.contests import column_of, first_of
from core.sql.data.schema import ColumnEntry, Schema
from core.sql.data.spellings import fold_spelling
from core.sql.language.lexicon import read_cues
from core.sql.linking.link import Links, ValueMention
from core.sql.linking.ordering import superlatives

_OPENED = re.compile(
    r"\W*(?:(?:is it|it is|it's) (?:true|right|correct|the case)(?: that)?|i (?:think|believe|heard)(?: that)?|"
    r"confirm that|es (?:cierto|verdad|correcto)(?: que)?|creo que|dicen que|confirma que)\s+",
    re.I,
)
_BEING = "is|are|was|were|es|son|era|eran|fue|fueron"
_HAVING = "has|have|had|tiene|tienen|tuvo|tuvieron|ten[ií]an?"
_ASKED = re.compile(rf"\W*(?P<verb>{_BEING}|{_HAVING}|does|do|did)\s+", re.I)
_VERB = re.compile(rf"(?P<verb>{_BEING}|{_HAVING})\b\s*", re.I)
_BE = re.compile(_BEING, re.I)
_DOING = re.compile(r"(?:does|do|did)\b", re.I)
_ARTICLE = re.compile(r"(?:the|el|la|los|las)?\s*", re.I)
_THERE = re.compile(
    r"(?:there (?:are|were|is|was)|we have|hay|hubo|hab[ií]a|tenemos)\s+(?P<n>\d+)\s+(?P<of>\D.*)", re.I
)
_DENIED = re.compile(r"\b(?:not|no|never|nunca|ni|tampoco)\b|n't\b", re.I)
UP, DOWN = "rise", "fall"
_WHEN = r"\s+(?:in|en)\s+(?P<year>(?:19|20)\d\d)(?:,?\s+(?:{than})\s+(?P<before>(?:19|20)\d\d))?"
_CHANGES = {
    lang: {
        way: re.compile(rf"(?P<what>.+?)\s+(?:{verbs}){_WHEN.format(than=than)}", re.I) for way, verbs in ways.items()
    }
    for lang, than, ways in (
        (
            "en",
            "compared (?:with|to)|over|from|against|versus|vs",
            {UP: "rose|increased|grew|went up|climbed", DOWN: "fell|decreased|dropped|went down|declined|shrank"},
        ),
        (
            "es",
            "respecto (?:al?|del?)|frente al?|comparad[oa]s? con|sobre",
            {
                UP: "subi(?:ó|o|eron)|aument(?:ó|o|aron)|creci(?:ó|o|eron)",
                DOWN: "baj(?:ó|o|aron)|ca(?:yó|yo|yeron)|disminuy(?:ó|o|eron)|descendi(?:ó|o|eron)|se redu(?:jo|jeron)",
            },
        ),
    )
}
_NAMED = 0.6  # how well a word must name a table or column
_EDGES = " ¿?¡!."
_EDGED = re.compile(r"^[\s¿?¡!.]+|[\s¿?¡!.]+$")
_THAN = re.compile(r"\b(?:than|que)\s+", re.I)
_COMPARED = re.compile(  # 'sold more than'
    r"^\w+(?: \w+){0,3}? (?:more|less|fewer|m[aá]s|menos)\b.*\s(?:than|que)\s", re.I
)
_ADJECTIVES = frozenset(word for key in ("high", "low") for word in read_cues()["superlatives"][key].split())


@dataclass(frozen=True, slots=True)
class Assertion:
    """`question` asks for what is claimed to be `claimed`: a stored value, or a number of rows; `than` is the one that
    it is claimed to come before, or the year that it is claimed to 'rise' or 'fall' from."""

    question: str
    claimed: str | int
    than: str = ""


_RELATED = frozenset(("which", "that", "whose"))


def find_assertion(links: Links, schema: Schema) -> Assertion | None:
    """What a text claims of the tables; None for what is no claim."""
    text = links.question
    opened = _OPENED.match(text)
    asked = None if opened else _ASKED.match(text)
    begin = opened.end() if opened else asked.end() if asked else 0
    rest = text[begin:].strip(_EDGES)
    counted = None if asked else _THERE.fullmatch(rest)
    related = bool({token.word for token in links.tokens[1:2]} & _RELATED)  # 'countries that grew most'
    if _DENIED.search(text) or related or find_movers(links):
        return None
    if counted:
        many = translate("sql.assertion.how_many", links.lang, of=counted["of"])
        return Assertion(many, int(counted["n"]))
    changed = None if asked else _claims_change(rest, links.lang)
    if changed:
        return changed
    subject = next((m for m in links.values if m.kind == "text" and links.tokens[m.start].start >= begin), None)
    if subject is None or not _leads_to(subject, begin, links):
        return None
    after = text[links.tokens[subject.end - 1].end :].strip(_EDGES)
    verb = asked or _VERB.match(after)
    stated = opened or verb or text.rstrip().endswith(".") or _COMPARED.search(after)
    if not stated or re.match(r"['’,]|(?:and|or|y|o|e)\b", after):
        return None
    return (
        _claims_more(subject, after, links, schema)
        or _claims_top(subject, after, asked, links, schema)
        or _claims_value(subject, links, schema)
    )


def _leads_to(subject: ValueMention, begin: int, links: Links) -> bool:
    """Whether nothing but articles and what it is ('the Norte shelter', 'el refugio Sur') stands before the subject."""
    columns = [m for c, _, _ in subject.hits for m in links.columns.get(c, ())]
    tables = [m for ms in links.tables.values() for m in ms]
    called = {p for m in (*columns, *tables) if m.score >= _NAMED for p in range(m.start, m.end)}
    before = [p for p in range(subject.start) if links.tokens[p].start >= begin and links.tokens[p].kind != "mark"]
    return all(p in called or _ARTICLE.fullmatch(links.tokens[p].source) for p in before)


def _claims_more(subject: ValueMention, after: str, links: Links, schema: Schema) -> Assertion | None:
    """'X has more visits than Y': which of the two comes first."""
    than = _THAN.search(after)
    other = next((m for m in links.values if m.kind == "text" and m.hits and m.start >= subject.end), None)
    if than is None or other is None:
        return None
    lead = re.search(rf"{_THAN.pattern}(?:(?:the|el|la|los|las)\s+)?$", links.question[: _start(other, links)], re.I)
    column = column_of((subject, other), links, schema)
    if lead is None or column is None:
        return None
    end = links.tokens[subject.end - 1].end
    rest = links.question[end : lead.start()] + links.question[links.tokens[other.end - 1].end :]
    question = first_of(_EDGED.sub("", rest), (subject, other), links, schema)
    stored = [next(str(v) for c, v, _ in mention.hits if c == column) for mention in (subject, other)]
    return Assertion(question, *stored) if question else None


def _claims_change(said: str, lang: str) -> Assertion | None:
    """'donations fell in 2024': how they changed from one year to the next."""
    for way, pattern in _CHANGES[lang].items():
        found = pattern.fullmatch(said)
        if found:
            before = found["before"] or str(int(found["year"]) - 1)
            what = re.sub(r"^(?:The|Our|El|La|Los|Las)\b", lambda article: article[0].lower(), found["what"])
            told = {"what": what, "after": found["year"], "before": before}
            return Assertion(translate("sql.assertion.change", lang, **told), way, before)
    return None


def _start(mention: ValueMention, links: Links) -> int:
    return links.tokens[mention.start].start


def _claims_top(
    subject: ValueMention, after: str, asked: re.Match | None, links: Links, schema: Schema
) -> Assertion | None:
    """'X is the vet with most visits', 'X has the highest salary': whose it is."""
    tops = [*superlatives(links), *(p for p, token in enumerate(links.tokens) if token.word in _ADJECTIVES)]
    if not any(place >= subject.end for place in tops):
        return None
    column = max((schema.columns[c] for c, _, _ in subject.hits), key=lambda entry: entry.unique)
    verb = asked["verb"].lower() if asked else ""
    said = _VERB.match(after)
    if not asked and said and _BE.fullmatch(said["verb"]):
        verb, after = said["verb"], after[said.end() :]
    if verb and _BE.fullmatch(verb) and _names_thing(subject, column, links, schema):
        question = translate("sql.assertion.which_is", links.lang, of=after)
    else:
        kept = "" if not verb or _DOING.fullmatch(verb) else f"{verb} "
        question = translate("sql.assertion.which", links.lang, of=column.key[1], rest=f"{kept}{after}")
    return Assertion(question, str(subject.value))


def _names_thing(subject: ValueMention, column: ColumnEntry, links: Links, schema: Schema) -> bool:
    """Whether the words behind the subject say what kind of thing it is."""
    tables = (m for number, ms in links.tables.items() if number == column.table for m in ms)
    columns = (m for c, _, _ in subject.hits for m in links.columns.get(c, ()))
    return any(m.start >= subject.end and m.score >= _NAMED for m in (*tables, *columns))


def _claims_value(subject: ValueMention, links: Links, schema: Schema) -> Assertion | None:
    """'X lives in Y', where one table holds both and nothing else is said of it."""
    others = [m for m in links.values if m.start >= subject.end and m.hits]
    if len(others) != 1 or len(links.values) != 2:
        return None
    tables = {schema.columns[c].table: c for c, _, _ in subject.hits if schema.columns[c].unique > 0.9}
    found = [(c, v) for c, v, _ in others[0].hits if schema.columns[c].table in tables]
    found = [(c, v) for c, v in found if c != tables[schema.columns[c].table]]
    named = {n for n, ms in links.columns.items() if any(m.score >= _NAMED for m in ms)}
    if len(found) != 1 or named - {found[0][0], *tables.values()}:
        return None
    column, value = found[0]
    question = translate("sql.assertion.of", links.lang, column=schema.columns[column].key[1], of=str(subject.value))
    return Assertion(question, str(value))


def tell_assertion(claim: Assertion, result: QueryResult, ties: QueryResult | None, lang: str) -> str:
    """'No: it is Carmen Vidal, not Ana Ruiz'; '' where the rows do not tell. `ties` are the rows as ranked, the last
    column what they are ranked by."""
    if not result.rows:
        return ""
    row = result.rows[0]
    if isinstance(claim.claimed, int):
        figures = [cell for cell in row if isinstance(cell, (int, float)) and not isinstance(cell, bool)]
        if len(result.rows) > 1 or len(figures) != 1:
            return ""
        key = "yes" if figures[0] == claim.claimed else "no"
        said = (format_number(figures[0], lang), format_number(claim.claimed, lang))
        return translate(f"sql.assertion.{key}", lang, found=said[0], claimed=said[1])
    if claim.claimed in (UP, DOWN) and re.fullmatch(r"(?:19|20)\d\d", claim.than):
        return _tell_change(claim, result, lang)
    if claim.than and ties is not None:
        return _tell_contest(claim, ties, lang)
    names = [cell for cell in row if isinstance(cell, str)]
    if not names:
        return ""
    if _is_among(claim.claimed, row):
        return translate("sql.assertion.yes", lang, found=claim.claimed, claimed=claim.claimed)
    tied = ties is not None and any(_is_among(claim.claimed, other) for other in _level(ties))
    key = "yes_too" if tied else "no"
    return translate(f"sql.assertion.{key}", lang, found=names[0].strip(), claimed=claim.claimed)


def _tell_contest(claim: Assertion, ranked: QueryResult, lang: str) -> str:
    """Both with their figures; '' where the rows do not hold both."""
    found = [next((row for row in ranked.rows if _is_among(n, row)), None) for n in (claim.claimed, claim.than)]
    if None in found or not all(isinstance(row[-1], (int, float)) for row in found):
        return ""
    first, second = (format_number(row[-1], lang) for row in found)
    if found[0][-1] == found[1][-1]:
        return translate("sql.assertion.level", lang, figure=first)
    key = "more" if ranked.rows.index(found[0]) < ranked.rows.index(found[1]) else "more_not"
    told = {"first": claim.claimed, "first_figure": first, "second": claim.than, "second_figure": second}
    return translate(f"sql.assertion.{key}", lang, **told)


def _tell_change(claim: Assertion, result: QueryResult, lang: str) -> str:
    """Both years' figures and whether the later one moved as claimed; '' where the rows are not two years'."""
    years = sorted((name, n) for n, name in enumerate(result.columns) if re.fullmatch(r"(?:19|20)\d\d", name))
    if len(result.rows) != 1 or len(years) != 2:
        return ""
    before, after = (result.rows[0][n] for _, n in years)
    if not isinstance(before, (int, float)) or not isinstance(after, (int, float)):
        return ""
    moved = after > before if claim.claimed == UP else after < before
    told = {"before": format_number(before, lang), "after": format_number(after, lang)}
    return translate(f"sql.assertion.{'moved' if moved else 'moved_not'}", lang, **told)


def _is_among(value: str, row: tuple[Any, ...]) -> bool:
    return any(isinstance(cell, str) and fold_spelling(cell) == fold_spelling(value) for cell in row)


def _level(ties: QueryResult) -> list[tuple[Any, ...]]:
    """The rows as high as the first."""
    return [row for row in ties.rows if row[-1] == ties.rows[0][-1]]


def ranked_sql(sql: str) -> str | None:
    """`sql`, which shows the first of a ranking, with all of it and what it is ranked by; None where it ranks none."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, read="duckdb")
    order = tree.args.get("order") if isinstance(tree, exp.Select) else None
    if order is None or not tree.args.get("limit") or tree.args.get("distinct"):
        return None
    tree.set("limit", None)
    return tree.select(exp.alias_(order.expressions[0].this.copy(), "ranked_by", quoted=True)).sql(dialect="duckdb")
