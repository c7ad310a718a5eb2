"""Says a plan in words, in the question's language, so that its user can see how the question was understood.

Column and table names are shown as they are stored. Nothing is chosen here.
"""

from __future__ import annotations

from typing import Any

from core.i18n import format_number, translate
from core.sql.parser.plan import STAR, Cond, Item, Query
from core.sql.parser.render import tables_of

_OPERATORS = {
    "=": "is", "!=": "is_not", ">": "more", "<": "less", ">=": "at_least", "<=": "at_most", "like": "like",
    "not like": "not_like", "is null": "null", "is not null": "not_null",
}  # fmt: skip


def read_plan(plan: Query, lang: str) -> str:
    """One sentence without a full stop: what is listed, of which rows, grouped, ordered."""
    parts = [_head(plan, lang)]
    if plan.where:
        joiner = _say("or", lang) if plan.any_of else _say("and", lang)
        conditions = f" {joiner} ".join(_condition(cond, lang) for cond in plan.where)
        parts.append(_say("where", lang, conditions=conditions))
    if plan.group:
        parts.append(_say("group", lang, columns=_join([_item(it, lang) for it in plan.group], lang)))
    if plan.having:
        conditions = f" {_say('and', lang)} ".join(_condition(cond, lang) for cond in plan.having)
        parts.append(_say("having", lang, conditions=conditions))
    if plan.order:
        parts.append(_order(plan, lang))
    text = ", ".join(part for part in parts if part)
    if plan.right is None:
        return text
    return _say(plan.setop, lang, left=text, right=read_plan(plan.right, lang))


def _say(key: str, lang: str, **params: Any) -> str:
    return translate(f"sql.reading.{key}", lang, **params)


def _head(plan: Query, lang: str) -> str:
    items = _join([_item(it, lang) for it in plan.select], lang)
    tables = _join([f"“{name}”" for name in tables_of(plan)], lang)
    return _say("distinct" if plan.distinct else "list", lang, items=items, tables=tables)


def _item(it: Item, lang: str) -> str:
    if it.col == STAR:
        return _say("count_rows" if it.agg else "all_columns", lang)
    name = _name(it.col) + (f" {it.sign} {_name(it.col2)}" if it.sign else "")
    if it.part:
        name = _say(f"part_{it.part}", lang, column=name)
    if not it.agg:
        return name
    return _say("count_distinct" if it.agg == "count" and it.distinct else it.agg, lang, column=name)


def _name(col: Any) -> str:
    return f"“{col[1]}”"


def _condition(cond: Cond, lang: str) -> str:
    left = _item(cond.item, lang)
    if isinstance(cond.value, Query):
        inner = read_plan(cond.value, lang)
        if cond.op in ("in", "not in"):
            return _say("in" if cond.op == "in" else "not_in", lang, column=left, inner=inner)
        return _say(_OPERATORS[cond.op], lang, column=left, value=f"[{inner}]")
    if isinstance(cond.value, Item):
        return _say(_OPERATORS[cond.op], lang, column=left, value=_item(cond.value, lang))
    if cond.op == "between":
        return _say(
            "between", lang, column=left, low=say_value(cond.value[0], lang), high=say_value(cond.value[1], lang)
        )
    if cond.op in ("in", "not in"):
        text = _join([say_value(v, lang) for v in cond.value], lang, "or")
        return _say("is" if cond.op == "in" else "is_not", lang, column=left, value=text)
    return _say(_OPERATORS[cond.op], lang, column=left, value=say_value(cond.value, lang))


def say_value(value: Any, lang: str) -> str:
    """A value of a condition as a reader writes it."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        year = isinstance(value, int) and 1500 <= value <= 2100
        return str(value) if year else format_number(value, lang)
    return str(value).strip("%")


def _order(plan: Query, lang: str) -> str:
    item, desc = plan.order[0]
    name = _item(item, lang)
    if plan.limit == 1:
        return _say("first_desc" if desc else "first_asc", lang, column=name)
    if plan.limit is not None:
        return _say("top_desc" if desc else "top_asc", lang, column=name, count=int(plan.limit))
    return _say("order_desc" if desc else "order_asc", lang, column=name)


def _join(parts: list[str], lang: str, word: str = "and") -> str:
    parts = list(dict.fromkeys(parts))
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {_say(word, lang)} {parts[-1]}"
