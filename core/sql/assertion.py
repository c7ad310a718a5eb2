"""A claim in place of a question ('Ana Ruiz has the highest salary', '¿es cierto que Julio vive en Haro?', 'there are
70 visits'): the question that it answers, and whether the rows bear it out.

Its own subject must not pick the rows: the highest salary of Ana Ruiz is hers whoever earns more. Claims with a denial
and comparisons of two things are left to the readers of questions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from core.i18n import format_number, translate
from core.records import QueryResult
from core.sql.dimensions import superlatives
from core.sql.lexicon import read_cues
from core.sql.link import Links, ValueMention
from core.sql.schema import ColumnEntry, Schema
from core.sql.spellings import fold_spelling

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
_NAMED = 0.6  # how well a word must name a table or column
_EDGES = " ¿?¡!."
_ADJECTIVES = frozenset(word for key in ("high", "low") for word in read_cues()["superlatives"][key].split())


@dataclass(frozen=True, slots=True)
class Assertion:
    """`question` asks for what is claimed to be `claimed`: a stored value, or a number of rows."""

    question: str
    claimed: str | int


def find_assertion(links: Links, schema: Schema) -> Assertion | None:
    """What a text claims of the tables; None for what is no claim."""
    text = links.question
    opened = _OPENED.match(text)
    asked = None if opened else _ASKED.match(text)
    begin = opened.end() if opened else asked.end() if asked else 0
    rest = text[begin:].strip(_EDGES)
    counted = None if asked else _THERE.fullmatch(rest)
    if _DENIED.search(text):
        return None
    if counted:
        many = translate("sql.assertion.how_many", links.lang, of=counted["of"])
        return Assertion(many, int(counted["n"]))
    subject = next((m for m in links.values if m.kind == "text" and links.tokens[m.start].start >= begin), None)
    if subject is None or not _ARTICLE.fullmatch(text[begin : links.tokens[subject.start].start].lstrip(_EDGES)):
        return None
    after = text[links.tokens[subject.end - 1].end :].strip(_EDGES)
    verb = asked or _VERB.match(after)
    if not (opened or verb or text.rstrip().endswith(".")) or re.match(r"['’,]|(?:and|or|y|o|e)\b", after):
        return None
    return _claims_top(subject, after, asked, links, schema) or _claims_value(subject, links, schema)


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
    names = [cell for cell in row if isinstance(cell, str)]
    if not names:
        return ""
    if _is_among(claim.claimed, row):
        return translate("sql.assertion.yes", lang, found=claim.claimed, claimed=claim.claimed)
    tied = ties is not None and any(_is_among(claim.claimed, other) for other in _level(ties))
    key = "yes_too" if tied else "no"
    return translate(f"sql.assertion.{key}", lang, found=names[0].strip(), claimed=claim.claimed)


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
