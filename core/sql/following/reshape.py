"""A follow-up that wants the same rows otherwise ('sort it ascending', 'top 3 only', 'in percentages', 'and the
fewest?'), or that leaves out what the rows before name ('how many stars does it have?', '¿cuántos siguen abiertos?').

Each rule reads the words, and gives the whole question with, where the statement itself can be changed, that statement.
The rules of filters, periods and groupings are `follow_up.py`'s. Nothing is run here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from core.i18n import NUMBER_WORDS
from core.records import SqlAnswer
from core.sql.following.edit_statement import limit_sql, order_sql, share_sql
from core.sql.following.result_columns import column_called, falls, label_of, measure_of, time_of
from core.sql.language.lexicon import fold


@dataclass(frozen=True, slots=True)
class Edit:
    """`question` is the whole question; `changed` names what differs from the one before (filter, period, grouping,
    chart, limit, compare, row, rows, order, share, measure). `sql` is set where the same statement is shown otherwise;
    `only` are the column and values that the answer's statement is restricted to, `scope` the statement whose
    conditions stay in force where the question is asked anew, `top` whether of its rows the highest one (True) or the
    lowest (False) is wanted."""

    question: str
    changed: tuple[str, ...]
    sql: str | None = None
    only: tuple[str, tuple[Any, ...]] | None = None
    scope: str = ""
    top: bool | None = None


def reshape(text: str, rest: str, before: str, answer: SqlAnswer, lang: str) -> Edit | None:
    """`text` (without its marks; `rest` without its opening too) after `before` and its rows; None where it is none of
    these."""
    for rule in (_sort, _first, _share, _other_end):
        edit = rule(fold(rest), before, answer, lang)
        if edit is not None:
            return edit
    return _other_most(rest, before, lang) or _name_it(text, answer, lang) or _same_noun(text, before, answer, lang)


# ---------------------------------------------------------------- order, the first few, shares

_UP = re.compile(
    r"(?<!de)\b(?:ascending|increasing|ascendente|creciente|ascendentemente)\b|\b(?:lowest|smallest|fewest|least|oldest|"
    r"earliest|worst) (?:to|first)|\bfrom (?:low|small|lowest|smallest|least|fewest)\b|\bde menor a mayor\b|"
    r"\bde menos a mas\b|\b(?:los |las )?menores primero\b"
)
_DOWN = re.compile(
    r"\b(?:descending|decreasing|descendente|decreciente)\b|\b(?:highest|largest|biggest|most|newest|latest|best)"
    r" (?:to|first)|\bfrom (?:high|large|big|highest|largest|most)\b|\bde mayor a menor\b|\bde mas a menos\b|"
    r"\b(?:los |las )?mayores primero\b"
)
_BACK = re.compile(
    r"\b(?:reversed?(?: order)?|the other way (?:a)?round|al reves|al contrario|invierte(?: el orden)?)\b"
)
_ABC = re.compile(r"\b(?:alphabetical(?:ly)?|a to z|alfabetic(?:o|a|amente)|de la a a la z)\b")
_VERB = re.compile(
    r"^(?:can you |could you |please |puedes |me )*(?:(?:re)?(?:sort|order|rank|arrange)(?:ed)?|orden\w*|invierte\w*)\b"
)
_BY = re.compile(r"\b(?:by|por)\s+(?:the |el |la |los |las )?(?P<name>[\w ]+?)(?=$|,| (?:in|en|de|from|asc|desc)\b)")
_LIGHT = re.compile(
    r"\b(?:it|them|that|this|these|those|the|rows|list|results?|table|order|in|en|orden|de|forma|manera|lo|la|los|las|"
    r"el|por favor|please|and|y|lista|tabla|filas|resultados?|values?|valores?|to|first|last|primero|highest|lowest|"
    r"largest|smallest|biggest|most|least|fewest|high|low|large|small)\b"
)


def _sort(said: str, before: str, answer: SqlAnswer, lang: str) -> Edit | None:
    verb, by = _VERB.match(said), _BY.search(said)
    down = bool(_DOWN.search(said))
    named = down or _UP.search(said) or _BACK.search(said) or _ABC.search(said)
    bare = said[verb.end() :] if verb else said
    for pattern in (_DOWN, _UP, _BACK, _ABC, _BY):
        bare = pattern.sub(" ", bare)
    if not (verb or named) or _LIGHT.sub(" ", bare).strip(" ,.") or answer.sql is None:
        return None
    column = column_called(by["name"], answer.result) if by else label_of(answer.result) if _ABC.search(said) else ""
    if by and not column:
        return None
    column = column or measure_of(answer.result) or answer.result.columns[-1]
    if _BACK.search(said):
        down = not falls(answer.result, column)
    elif not named:  # 'sort it', 'sort by region': figures from the largest, names from the first
        down = column == measure_of(answer.result)
    elif _ABC.search(said):
        down = False
    sql = order_sql(answer.sql.text, column, down)
    words = {("en", True): "descending", ("en", False): "ascending", ("es", True): "de mayor a menor"}
    told = words.get((lang, down), "de menor a mayor")
    core = _ORDERED.sub("", before)
    return Edit(_tail(core, f", {told}"), ("order",), sql=sql) if sql else None


_ORDERED = re.compile(
    r",?\s*(?:de mayor a menor|de menor a mayor|descending|ascending|in (?:de|a)scending order)", re.IGNORECASE
)
_NUMBERS = {"one": 1, "un": 1, "uno": 1, "una": 1, **NUMBER_WORDS["en"], **NUMBER_WORDS["es"]}
_TOPS = r"top|best|highest|largest|biggest|mejores|mayores|principales|mas altos?|mas altas?"
_LOWS = r"bottom|worst|lowest|smallest|peores|menores|mas bajos|mas bajas"
_FIRSTS = r"first|primer[oa]s"
_LASTS = r"last|ultim[oa]s"
_FIRST = re.compile(
    rf"^(?:show |give |keep |leave |list |me |muestra\w* |dame |deja\w* |quedate con |solo |solamente |only |just )*"
    rf"(?:the |los |las |el |la )?(?P<a>{_TOPS}|{_LOWS}|{_FIRSTS}|{_LASTS})?\s*"
    rf"(?P<n>\d{{1,3}}|{'|'.join(_NUMBERS)})\s*(?P<b>{_TOPS}|{_LOWS}|{_FIRSTS}|{_LASTS})?"
    rf"(?: (?:rows?|ones?|results?|filas|resultados|de ellos|de ellas|of them))?"
    rf"(?: only| just| solo| nada mas| please)?$"
)


def _first(said: str, before: str, answer: SqlAnswer, lang: str) -> Edit | None:
    match = _FIRST.match(said)
    side = (match["a"] or match["b"]) if match else None
    if not side or answer.sql is None:
        return None
    n = _NUMBERS.get(match["n"]) or int(match["n"])
    measure, timed = measure_of(answer.result), time_of(answer.result)
    at_end = re.fullmatch(_LASTS, side) is not None
    lowest = re.fullmatch(_LOWS, side) is not None or at_end
    if re.fullmatch(_FIRSTS, side) or measure is None:
        sql = limit_sql(answer.sql.text, n)
    else:
        sql = order_sql(
            answer.sql.text, timed if at_end and timed else measure, not lowest or bool(at_end and timed), n
        )
    told = {("en", True): f"bottom {n}", ("es", True): f"los {n} menores"}.get((lang, lowest), f"top {n}")
    core = LIMITED.sub("", _ORDERED.sub("", before))
    return Edit(_tail(core, f" {told}"), ("limit",), sql=sql) if n and sql else None


LIMITED = re.compile(r"\s*\b(?:top|bottom) \d+\b|\s*\blos \d+ menores\b", re.IGNORECASE)
_PERCENT = re.compile(
    r"^(?:(?:show|give|put|make|express|muestra|muestralo|dame|ponlo|pon|expresalo)\b[ \w]{0,12}?)?"
    r"\s*(?:as|in|en|como)?\s*(?:a |an |un |una |the |el |la )?"
    r"(?:percentages?|percents?|percent shares?|shares?|%|porcentajes?|tanto por ciento|proporcion(?:es)?|cuota|peso)"
    r"(?: (?:of (?:the )?(?:total|whole)|del total|sobre el total|instead))?$"
)
_NO_PARTS = re.compile(r"\b(?:AVG|MEDIAN|STDDEV|CORR|MIN|MAX)\s*\(|%|percent|porcentaje", re.IGNORECASE)


def _share(said: str, before: str, answer: SqlAnswer, lang: str) -> Edit | None:
    """Each row's part of the sum of all rows; averages and shares have no such sum."""
    measure = measure_of(answer.result)
    if not _PERCENT.match(said) or measure is None or len(answer.result.rows) < 2 or answer.sql is None:
        return None
    if _NO_PARTS.search(answer.sql.text) or answer.result.truncated:
        return None
    name, told = ("percentage", "in percentages") if lang == "en" else ("porcentaje", "en porcentajes")
    sql = share_sql(answer.sql.text, answer.result.columns, measure, name)
    return Edit(_tail(before, f" {told}"), ("share",), sql=sql) if sql else None


# ---------------------------------------------------------------- the other end

_ENDS = {
    "en": (
        ("most", "fewest"), ("most", "least"), ("highest", "lowest"), ("largest", "smallest"), ("biggest", "smallest"),
        ("best", "worst"), ("longest", "shortest"), ("oldest", "newest"), ("maximum", "minimum"), ("more", "fewer"),
    ),
    "es": (
        ("más", "menos"), ("mayor", "menor"), ("mayores", "menores"), ("mejor", "peor"), ("mejores", "peores"),
        ("máximo", "mínimo"), ("máxima", "mínima"),
    ),
}  # fmt: skip
_END_SAID = re.compile(
    r"^(?:the one |the ones |which (?:one )?|who |cual(?:es)? |quien |the |with the |el |la |los |las |con |has |had |"
    r"es |is |que |tiene |at the )*(?P<end>\w+)(?: (?:one|ones|all|de todos|de todas))?$"
)


def _other_end(said: str, before: str, answer: SqlAnswer, lang: str) -> Edit | None:
    """'and the fewest?' after 'which hotel has the most rooms?'."""
    match = _END_SAID.match(said)
    if match is None:
        return None
    pairs = [(a, b) for pair in _ENDS[lang] for a, b in (pair, pair[::-1]) if fold(b) == match["end"]]
    for old, new in pairs:
        found = re.search(rf"\b{fold(old)}\b", fold(before))
        if found and not (new in ("menos", "más") and _MORE.search(said)):
            return Edit(f"{before[: found.start()]}{new}{before[found.end() :]}", ("order",))
    return None


_MORE = re.compile(r"^(?:cual(?:es)? |quien |es |el |la |los |las |y )*mas (?P<what>\w+)$")
_MOST = re.compile(r"^(?:which |who |what |the |is |one |ones |and )*(?P<what>\w{2,}est)(?: one| ones)?$")
_MOST_IN = {"en": re.compile(r"\b\w{2,}est\b"), "es": re.compile(r"(?<=\bmas )\w+\b")}
_NO_MOST = frozenset("interest forest request harvest west test guest invest best".split())


def _other_most(rest: str, before: str, lang: str) -> Edit | None:
    """'and the shortest?', '¿y el más corto?' after the longest."""
    match = (_MOST if lang == "en" else _MORE).match(fold(rest))
    if match is None or match["what"] in _NO_MOST:
        return None
    found = next((m for m in _MOST_IN[lang].finditer(fold(before)) if m.group() not in _NO_MOST), None)
    if found is None or found.group() == match["what"]:
        return None
    return Edit(f"{before[: found.start()]}{rest[slice(*match.span('what'))]}{before[found.end() :]}", ("order",))


# ---------------------------------------------------------------- what the words leave out

_IT = re.compile(r"\b(?:it|that one|this one)\b", re.IGNORECASE)
_ITS = {
    "en": re.compile(r"\bits (?P<what>\w+)", re.IGNORECASE),
    "es": re.compile(r"\bsus? (?P<what>\w+)", re.IGNORECASE),
}
_ASKS = re.compile(
    r"^(?:and |y )?¿?(?:how|what|when|where|which|who|is|was|does|did|has|cu[aá]\w*|qu[eé]|d[oó]nde)\b", re.I
)
_WHY = re.compile(r"^(?:and |y )?¿?(?:why|how come|por qu[eé])\b", re.IGNORECASE)
_NO_SUBJECT = re.compile(
    r"^(?:y )?(?:en |de |desde )?(?:cuant[oa]s? \w+|que \w+|cuanto|donde|cuando)\s+"
    r"(?:tiene|tuvo|esta|es|fue|vendio|facturo|ingreso|pago|gasto|compro|abrio|hizo|recibio)$"
)


def _name_it(text: str, answer: SqlAnswer, lang: str) -> Edit | None:
    """'how many stars does it have?', '¿cuántas estrellas tiene?' of the one row that was shown."""
    label = label_of(answer.result)
    if label is None or len(answer.result.rows) != 1 or _WHY.match(text):
        return None
    name = answer.result.rows[0][answer.result.columns.index(label)]
    owned = _ITS[lang].search(text)
    if owned and _ASKS.match(text):
        named = f"{name}'s " if lang == "en" else ""
        told = (
            f"{text[: owned.start()]}{named}{owned['what']}{' de ' + name if lang == 'es' else ''}{text[owned.end() :]}"
        )
        return Edit(_whole(told, lang), ("row",))
    found = _IT.search(text) if lang == "en" else None
    if found and _ASKS.match(text):
        return Edit(_whole(f"{text[: found.start()]}{name}{text[found.end() :]}", lang), ("row",))
    if lang == "es" and _NO_SUBJECT.match(fold(text)):
        return Edit(_whole(f"{text} {name}", lang), ("row",))
    return None


_COUNT_OF = re.compile(
    r"\b(?:how many|cuant[oa]s)\s+(?P<noun>[^\W\d_]+(?: (?!(?:are|were|is|was|have|has|had|did|do|does|can|went|made|in"
    r"|of|on|at|by|with|from|for|to|that|who|which|and|or|de|del|en|con|por|que|se|hubo|hay|hab\w+|son|fueron|estan|han|"
    r"tiene\w*|tuvo|tuvieron|a|al|y|o|\w+(?:ed|aron|ieron))\b)[^\W\d_]+){0,2})"
)
_THEM = r"(?:them|those|these)|de (?:ell[oa]s|es[oa]s|est[oa]s)"
_COUNT_BARE = re.compile(
    rf"^(?:and |y )?(?P<among>(?:of )?(?:{_THEM}),? )?(?P<ask>how many|cuant[oa]s)"
    rf"(?P<them> (?:of )?(?:{_THEM})\b)?"
    r"(?P<verb>(?= (?:are|were|is|was|have|had|did|siguen|estan|son|fueron|quedan|se|han|estaban|eran|no|by|por)\b))?"
)


def counts_them(text: str) -> bool:
    """Whether it asks how many of what was just told did something."""
    asked = _COUNT_BARE.match(fold(text).strip(" ¿?"))
    return asked is not None and bool(asked["among"] or asked["them"])


def _same_noun(text: str, before: str, answer: SqlAnswer, lang: str) -> Edit | None:
    """'how many are still open?', '¿cuántos de ellos se pagaron?' count what was counted before, else what the
    statement's rows are."""
    said = fold(text)
    asked, counted = _COUNT_BARE.match(said), _COUNT_OF.search(fold(before))
    if asked is None or answer.sql is None or not (asked["among"] or asked["them"] or asked["verb"] is not None):
        return None
    if counted is None and (label_of(answer.result) or not (asked["among"] or asked["them"])):
        return None
    noun = before[slice(*counted.span("noun"))] if counted else answer.sql.tables[0].replace("_", " ")
    ask = text[slice(*asked.span("ask"))]
    return Edit(_whole(f"{ask} {noun}{text[asked.end() :]}", lang), ("filter",), scope=answer.sql.text)


def _tail(before: str, added: str) -> str:
    core, mark = before.rstrip(" ?.!"), "?" if before.rstrip().endswith("?") else ""
    return f"{core}{added}{mark}"


def _whole(text: str, lang: str) -> str:
    text = re.sub(r"^(?:and|y)\s+", "", " ".join(text.split()), flags=re.IGNORECASE)
    head = text[:1].upper() + text[1:]
    return f"¿{head}?" if lang == "es" else f"{head}?"
