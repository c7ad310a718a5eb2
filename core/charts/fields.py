"""The columns of a result as an analyst reads them: a time, a measure, a category, an identifier or free text.

Roles come from the DuckDB type, the words of the header and the values together. Nothing here decides a chart, and
nothing is read from anywhere but the result. `other` marks values that no chart can hold (lists, structs, blobs)."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from core.charts.periods import CYCLIC, Period, coarsest_grain, fold, read_moment, read_slashed, read_text
from core.records import QueryResult

Role = Literal["time", "measure", "category", "id", "text", "other"]

_NUMBER_TYPE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?\b|DECIMAL|NUMERIC|DOUBLE|FLOAT|REAL|BIGNUM|VARINT", re.I)
_INTEGER_TYPE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$|VARINT$|BIGNUM$", re.I)
_MOMENT_TYPE = re.compile(r"DATE$|TIMESTAMP|DATETIME", re.I)
_NESTED_TYPE = re.compile(r"\[\d*\]$|STRUCT|MAP\(|LIST|UNION|BLOB|JSON|VARIANT|GEOMETRY|\bBIT\b", re.I)

_TIME_WORDS = {
    "year": "year years yr ano anos anio anios ejercicio decade decada founded fundacion fundado".split(),
    "quarter_of_year": "quarter quarters qtr trimestre trimestres trim".split(),
    "month_of_year": "month months mes meses".split(),
    "weekday": "weekday dow isodow dayofweek".split(),
    "hour": "hour hours hora horas hr".split(),
}
_TIME_RANGE = {
    "year": (1500, 2200),
    "quarter_of_year": (1, 4),
    "month_of_year": (1, 12),
    "weekday": (1, 7),
    "hour": (0, 23),
}
_ID_WORDS = frozenset(
    "id ids uuid guid code codigo cod zip postcode cp dni nif cif ssn phone telefono tel movil fax sku ean isbn iban "
    "clave key pk nr ref referencia folio matricula".split()
)
_COUNT_WORDS = frozenset("count n num number numero cantidad cuenta conteo cnt recuento total sum suma".split())
_AGGREGATE_WORDS = _COUNT_WORDS | frozenset(
    "avg mean average promedio media medio median mediana max maximum maximo min minimum minimo stddev pct percent "
    "porcentaje share ratio tasa rate corr frequency frecuencia".split()
)
_NOT_ADDITIVE = frozenset(
    "avg mean average promedio media medio median mediana max maximum maximo min minimum minimo stddev variance pct "
    "percent percentage porcentaje ratio tasa rate price precio corr index indice rank ranking puesto posicion "
    "temperature temperatura temp age edad rating score nota growth crecimiento variacion margin margen cumulative "
    "acumulado acumulada acumulados acumuladas running distinct distintos distintas correlation correlacion per "
    "por".split()
)
_PERCENT_WORDS = frozenset("pct percent percentage porcentaje perc porc".split())
_FRACTION_WORDS = _PERCENT_WORDS | frozenset("share cuota rate tasa ratio proportion proporcion fraction".split())
_CURRENCY_WORDS = {
    "€": frozenset("eur euro euros €".split()),
    "$": frozenset("usd dollar dollars dolar dolares $".split()),
    "£": frozenset("gbp £".split()),
}
ORDINAL_WORDS = frozenset(
    "rating stars estrellas level nivel grade grado curso class clase floor planta piso age edad cylinders cilindros "
    "bedrooms bathrooms rooms habitaciones doors puertas step paso round ronda semester semestre week semana day dia "
    "tenure antiguedad gear stage etapa cluster quartile quintile decile cuartil decil".split()
)


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `values` has a float for a measure, a `Period` for a time, text (or bool) for the rest; None where
    the cell is null. `unit`: '', 'percent' (0..100), 'fraction' (0..1), '€', '$', '£'. `additive`: summing it over
    rows makes sense. `distinct` counts values that are not null."""

    name: str
    role: Role
    values: tuple[Any, ...]
    distinct: int
    grain: str = ""
    unit: str = ""
    additive: bool = False
    integer: bool = False

    @property
    def present(self) -> list[Any]:
        return [value for value in self.values if value is not None]

    @property
    def cyclic(self) -> bool:
        return self.grain in CYCLIC

    @property
    def tokens(self) -> list[str]:
        return name_tokens(self.name)


def name_tokens(name: str) -> list[str]:
    """'TotalFreight_EUR' -> total, freight, eur; '€', '$', '£' and '%' are tokens too."""
    spaced = re.sub(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])", " ", name)
    return re.findall(r"[a-z]+|\d+|[€$£%]", fold(spaced))


def is_aggregate(field: Field) -> bool:
    """The header says that the values were counted, summed or averaged."""
    return not _AGGREGATE_WORDS.isdisjoint(field.tokens)


def read_fields(result: QueryResult) -> tuple[Field, ...]:
    """Every column of the result, in its order."""
    types = list(result.types) + [""] * (len(result.columns) - len(result.types))
    return tuple(
        _read_field(name, str(types[i]), tuple(row[i] for row in result.rows)) for i, name in enumerate(result.columns)
    )


def _read_field(name: str, type_name: str, cells: tuple[Any, ...]) -> Field:
    present = [cell for cell in cells if cell is not None]
    if _NESTED_TYPE.search(type_name) or any(isinstance(c, (list, dict, tuple, bytes)) for c in present):
        return Field(name, "other", cells, 0)
    moment = _read_time(name, type_name, cells, present)
    if moment is not None:
        return moment
    if _is_numeric(type_name, present):
        return _read_number(name, type_name, cells)
    return _read_words(name, cells, present)


def _is_numeric(type_name: str, present: list[Any]) -> bool:
    if type_name:
        return bool(_NUMBER_TYPE.match(type_name))
    return bool(present) and all(isinstance(c, (int, float, Decimal)) and not isinstance(c, bool) for c in present)


def _make(name: str, role: Role, values: list[Any], **more: Any) -> Field:
    return Field(name, role, tuple(values), len({v for v in values if v is not None}), **more)


def _read_words(name: str, cells: tuple[Any, ...], present: list[Any]) -> Field:
    if all(isinstance(cell, bool) for cell in present):
        return _make(name, "category", list(cells))
    texts = [None if cell is None else str(cell) for cell in cells]
    long = sum(len(t) for t in texts if t) > 45 * max(1, len(present))
    return _make(name, "text" if long else "category", texts)


def to_number(cell: Any) -> float | None:
    """A numeric cell as a float: decimals and huge integers may come as text; NaN and infinities are no values."""
    if cell is None:
        return None
    try:
        number = float(Decimal(cell)) if isinstance(cell, str) else float(cell)
    except (ValueError, InvalidOperation, OverflowError, TypeError):
        return None
    return number if math.isfinite(number) else None


def _read_number(name: str, type_name: str, cells: tuple[Any, ...]) -> Field:
    values = [to_number(cell) for cell in cells]
    present = [v for v in values if v is not None]
    whole = bool(_INTEGER_TYPE.match(type_name)) or (not type_name and all(v.is_integer() for v in present))
    tokens = name_tokens(name)
    if whole and _looks_like_id(name, tokens):
        shown = [None if v is None else str(int(v)) for v in values]
        return _make(name, "id", shown, integer=True)
    additive = _NOT_ADDITIVE.isdisjoint(tokens) and "%" not in tokens
    return _make(name, "measure", values, unit=_unit(tokens, present), additive=additive, integer=whole)


def _looks_like_id(name: str, tokens: list[str]) -> bool:
    if not tokens or not _AGGREGATE_WORDS.isdisjoint(tokens[:1]) or "(" in name:
        return False
    if tokens[-1] in {"number", "no", "num", "numero"} and len(tokens) > 1:
        return True
    return tokens[-1] in _ID_WORDS or tokens[0] in _ID_WORDS or "postal" in tokens


_COUNT_WORDS = frozenset("count recuento conteo number numero distinct distintos distintas".split())


def _unit(tokens: list[str], present: list[float]) -> str:
    """'percent' only where header and values agree; a header of percentages over values below 1 that do not sum to 1
    could be either, and stays a plain number."""
    if not _COUNT_WORDS.isdisjoint(tokens[:1]) and all(v.is_integer() for v in present):
        return ""  # how many amounts there are is no amount
    words = set(tokens)
    for symbol, names in _CURRENCY_WORDS.items():
        if words & names:
            return symbol
    small = bool(present) and max(abs(v) for v in present) <= 1
    if words & _PERCENT_WORDS or "%" in words:
        if not small:
            return "percent"
        return "fraction" if len(present) > 1 and abs(sum(present) - 1) < 0.01 else ""
    whole = all(v.is_integer() for v in present)
    return "fraction" if words & _FRACTION_WORDS and small and not whole else ""


def _read_time(name: str, type_name: str, cells: tuple[Any, ...], present: list[Any]) -> Field | None:
    if not present:
        return None
    if _MOMENT_TYPE.match(type_name) or all(isinstance(c, dt.date) for c in present):
        moments = [None if cell is None else read_moment(cell) for cell in cells]
        known = [m for m in moments if m is not None]
        if not known or len(known) < len(present):
            return None
        return _make(name, "time", moments, grain=_named_grain(name, coarsest_grain(known), known))
    if _is_numeric(type_name, present):
        return _integer_time(name, type_name, cells)
    if all(isinstance(cell, str) for cell in present):
        return _text_time(name, cells, present)
    return None


def _named_grain(name: str, grain: str, moments: list[dt.datetime]) -> str:
    """One or two moments do not show their grain; a header that says month or year does."""
    tokens = set(name_tokens(name))
    if grain in ("day", "month", "quarter", "year") and all(m.day == 1 for m in moments):
        if tokens & set(_TIME_WORDS["quarter_of_year"]):
            return "quarter"
        if tokens & {"half", "semester", "semestre"} and all(m.month in (1, 7) for m in moments):
            return "half"
        if tokens & set(_TIME_WORDS["month_of_year"]):
            return "month"
        if tokens & set(_TIME_WORDS["year"]) and all(m.month == 1 for m in moments):
            return "year"
    return grain


def _integer_time(name: str, type_name: str, cells: tuple[Any, ...]) -> Field | None:
    values = [to_number(cell) for cell in cells]
    present = [v for v in values if v is not None]
    if not present or not all(v.is_integer() for v in present):
        return None
    grain = _grain_of_header(name)
    if grain in _TIME_RANGE:
        low, high = _TIME_RANGE[grain]
        if all(low <= v <= high for v in present):
            return _integer_field(name, values, grain)
    if grain in ("month_of_year", "year") and all(190001 <= v <= 220012 and 1 <= v % 100 <= 12 for v in present):
        dates = [None if v is None else dt.datetime(int(v) // 100, int(v) % 100, 1) for v in values]
        return _make(name, "time", dates, grain="month")
    return None


def _grain_of_header(name: str) -> str:
    """The grain that a header of integers names; none where it says that they were counted ('number of years')."""
    tokens = name_tokens(name)
    if not tokens or tokens[0] in _AGGREGATE_WORDS - {"max", "min", "num"} or {"of", "per", "por"} & set(tokens):
        return ""
    if {"dia", "semana"} <= set(tokens):
        return "weekday"
    for grain, words in _TIME_WORDS.items():
        if tokens[0] in words or tokens[-1] in words:
            return grain
    return ""


def _integer_field(name: str, values: list[float | None], grain: str) -> Field:
    periods: list[Period | None] = [None if v is None else int(v) for v in values]
    if grain == "year":
        periods = [None if v is None else dt.datetime(int(v), 1, 1) for v in periods]
    return _make(name, "time", periods, grain=grain)


def _text_time(name: str, cells: tuple[Any, ...], present: list[str]) -> Field | None:
    slashed = read_slashed(present)
    if slashed is not None:
        found = iter(slashed)
        dates = [None if cell is None else next(found) for cell in cells]
        return _make(name, "time", dates, grain=coarsest_grain(slashed))
    read = [None if cell is None else read_text(cell) for cell in cells]
    known = [r for r in read if r is not None]
    grains = {grain for _, grain in known}
    if len(known) < len(present) or not grains:
        return None
    if grains <= {"day", "moment"}:
        moments = [None if r is None else r[0] for r in read]
        return _make(name, "time", moments, grain=coarsest_grain([r[0] for r in known]))
    if len(grains) > 1:
        return None
    return _make(name, "time", [None if r is None else r[0] for r in read], grain=grains.pop())


def same_scale(fields: list[Field]) -> bool:
    """Whether several measures can share one axis: one unit, and typical sizes within a factor of twenty."""
    if len({f.unit for f in fields}) > 1:
        return False
    sizes = []
    for field in fields:
        known = sorted(abs(v) for v in field.present)
        if known:
            sizes.append(known[len(known) // 2])
    sizes = [size for size in sizes if size > 0]
    return len(sizes) < 2 or max(sizes) <= 20 * min(sizes)
