"""What a model is asked: passages and conversation fenced as data, the question, the rules, in the question's language.

The same question over the same passages, after the same turns, gives the same prompt. It calls no model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.i18n import translate
from core.models.digest import fence_conversation
from core.models.fence import CODE_LENGTH, fence_code, neutral
from core.prompts import fill
from core.records import Answer, Hit, Message

NOT_FOUND = "NOT_FOUND"
_LEAST_TOKENS = 60
_JOIN = "\n\n"
CountTokens = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Prompt:
    """Messages, and the passages in them: passage n is `hits[n - 1]`. `cut` says that not every passage found room."""

    messages: tuple[Message, ...]
    hits: tuple[Hit, ...]
    cut: bool = False


def ask_documents(
    question: str,
    lang: str,
    hits: Sequence[Hit],
    count: CountTokens,
    room_tokens: int,
    history: Sequence[Answer] = (),
    rules: str = "",
) -> Prompt:
    """The prompt for an answer from `hits`, best first; `room_tokens` is what the model reads without its answer.

    `rules` are instructions in place of those that come with the app (`core.prompts`). Of `history`, the conversation's
    answers before, stands there what a part of that room holds."""
    told = fill(rules, not_found=NOT_FOUND) if rules else translate("prompt.documents", lang, not_found=NOT_FOUND)
    system = Message("system", told)
    earlier = fence_conversation(history, lang, count, room_tokens)
    frame = translate("prompt.documents_question", lang, code="0" * CODE_LENGTH, passages="", question=question)
    room = room_tokens - count(system.text) - count(frame) - count(earlier) - 16
    kept, texts, cut = _fit(hits, count, room)
    shown = [neutral(text) for text in texts]
    titles = [_title(hit) for hit in kept]
    code = fence_code([question, *titles, *shown])
    blocks = [
        f"<<<{code} {n}>>>\n{title}\n{text}\n<<<{code} /{n}>>>"
        for n, (title, text) in enumerate(zip(titles, shown, strict=True), start=1)
    ]
    asked = translate(
        "prompt.documents_question", lang, code=code, passages="\n".join(blocks), question=neutral(question)
    )
    return Prompt((system, Message("user", earlier + asked)), tuple(kept), cut)


def _title(hit: Hit) -> str:
    """File, page and heading as one JSON line: names are data too."""
    told = {"file": hit.file[:120], "page": hit.page}
    if hit.heading:
        told["section"] = hit.heading[:160]
    return neutral(json.dumps(told, ensure_ascii=False))


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
    return kept, texts, cut


def _cut(text: str, count: CountTokens, room: int) -> str:
    """The beginning of a text that fits, ended at a word."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(text[:middle]) <= room else (low, middle - 1)
    return text if low == len(text) else text[:low].rsplit(None, 1)[0]
