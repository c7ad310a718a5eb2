"""An answer from documents in a model's words: streamed, its marks turned into citations whose quotes are the page's
own characters.

Where the model fails, before or in the middle, the built-in answer completes it and a note says why. Claims are judged
by `core.validation`, not here; prompts are written in `prompt.py`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from core.chat.citations import make_citation
from core.chat.gather import Pages, ReadPage
from core.chat.markdown import CleanStream, clean_markdown
from core.chat.prompt import NOT_FOUND, Prompt, ask_documents
from core.chat.support import Passages, Support
from core.chat.words import Terms, Vocabulary
from core.documents.sentences import split_sentences
from core.errors import AppError
from core.i18n import error_text, translate
from core.models.writer import Writer
from core.records import Answer, Citation, DocumentsAnswer, Hit, ModelUse

_MARKS = re.compile(
    r"\s*[\[【](?:\s*[Pp]as(?:sage|aje)s?\s*)?(\d{1,3}(?:\s*(?:[,;y]|and)\s*\d{1,3})*)(?:†[^\]】]*)?[\]】]"
)
_NUMBER = re.compile(r"\d+")
_FINAL = re.compile(r"[.!?…]+[\"'”»)*]*$")
_LIST_MARK = re.compile(r"^\s*(?:- |\d{1,2}[.)] )")
_OWN_COVERAGE = 0.6  # a sentence without a mark is given one where a passage holds this much of it, figures included
_TRUST_BUILTIN = 0.5  # as sure as this of its quotes, the built-in engine shows them though the model found nothing
_READABLE = 0.55
_LOOP_TAIL = 160
_IDLE_S = 0.5


@dataclass
class _Draft:
    """What came of one call: the text, what it took, why it ended early."""

    text: str = ""
    use: ModelUse | None = None
    error: AppError | None = None
    cut: bool = False


def write_answer(
    question: str,
    hits: Sequence[Hit],
    lang: str,
    open_model: Callable[[], Writer],
    index: Terms,
    read_page: ReadPage,
    builtin: DocumentsAnswer,
    history: Sequence[Answer] = (),
    rules: str = "",
) -> Generator[str, None, DocumentsAnswer]:
    """Yields text as it is written, returns the answer: its text may differ, for marks then count citations.

    While the model is silent '' is yielded, so that whoever reads can look whether the answer is still wanted.
    `builtin` is the built-in engine's answer to the same passages. No error of a model is raised: it becomes the
    answer's message. Closing the generator stops the model."""
    started = time.perf_counter()
    if not hits:
        yield builtin.text
        return builtin
    try:
        model = open_model()
    except AppError as error:
        yield builtin.text
        return _fall_back(builtin, error, lang)
    prompt = ask_documents(question, lang, hits, model.count_tokens, model.room_tokens, history, rules)
    draft = _Draft()
    yield from _stream(model, prompt, draft)
    passages = Passages(prompt.hits, Vocabulary(index), Pages(read_page), lang)
    answer = _judge(draft, model, passages, read_page, builtin, lang)
    if answer.engine == "builtin":
        yield ("\n\n" if draft.text else "") + builtin.text
    elif prompt.cut:
        answer = replace(
            answer, message=_join(answer.message, translate("generate.context_cut", lang, model=model.name))
        )
    timings = {**builtin.timings_ms, "answer": round(1000 * (time.perf_counter() - started), 2)}
    return replace(answer, uses=(draft.use,) if draft.use else (), timings_ms=timings, hits=builtin.hits or tuple(hits))


def _stream(model: Writer, prompt: Prompt, draft: _Draft) -> Iterator[str]:
    """The model's text, cleaned; fills `draft`."""
    reply = model.stream(prompt.messages, idle_s=_IDLE_S)
    clean, opening = CleanStream(), ""
    try:
        for piece in reply:
            if not piece:
                yield ""
                continue
            if opening is not None:
                opening += piece
                if NOT_FOUND.startswith(opening.strip()[: len(NOT_FOUND)]):
                    continue  # it may be declining: that is no text to show
                piece, opening = opening, None
            shown = clean.feed(piece)
            if shown:
                yield shown
    except AppError as error:
        draft.error = error
    finally:
        reply.close()
        draft.text, draft.use, draft.cut = reply.text, reply.use, reply.finish == "length"
    rest = clean.finish() if opening is None else "" if NOT_FOUND in opening else clean_markdown(opening)
    if rest:
        yield rest


def _judge(
    draft: _Draft, model: Writer, passages: Passages, read_page: ReadPage, builtin: DocumentsAnswer, lang: str
) -> DocumentsAnswer:
    """The model's answer with its citations, or the built-in one with a note."""
    if draft.error is None and NOT_FOUND in draft.text[: len(NOT_FOUND) + 4]:
        return _declined(model, builtin, lang)
    if draft.error is None and not is_readable(draft.text):
        return _fall_back(builtin, AppError("generate.nonsense", model=model.name), lang)
    written = clean_markdown(draft.text.replace(NOT_FOUND, ""))
    if draft.error is not None or draft.cut:
        written = _whole_sentences(written)
    text, citations, confidence = cite(written, passages, read_page)
    if draft.error is not None:
        return _complete(text, citations, builtin, draft.error, lang)
    if not citations:
        return _fall_back(builtin, AppError("generate.unsupported", model=model.name), lang)
    message = translate("generate.cut", lang) if draft.cut else ""
    if any(citation.hidden for citation in citations):
        message = _join(message, translate("chat.answer.hidden", lang))
    return replace(
        builtin, status="answered", text=text, message=message, confidence=confidence, citations=citations,
        engine=model.kind,
    )  # fmt: skip


def _declined(model: Writer, builtin: DocumentsAnswer, lang: str) -> DocumentsAnswer:
    if builtin.status == "answered" and builtin.confidence >= _TRUST_BUILTIN:
        note = translate("generate.declined", lang, model=model.name)
        return replace(builtin, message=_join(note, builtin.message), engine="builtin")
    message = builtin.message if builtin.status == "not_found" else translate("chat.decline.unsupported", lang)
    return replace(
        builtin, status="not_found", text="", message=message, confidence=0.6, citations=(), engine=model.kind
    )


def _fall_back(builtin: DocumentsAnswer, error: AppError, lang: str) -> DocumentsAnswer:
    note = translate("generate.fell_back", lang, reason=error_text(error, lang))
    return replace(builtin, message=_join(builtin.message, note), engine="builtin")


def _complete(
    text: str, citations: tuple[Citation, ...], builtin: DocumentsAnswer, error: AppError, lang: str
) -> DocumentsAnswer:
    """What the model had written whole and with evidence, then the built-in answer."""
    if not citations or builtin.status != "answered":
        return _fall_back(builtin, error, lang)
    moved = tuple(replace(found, n=found.n + len(citations)) for found in builtin.citations)
    rest = re.sub(r"\[(\d+)\]", lambda mark: f"[{int(mark[1]) + len(citations)}]", builtin.text)
    note = translate("generate.completed", lang, reason=error_text(error, lang))
    return replace(builtin, text=f"{text}\n\n{rest}", citations=citations + moved, message=_join(builtin.message, note))


# ---------------------------------------------------------------- marks to citations


def cite(text: str, passages: Passages, read_page: ReadPage) -> tuple[str, tuple[Citation, ...], float]:
    """(the text with marks that count its citations, the citations, the mean coverage of its sentences).

    A mark [p] names a passage: its citation quotes the span of it that supports the sentence best. Marks of passages
    that are not there are dropped; a sentence without any gets one only where a passage holds most of it, figures
    included."""
    found: dict[tuple[int, int, int, int], Citation] = {}
    coverages: list[float] = []
    lines = [_cite_line(line, passages, read_page, found, coverages) for line in text.strip().split("\n")]
    confidence = sum(coverages) / len(coverages) if coverages else 0.0
    return "\n".join(lines).strip(), tuple(found.values()), round(min(confidence, 0.99), 4)


def _cite_line(line: str, passages: Passages, read_page: ReadPage, found: dict, coverages: list[float]) -> str:
    head = match.group() if (match := _LIST_MARK.match(line)) else ""
    bare, marks = _take_marks(line[len(head) :])
    sentences = split_sentences(bare)
    written = []
    for start, end in sentences:
        after = next((at for at, _ in sentences if at >= end), len(bare) + 1)
        own = [number for at, number in marks if start < at < max(after, end + 1) or (at == 0 and start == 0)]
        supports = _supports(bare[start:end], own, passages)
        if any(char.isalnum() for char in bare[start:end]) and not bare[start:end].rstrip("*").endswith(":"):
            coverages.append(max((support.coverage for support in supports), default=0.0))
        numbers = dict.fromkeys(_number_of(support, found, read_page) for support in supports)
        written.append(_with_marks(bare[start:end], [number for number in numbers if number]))
    return head + " ".join(written)


def _take_marks(line: str) -> tuple[str, list[tuple[int, int]]]:
    """The line without its marks, and (where, passage number) of each."""
    bare, marks, at = "", [], 0
    for match in _MARKS.finditer(line):
        bare += line[at : match.start()]
        marks += [(len(bare), int(number)) for number in _NUMBER.findall(match[1])]
        at = match.end()
    return bare + line[at:], marks


def _supports(sentence: str, own: Sequence[int], passages: Passages) -> list[Support]:
    named = [passages.best(sentence, number) for number in dict.fromkeys(own) if 1 <= number <= len(passages)]
    if any(named):
        return [support for support in named if support is not None]
    if len(sentence.split()) < 3:
        return []
    best = passages.best_of_all(sentence)
    return [best[1]] if best and best[1].figures and best[1].coverage >= _OWN_COVERAGE else []


def _number_of(support: Support, found: dict, read_page: ReadPage) -> int:
    """The number of the citation of that span, made where it is new; 0 where its page holds no such text."""
    place = (support.hit.document_id, support.page, support.start, support.end)
    if place not in found:
        page = read_page(support.hit.document_id, support.page)
        span = (support.start, support.end)
        made = make_citation(len(found) + 1, support.hit, page, span, round(support.coverage, 4), None)
        if not made.verified:
            return 0
        found[place] = made
    return found[place].n


def _with_marks(sentence: str, numbers: Sequence[int]) -> str:
    """The marks stand before the full stop, so that they stay with their sentence."""
    if not numbers:
        return sentence
    marks = "".join(f"[{number}]" for number in numbers)
    final = _FINAL.search(sentence)
    at = final.start() if final else len(sentence)
    return f"{sentence[:at].rstrip()} {marks}{sentence[at:]}"


def _whole_sentences(text: str) -> str:
    """The text up to its last sentence that was ended."""
    ends = [match.end() for match in re.finditer(r"[.!?…][\"'”»)*]*(?:\s*\[\d+\])*(?=\s|$)|\](?=\s*\n)", text)]
    return text[: ends[-1]] if ends else ""


def is_readable(text: str) -> bool:
    """Whether a text is more than noise: mostly letters and figures, and not one thing over and over."""
    solid = [char for char in text if not char.isspace()]
    if not solid or text.count("\ufffd") > 0.02 * len(text):
        return False
    if sum(char.isalnum() for char in solid) < _READABLE * len(solid):
        return False
    tail = text[-_LOOP_TAIL:]
    loops = len(tail) == _LOOP_TAIL and any(tail[period:] == tail[:-period] for period in range(1, _LOOP_TAIL // 4))
    return not loops


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)
