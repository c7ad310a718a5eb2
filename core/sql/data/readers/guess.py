"""Which numbers, dates and truths a column of text holds, and the SQL that converts it.

A column is judged on a sample of its values; a file's columns are judged together, because `1.234` and `03/04/2024`
alone say nothing and their neighbours do. What stays open is decided by the signs of the file (delimiter, language of
the headers) and kept as a doubt for the user. Nothing here reads a file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

MARKS = frozenset(
    "na n/a n.a. nan null none - -- — – n/d nd n.d. s/d s/n #n/a #n/d #¡div/0! #div/0! #ref! #value! ? . (null)".split()
) | {"sin dato", "sin datos", "no data", "\\n"}
_CURRENCY = r"(?:US\$|R\$|S/\.?|[€$£¥₡₱]|EUR|USD|GBP|MXN|COP|ARS|CLP|PEN|BRL|CHF|JPY|CNY|euros?|dollars?|dólares|pesos)"
_POINT = r"(?:\d{1,3}(?:[,' ]\d{3})+|\d+)(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+"
_COMMA = r"(?:\d{1,3}(?:[.' ]\d{3})+|\d+)(?:,\d*)?|,\d+"
_AROUND = (
    r"(?i)(?:{currency}\s?)?[(]?[+-]?\s?(?:{currency}\s?)?[+-]?"
    r"(?:{number})\s?(?:{currency}|%)?\s?(?:[)]\s?(?:{currency}|%)?|-)?"
)
POINT = _AROUND.format(currency=_CURRENCY, number=_POINT)
COMMA = _AROUND.format(currency=_CURRENCY, number=_COMMA)
_TIME = r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:[ap]\.?\s?m\.?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)"
_DATES = {
    "iso": re.compile(rf"\d{{4}}([-/.])\d{{1,2}}\1\d{{1,2}}({_TIME})?", re.IGNORECASE),
    "parts": re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}})({_TIME})?", re.IGNORECASE),
    "words": re.compile(
        r"(?:\w+,? )?(?:\d{1,2}[- ](?:de )?([^\W\d]{3,10})\.?,?[- ](?:del? )?|([^\W\d]{3,10})\.? \d{1,2},? )\d{4}"
    ),
}
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?")
_TRUTH = {"true", "false", "verdadero", "falso"}
_MONTHS = (
    ("ene", "jan"), ("feb",), ("mar",), ("abr", "apr"), ("may",), ("jun",), ("jul",), ("ago", "aug"), ("sep", "set"),
    ("oct",), ("nov",), ("dic", "dec"),
)  # fmt: skip
MOSTLY = 0.8
_DATE_WORDS = re.compile(r"fecha|date|d[ií]a\b|\bday", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Format:
    """How a column is read. `name`: text, integer, number, date, timestamp, time, boolean. `style`: point or comma
    for numbers; iso, dmy, mdy, ymd8 or words for dates; plain where the engine's own cast does."""

    name: str = "text"
    style: str = "plain"
    unit: str = ""
    doubt: str = ""
    short_year: bool = False


@dataclass(frozen=True, slots=True)
class Signs:
    """What a file says about its numbers and dates: None where it says nothing."""

    comma: bool | None = None
    day_first: bool | None = None
    spanish: bool = False


def clean(value: str) -> str:
    """A cell without the spaces and signs that only look different."""
    return value.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2212", "-").strip()


def real_values(values: list[str]) -> list[str]:
    """The cells that say something: neither empty nor a mark for 'nothing'."""
    return [v for v in (clean(value) for value in values) if v and v.lower() not in MARKS]


def guess_columns(columns: dict[str, list[str]], signs: Signs) -> dict[str, Format]:
    """A format for every column of one table, from samples of its cells."""
    reals = {name: real_values(values) for name, values in columns.items()}
    found = {name: _first_look(name, values) for name, values in reals.items()}
    comma = _decide([_decimal_sign(reals[name]) for name, f in found.items() if f.name == "number"], signs.comma)
    first = _decide([_day_first(reals[name]) for name, f in found.items() if f.style == "parts"], signs.day_first)
    return {name: _settle(f, reals[name], comma, first, signs) for name, f in found.items()}


def _decide(votes: list[bool | None], default: bool | None) -> bool | None:
    yes, no = votes.count(True), votes.count(False)
    return default if yes == no else yes > no


def _first_look(name: str, values: list[str]) -> Format:
    if not values:
        return Format()
    lowered = {value.lower() for value in values[:1000]}
    if lowered <= _TRUTH:
        return Format("boolean")
    if _nearly_all(values, lambda v: POINT_RE.fullmatch(v) or COMMA_RE.fullmatch(v)):
        if any(re.fullmatch(r"[+-]?0\d+", v) for v in values):
            return Format(doubt="codes")
        if _DATE_WORDS.search(name) and _nearly_all(values, lambda v: re.fullmatch(r"(19|20)\d{6}", v)):
            return Format("date", "ymd8", doubt="compact_date")
        return Format("number", unit=find_unit(values))
    for style, pattern in _DATES.items():
        if _nearly_all(values, pattern.fullmatch) and (style != "words" or _nearly_all(values, _has_month)):
            return Format("timestamp" if style != "words" and _has_time(values) else "date", style)
    if _nearly_all(values, _CLOCK.fullmatch):
        return Format("time")
    return Format(doubt="mixed_values") if _mostly_values(values) else Format()


def _mostly_values(values: list[str]) -> bool:
    """Whether a column of text looks like numbers or dates with too many exceptions to be read as such."""
    tests = (POINT_RE, COMMA_RE, _DATES["iso"], _DATES["parts"])
    like = sum(any(pattern.fullmatch(value) for pattern in tests) for value in values)
    return like >= MOSTLY * len(values)


POINT_RE = re.compile(POINT)
COMMA_RE = re.compile(COMMA)


def _nearly_all(values: list[str], test) -> bool:
    """At most one in a hundred fails: a column is not text because of one 'unknown' among ten thousand numbers."""
    allowed = len(values) // 100
    for value in values:
        if not test(value):
            allowed -= 1
            if allowed < 0:
                return False
    return True


def _has_time(values: list[str]) -> bool:
    return any(":" in value for value in values)


def _has_month(value: str) -> bool:
    match = _DATES["words"].fullmatch(value)
    word = (match[1] or match[2] or "").lower() if match else ""
    return any(word.startswith(name) for names in _MONTHS for name in names)


def find_unit(values: list[str]) -> str:
    """The percent sign or currency that stands beside these numbers, or nothing."""
    if any(value.endswith("%") for value in values):
        return "%"
    for value in values:
        match = re.search(_CURRENCY, value, re.IGNORECASE)
        if match:
            return match[0].upper() if match[0].isalpha() and len(match[0]) == 3 else match[0]
    return ""


def _decimal_sign(values: list[str]) -> bool | None:
    """True: the comma is decimal; False: the point is; None: nothing tells."""
    votes = {True: 0, False: 0}
    for value in values:
        core = re.sub(r"[^\d.,]", "", value)
        if "," in core and "." in core:
            votes[core.rfind(",") > core.rfind(".")] += 1
        elif core.count(",") == 1 and not re.fullmatch(r"[1-9]\d{0,2},\d{3}", core):
            votes[True] += 1
        elif (core.count(".") == 1 and not re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", core)) or core.count(",") > 1:
            votes[False] += 1
        elif core.count(".") > 1:
            votes[True] += 1
    return None if votes[True] == votes[False] else votes[True] > votes[False]


def _day_first(values: list[str]) -> bool | None:
    firsts, seconds = [], []
    for value in values:
        match = _DATES["parts"].fullmatch(value)
        if match:
            firsts.append(int(match[1]))
            seconds.append(int(match[3]))
    if max(firsts) > 12 >= max(seconds):
        return True
    if max(seconds) > 12 >= max(firsts):
        return False
    return None


def _settle(found: Format, values: list[str], comma: bool | None, first: bool | None, signs: Signs) -> Format:
    if found.name == "number":
        return _settle_number(found, values, comma, signs)
    if found.style == "parts":
        own = _day_first(values)
        order = own if own is not None else first
        doubt = ""
        if order is None:
            dashed = "/" not in values[0]
            order, doubt = signs.spanish or dashed, "date_order"
        return replace(found, style="dmy" if order else "mdy", doubt=doubt, short_year=has_short_years(values))
    return found


def has_short_years(values: list[str]) -> bool:
    """Whether most of the dates write their year in two digits."""
    dates = [v for v in values if re.match(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}", v)]
    return sum(bool(re.match(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}(?!\d)", v)) for v in dates) > len(dates) / 2


def _settle_number(found: Format, values: list[str], comma: bool | None, signs: Signs) -> Format:
    own = _decimal_sign(values)
    marked = any("," in v or "." in v for v in values)
    doubt = ""
    if own is None and marked and comma is None:
        comma, doubt = signs.spanish, "decimal_sign"
    use_comma = own if own is not None else bool(comma)
    pattern = COMMA_RE if use_comma else POINT_RE
    if not _nearly_all(values, pattern.fullmatch):
        return Format(doubt="mixed_numbers")
    decimal = "," if use_comma else "."
    whole = not any(decimal in v or "e" in v.lower().replace("eur", "") for v in values)
    if whole and any(len(re.sub(r"\D", "", v)) > 18 for v in values):
        return Format(doubt="codes")
    simple = not found.unit and all(re.fullmatch(r"[+-]?(\d+|\d*\.\d+|\d+\.)([eE][+-]?\d+)?", v) for v in values)
    style = "plain" if simple and not (use_comma and marked) else "comma" if use_comma else "point"
    return Format("integer" if whole else "number", style, found.unit, doubt)


# ---------------------------------------------------------------- SQL

TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "time": "TIME",
    "boolean": "BOOLEAN",
}


def conversion(column: str, format: Format) -> str:
    """SQL that reads the (quoted) text column `column` in that format; NULL where a value does not fit."""
    if format.name == "text":
        return f"nullif({column}, '')"
    kind = TYPES[format.name]
    value = f"trim(replace(replace(replace({column}, chr(160), ' '), chr(8239), ' '), chr(8722), '-'))"
    if format.name == "number":
        return f"TRY_CAST({column} AS {kind})" if format.style == "plain" else _number_sql(column, value, format, kind)
    if format.name == "integer":
        return _integer_sql(column, value, format)
    if format.name == "boolean":
        yes, no = "('true', 'verdadero')", "('false', 'falso')"
        return f"CASE WHEN lower({value}) IN {yes} THEN true WHEN lower({value}) IN {no} THEN false END"
    if format.style == "plain":
        return f"TRY_CAST({value} AS {kind})"
    if format.style == "iso":
        dashed = f"regexp_replace(replace({value}, ',', ' '), '^(\\d{{4}})[/.](\\d{{1,2}})[/.]', '\\1-\\2-')"
        return f"TRY_CAST({dashed} AS {kind})"
    patterns = _date_patterns(format)
    quick = f"try_strptime({column}, {patterns})"
    return f"CAST(coalesce({quick}, try_strptime({_date_text(value, format)}, {patterns})) AS {kind})"


def _integer_sql(column: str, value: str, format: Format) -> str:
    """A cast to an integer rounds: a number with a fraction does not fit, and must be told, not changed."""
    kind, decimal = TYPES["integer"], "," if format.style == "comma" else "."
    whole = f"TRY_CAST({column} AS {kind})" if format.style == "plain" else _number_sql(column, value, format, kind)
    fraction = f"contains({column}, '{decimal}') AND regexp_matches({column}, '[{decimal}]\\d*[1-9]')"
    return f"CASE WHEN {fraction} THEN NULL ELSE {whole} END"


def _number_sql(column: str, value: str, format: Format, kind: str) -> str:
    pattern = (COMMA if format.style == "comma" else POINT).replace("'", "''")
    bare = f"regexp_replace({value}, '(?i){_CURRENCY}|[%\\s''+]', '', 'g')"
    digits = f"replace(replace({bare}, '.', ''), ',', '.')" if format.style == "comma" else f"replace({bare}, ',', '')"
    number = (
        f"TRY_CAST(trim(d, '()-') AS {kind}) * CASE WHEN d LIKE '(%' OR d LIKE '%-' OR d LIKE '-%' THEN -1 ELSE 1 END"
    )
    # The list is a let: without it the patterns would be compiled once for each place that reads the digits.
    full = (
        f"list_transform([{digits}], lambda d: CASE WHEN regexp_full_match({value}, '{pattern}') THEN {number} END)[1]"
    )
    # Most cells are digits and a decimal sign: the engine reads these ten times as fast as the patterns do.
    other, plain = (".", f"replace({column}, ',', '.')") if format.style == "comma" else (",", column)
    return f"coalesce(CASE WHEN contains({column}, '{other}') THEN NULL ELSE TRY_CAST({plain} AS {kind}) END, {full})"


def _date_text(value: str, format: Format) -> str:
    if format.style == "words":
        text = f"regexp_replace(lower(strip_accents({value})), '\\bdel?\\b|[,.]', ' ', 'g')"
        for number, names in enumerate(_MONTHS, 1):
            text = f"regexp_replace({text}, '\\b({'|'.join(names)})[a-z]*', '{number:02d}m')"
        # '5 03m 2024' and '03m 5 2024' both become '5 3 2024'; a weekday before them falls away.
        text = f"regexp_replace({text}, '^.*?(\\d\\d)m\\W+(\\d{{1,2}})\\W+(\\d{{4}})\\W*$', '\\2-\\1m-\\3')"
        return f"regexp_replace({text}, '^.*?(\\d{{1,2}})\\W+(\\d\\d)m\\W+(\\d{{4}})\\W*$', '\\1/\\2/\\3')"
    if format.style == "ymd8":
        return value
    text = f"regexp_replace({value}, '^(\\d{{1,2}})[-.](\\d{{1,2}})[-.]', '\\1/\\2/')"
    return (
        f"regexp_replace(upper(regexp_replace({text}, '(?i)\\s?([ap])\\.?\\s?m\\.?', ' \\1m')), '[T ,]+(\\d)', ' \\1')"
    )


def _date_patterns(format: Format) -> str:
    if format.style == "words":
        patterns = ["%d/%m/%Y"]
    elif format.style == "ymd8":
        patterns = ["%Y%m%d"]
    else:
        year = "%y" if format.short_year else "%Y"
        day = f"%d/%m/{year}" if format.style == "dmy" else f"%m/%d/{year}"
        clocks = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
        patterns = [f"{day} {clock}" for clock in clocks] + [day] if format.name == "timestamp" else [day]
    return "[" + ", ".join(f"'{pattern}'" for pattern in patterns) + "]"
