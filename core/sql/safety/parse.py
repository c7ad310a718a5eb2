"""A statement's text to its syntax tree by DuckDB's own parser (`json_serialize_sql` in a locked memory connection), or
a refusal: too long or deep, no text, more than one statement, no query, what the parser says.

It judges no tree (`walk`).
"""

from __future__ import annotations

import functools
import json
import string
import threading
from typing import Any

from core.errors import AppError
from core.sql.safety.allow_list import allowed

TEXT_MAX = 20_000
# DuckDB 2.0's parser needs quadratic time for brackets that never close: 3,000 of them cost it 12 s, 100 a few ms.
DEPTH_MAX = 100
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_OPENING = threading.Lock()


def fold(name: str) -> str:
    """A name as DuckDB compares it: ASCII letters lowered, nothing else (`str.lower` would let 'K' pass for 'k')."""
    return name.translate(_LOWER)


def refuse(reason: str, text: str, position: int = 0, **params: Any) -> AppError:
    """The refusal `sql.guard.<reason>` at a code point of `text`."""
    position = max(0, min(position, len(text)))
    line = text.count("\n", 0, position) + 1
    snippet = text[position : position + 40].split("\n")[0]
    return AppError(f"sql.guard.{reason}", position=position, line=line, snippet=snippet, **params)


def check_text(text: str) -> None:
    if not text.strip():
        raise refuse("empty", text)
    if len(text) > TEXT_MAX:
        raise refuse("too_long", text, length=len(text), maximum=TEXT_MAX)
    for position, character in enumerate(text):
        if (character < " " and character not in "\t\n\r") or character == "\x7f" or "\ud800" <= character <= "\udfff":
            raise refuse("control_character", text, position)
    depth = 0
    for position, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth > DEPTH_MAX:
            raise refuse("too_deep", text, position, maximum=DEPTH_MAX)


@functools.cache
def _engine() -> Any:
    """A memory connection that can do nothing but parse. Each use takes a cursor: connections are not shared."""
    import duckdb

    connection = duckdb.connect(":memory:")
    for statement in (
        "SET threads = 1",
        "SET memory_limit = '256MB'",
        "SET temp_directory = ''",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        "SET python_enable_replacements = false",
        "SET max_expression_depth = 250",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(statement)
    return connection


def parse_statement(text: str) -> dict[str, Any]:
    """The one statement of `text` as DuckDB's own tree."""
    import duckdb

    allowed()
    with _OPENING:
        cursor = _engine().cursor()
    try:
        serialized = cursor.execute("SELECT json_serialize_sql(?)", [text]).fetchone()[0]
        answer = json.loads(serialized)
    except RecursionError:
        raise refuse("too_deep", text, maximum=DEPTH_MAX) from None
    except (duckdb.Error, ValueError, UnicodeError) as error:
        raise refuse("syntax", text, detail=_first_line(str(error))) from None
    finally:
        cursor.close()
    if answer["error"]:
        raise _parse_refusal(text, answer)
    statements = answer["statements"]
    if not statements:
        raise refuse("empty", text)
    if len(statements) > 1:
        raise refuse("several_statements", text, count=len(statements))
    return statements[0]


def _parse_refusal(text: str, answer: dict[str, Any]) -> AppError:
    if answer.get("error_type") == "not implemented":
        word = _first_word(text)
        count = _count_statements(text)
        if count != 1:
            return refuse("several_statements", text, count=count)
        if word == "PIVOT":
            return refuse("pivot_without_in", text)
        return refuse("not_a_question", text, word=word)
    detail = _first_line(answer.get("error_message", ""))
    if "expression depth" in detail:
        return refuse("too_deep", text, maximum=DEPTH_MAX)
    return refuse("syntax", text, code_point(text, int(answer.get("position") or 0)), detail=detail)


def _count_statements(text: str) -> int:
    import duckdb

    try:
        return len(_engine().cursor().extract_statements(text))
    except (duckdb.Error, ValueError):
        # ValueError: a kind of statement that the Python binding has no name for.
        return 1


def _first_line(message: str) -> str:
    return message.strip().split("\n")[0][:200]


def _first_word(text: str) -> str:
    """The first word outside comments, for a message; nothing is decided by it but the message."""
    while True:
        text = text.lstrip(" \t\r\n;(")
        if text.startswith("--"):
            text = text.partition("\n")[2]
        elif text.startswith("/*"):
            text = text.partition("*/")[2]
        else:
            break
    word = text.split(None, 1)[0] if text.split() else ""
    return "".join(c for c in word if c.isalpha() or c == "_").upper()[:30]


def code_point(text: str, byte: int) -> int:
    """DuckDB counts bytes of UTF-8, we count code points."""
    return len(text.encode("utf-8")[:byte].decode("utf-8", "ignore"))
