"""Records to JSON text and back, by their type hints. It knows dataclasses, tuples, dicts and plain values; no code
is ever read from the text.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def dump(record: Any) -> str:
    """A record as JSON; values JSON does not know (dates, decimals) are written as text."""
    return json.dumps(dataclasses.asdict(record), ensure_ascii=False, default=str)


def load(cls: type[T], text: str) -> T:
    """The record of class `cls` written by `dump`. Fields it does not know are ignored, missing ones take defaults."""
    return build(cls, json.loads(text))


def build(hint: Any, value: Any) -> Any:
    """What `hint` names, of plain values as JSON has them."""
    return None if value is None else _maker(hint)(value)


@functools.cache
def _maker(hint: Any) -> Callable[[Any], Any]:
    """Makes what a hint names of a value that is not None; the same function for all that stays as it is."""
    if dataclasses.is_dataclass(hint):
        return functools.partial(_make_record, hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            each = _maker(arguments[0])
            return tuple if each is _as_it_is else lambda value: tuple(build(arguments[0], item) for item in value)
        return lambda value: tuple(build(kind, item) for kind, item in zip(arguments, value, strict=True))
    if origin in (types.UnionType, typing.Union):
        inner = [kind for kind in arguments if kind is not type(None)]
        return _maker(inner[0]) if len(inner) == 1 else _as_it_is
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _make_record(cls: type[T], value: dict[str, Any]) -> T:
    names, made = _fields(cls)
    known = {name: plain for name, plain in value.items() if name in names}
    for name, make in made:
        if known.get(name) is not None:
            known[name] = make(known[name])
    return cls(**known)


@functools.cache
def _fields(cls: type) -> tuple[frozenset[str], tuple[tuple[str, Callable[[Any], Any]], ...]]:
    """The names of a record's fields, and what makes those that do not stay as they are."""
    hints = typing.get_type_hints(cls)
    names = [field.name for field in dataclasses.fields(cls)]
    makers = ((name, _maker(hints[name])) for name in names)
    return frozenset(names), tuple((name, make) for name, make in makers if make is not _as_it_is)
