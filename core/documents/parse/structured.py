"""JSON, notebooks and e-mail: structured texts written out so that a reader (and a search) finds each value.

JSON leaves become 'path: value' lines, lists of alike objects become tables. Attachments of a message are named, not
opened.
"""

from __future__ import annotations

import email
import email.message
import email.policy
import json
from typing import Any

from core.documents.parse.flow import FlowWriter
from core.documents.parse.html import write_html
from core.documents.parse.plain import decode
from core.errors import AppError
from core.records import Page

_LEAVES_MAX = 50_000
_TABLE_ROWS_MAX = 1_000


def parse_json(text: str) -> tuple[list[Page], str]:
    """(one page, no title). Lines of JSON are read as a list. Raises documents.broken."""
    flow = FlowWriter()
    _write_value(flow, load_json(text))
    return flow.finish(), ""


def load_json(text: str) -> Any:
    """The value of a JSON text, or the list of values of JSON lines."""
    try:
        return json.loads(text)
    except RecursionError:
        raise AppError("documents.broken", kind="JSON") from None
    except ValueError:
        pass
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise AppError("documents.broken", kind="JSON") from None


def _write_value(flow: FlowWriter, value: Any) -> None:
    """Leaves in document order, without recursion; lists of flat objects as tables."""
    stack: list[tuple[str, Any]] = [("", value)]
    leaves = 0
    while stack and leaves < _LEAVES_MAX:
        path, item = stack.pop()
        if isinstance(item, dict) and item:
            inner = [(f"{path}.{key}" if path else str(key), entry) for key, entry in item.items()]
            stack += reversed(inner)
        elif isinstance(item, list) and item:
            if _is_flat_table(item):
                _write_records(flow, path, item)
            else:
                stack += [(f"{path}[{index}]", entry) for index, entry in reversed(list(enumerate(item)))]
        else:
            leaves += 1
            text = _leaf(item)
            if len(text) > 200:
                flow.paragraph(f"{path}: {text}" if path else text)
            else:
                flow.line(f"{path}: {text}" if path else text)


def _leaf(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_flat_table(items: list[Any]) -> bool:
    """At least two objects of short scalar values with mostly the same keys."""
    if len(items) < 2 or not all(isinstance(item, dict) and item for item in items[:200]):
        return False
    flat = all(
        not isinstance(value, (dict, list)) and len(str(value)) < 200 for item in items[:200] for value in item.values()
    )
    keys = {key for item in items[:200] for key in item}
    return flat and len(keys) <= 2 * len(items[0]) + 2 and len(keys) > 1


def _write_records(flow: FlowWriter, path: str, items: list[Any]) -> None:
    records = [item for item in items[:_TABLE_ROWS_MAX] if isinstance(item, dict)]
    keys = list(dict.fromkeys(str(key) for item in records for key in item))
    rows = [keys, *([_leaf(item[key]) if item.get(key) is not None else "" for key in keys] for item in records)]
    if path:
        flow.heading(path, 2)
    flow.table(rows, title=path)


def parse_notebook(text: str) -> tuple[list[Page], str]:
    """(one page: prose, code and printed results in order; title from the metadata)."""
    content = load_json(text)
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list):
        return parse_json(text)
    flow = FlowWriter()
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        source = _joined(cell.get("source"))
        if cell.get("cell_type") == "markdown":
            _write_prose(flow, source)
        else:
            flow.paragraph(source, keep_lines=True)
        for output in cell.get("outputs") or ():
            if isinstance(output, dict):
                data = output.get("data") if isinstance(output.get("data"), dict) else {}
                flow.paragraph(_joined(output.get("text") or data.get("text/plain")), keep_lines=True)
    metadata = content.get("metadata") if isinstance(content.get("metadata"), dict) else {}
    return flow.finish(), str(metadata.get("title") or "")


def _joined(source: Any) -> str:
    if isinstance(source, list):
        return "".join(str(part) for part in source)
    return source if isinstance(source, str) else ""


def _write_prose(flow: FlowWriter, source: str) -> None:
    for block in source.split("\n\n"):
        stripped = block.strip()
        marks = len(stripped) - len(stripped.lstrip("#"))
        if 0 < marks <= 6 and "\n" not in stripped:
            flow.heading(stripped.lstrip("#"), marks)
        else:
            flow.paragraph(block, keep_lines=True)


def parse_email(data: bytes) -> tuple[list[Page], str]:
    """(one page: who, when, subject, body, names of attachments; the subject as title)."""
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        subject = str(message.get("subject", "") or "")
        fields = [(name, str(message.get(name, "") or "")) for name in ("From", "To", "Cc", "Date")]
    except (ValueError, IndexError, TypeError, AttributeError):
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        subject = str(message.get("subject", "") or "")
        fields = [(name, str(message.get(name, "") or "")) for name in ("From", "To", "Cc", "Date")]
    flow = FlowWriter()
    flow.heading(subject, 1)
    for name, value in fields:
        if value:
            flow.line(f"{name}: {value}")
    _write_bodies(flow, message)
    return flow.finish(), subject


def _write_bodies(flow: FlowWriter, message: email.message.Message) -> None:
    """Plain bodies, else HTML ones; every attachment by name."""
    parts = [part for part in message.walk() if not part.is_multipart()][:500]
    plain = [part for part in parts if _is_body(part, "text/plain")]
    for part in plain or [part for part in parts if _is_body(part, "text/html")]:
        text = _body_text(part)
        if part.get_content_type() == "text/html":
            write_html(text, flow)
        else:
            for block in text.split("\n\n"):
                flow.paragraph(block, keep_lines=True)
    for part in parts:
        name = part.get_filename()
        if name:
            flow.line(f"Attachment: {name} ({part.get_content_type()})")


def _is_body(part: email.message.Message, kind: str) -> bool:
    return (
        part.get_content_type() == kind and not part.get_filename() and part.get_content_disposition() != "attachment"
    )


def _body_text(part: email.message.Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return data.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return decode(data)
