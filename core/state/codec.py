"""Records to JSON text and back, by their type hints. It knows dataclasses, tuples, dicts and plain values; no code
is ever read from the text.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from typing import Any, TypeVar

from core import records

T = TypeVar("T")


def dump(record: Any) -> str:
    """A record as JSON; values JSON does not know (dates, decimals) are written as text."""
    return json.dumps(dataclasses.asdict(record), ensure_ascii=False, default=str)


def load(cls: type[T], text: str) -> T:
    """The record of class `cls` written by `dump`. Fields it does not know are ignored, missing ones take defaults."""
    return _build(cls, json.loads(text))


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls, vars(records))


def _build(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if dataclasses.is_dataclass(hint):
        hints = _hints(hint)
        return hint(
            **{f.name: _build(hints[f.name], value[f.name]) for f in dataclasses.fields(hint) if f.name in value}
        )
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_build(arguments[0], item) for item in value)
        return tuple(_build(kind, item) for kind, item in zip(arguments, value, strict=True))
    if origin in (types.UnionType, typing.Union):
        inner = [kind for kind in arguments if kind is not type(None)]
        return _build(inner[0], value) if len(inner) == 1 else value
    return value
