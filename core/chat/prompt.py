"""What a model is asked: passages fenced as data, the question, the rules, in the question's language.

Nothing that a document says can end its fence: the fence is a code made from the very text it encloses, so its author
cannot know it. The same question over the same passages gives the same prompt. It calls no model.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.i18n import translate
from core.records import Hit, Message

NOT_FOUND = "NOT_FOUND"
_CODE_LENGTH = 20  # hexadecimal digits: 80 bits, more than anyone can search for a text that holds its own code
_LEAST_TOKENS = 60
_JOIN = "\n\n"
# What chat templates, ours and others', give a meaning to: in data it is broken by a blank, so that it has none.
_CONTROL = re.compile(
    r"<\|[^<>\n]{0,60}\|?>|\|>|</?(?:s|bos|eos|think|thinking|system|user|assistant|tool_call|start_of_turn|end_of_turn)>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS)\]|<</?SYS>>",
    re.IGNORECASE,
)
CountTokens = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Prompt:
    """Messages, and the passages in them: passage n is `hits[n - 1]`. `cut` says that not all text found room."""

    messages: tuple[Message, ...]
    hits: tuple[Hit, ...]
    cut: bool = False


def ask_documents(question: str, lang: str, hits: Sequence[Hit], count: CountTokens, room_tokens: int) -> Prompt:
    """The prompt for an answer from `hits`, best first; `room_tokens` is what the model reads without its answer."""
    system = Message("system", translate("prompt.documents", lang, not_found=NOT_FOUND))
    frame = translate("prompt.documents_question", lang, code="0" * _CODE_LENGTH, passages="", question=question)
    room = room_tokens - count(system.text) - count(frame) - 16
    kept, texts, cut = _fit(hits, count, room)
    shown = [_neutral(text) for text in texts]
    titles = [_title(hit) for hit in kept]
    code = fence_code([question, *titles, *shown])
    blocks = [
        f"<<<{code} {n}>>>\n{title}\n{text}\n<<<{code} /{n}>>>"
        for n, (title, text) in enumerate(zip(titles, shown, strict=True), start=1)
    ]
    asked = translate(
        "prompt.documents_question", lang, code=code, passages="\n".join(blocks), question=_neutral(question)
    )
    return Prompt((system, Message("user", asked)), tuple(kept), cut)


def fence_code(texts: Sequence[str]) -> str:
    """A code that stands in none of the texts, the same for the same texts."""
    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()
    while any(digest[:_CODE_LENGTH] in text for text in texts):
        digest = hashlib.sha256(digest.encode()).hexdigest()
    return digest[:_CODE_LENGTH]


def _neutral(text: str) -> str:
    """Text whose control words of chat templates are broken up; everything else as it is."""
    return _CONTROL.sub(lambda match: match.group()[0] + " " + match.group()[1:], text)


def _title(hit: Hit) -> str:
    """File, page and heading as one JSON line: names are data too."""
    told = {"file": hit.file[:120], "page": hit.page}
    if hit.heading:
        told["section"] = hit.heading[:160]
    return _neutral(json.dumps(told, ensure_ascii=False))


def _fit(hits: Sequence[Hit], count: CountTokens, room: int) -> tuple[list[Hit], list[str], bool]:
    """The hits that find room, best first, with the text shown of each: the piece that matched for all of them first,
    then the passages around the best, as long as there is room."""
    kept: list[Hit] = []
    texts: list[str] = []
    for hit in hits:
        piece = hit.piece or hit.text
        if not kept and count(piece) > room:
            piece = _cut(piece, count, max(room, _LEAST_TOKENS))
        if kept and count(_JOIN.join([*texts, piece])) + 40 * (len(kept) + 1) > room:
            continue
        kept.append(hit)
        texts.append(piece)
    cut = len(kept) < len(hits)
    for n, hit in enumerate(kept):
        if not hit.text or hit.text == texts[n]:
            continue
        grown = [*texts[:n], hit.text, *texts[n + 1 :]]
        if count(_JOIN.join(grown)) + 40 * len(kept) <= room:
            texts = grown
        else:
            cut = True
    return kept, texts, cut


def _cut(text: str, count: CountTokens, room: int) -> str:
    """The beginning of a text that fits, ended at a word."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(text[:middle]) <= room else (low, middle - 1)
    return text if low == len(text) else text[:low].rsplit(None, 1)[0]
