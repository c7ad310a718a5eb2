"""A question to SQL by a language model: linked schema in, one statement out, mended, guarded, run; an error is handed
back at most twice, and where nothing comes of it the parser's answer stands.

The model only ever writes text: what runs is what the guard admits, in the sandbox that the caller hands in as `run`.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor

from core.errors import AppError
from core.i18n import error_text, translate
from core.models.digest import fence_conversation
from core.models.fence import fence_code, neutral
from core.models.writer import Writer
from core.records import Answer, Catalog, CheckedSql, Message, ModelUse, QueryResult, Reading, SqlAnswer
from core.sql.describe_schema import SCHEMA_SHARE, describe_schema, link_catalog
from core.sql.language.lexicon import fold
from core.sql.parser.compare import same_rows
from core.sql.repair import repair_sql
from core.sql.safety.guard import check_sql

REPAIRS_MAX = 2
PAIRS_SHOWN = 3
TOKENS_MAX = 400
IDLE_S = 0.5
READINGS = 3
AGREED = 0.9  # how sure where parser and model, which err for different reasons, give the same rows
ALONE = 0.6
_FENCED = re.compile(r"```[ \t]*(?:sql|duckdb)?[ \t]*\n?(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)
_BEGIN = re.compile(r"\b(?:SELECT|WITH|FROM|PIVOT|UNPIVOT|DESCRIBE|SUMMARIZE|VALUES)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{3,}")
Run = Callable[[list[str]], list[QueryResult]]
Pair = tuple[str, str]
Parse = Callable[[], SqlAnswer]


def write_sql(
    question: str,
    catalog: Catalog,
    run: Run,
    open_model: Callable[[], Writer],
    parse: Parse,
    *,
    lang: str,
    pairs: Sequence[Pair] = (),
    history: Sequence[Answer] = (),
    rules: str = "",
    check: Callable[[str, Catalog], CheckedSql] = check_sql,
    recall: Callable[[Callable[[], str]], str] = lambda work: work(),
) -> Generator[str, None, SqlAnswer]:
    """Returns the answer by the model's statement, or what `parse` gives, the parser's answer, with a `message` that
    says why. The parser works in a thread while the model writes.

    `recall` may know the text of the linked schema; `pairs` are (question, SQL) that a user accepted: the most alike
    are shown as examples. `history` are the
    conversation's answers before, shown in short. `alternatives` keep the
    parser's reading where its rows differ. No error of the model is raised. While the model writes '' is yielded now
    and then, so that whoever reads can look whether the answer is still wanted; closing the generator stops it."""
    started = time.perf_counter()
    if not catalog.tables:
        return parse()
    uses: list[ModelUse] = []
    beside = ThreadPoolExecutor(1, thread_name_prefix="parser")
    parsing = None
    try:
        model = open_model()
        messages = ask_sql(question, catalog, lang, model, pairs, history, rules, recall)
        parsing = beside.submit(parse)
        written = yield from _write_and_run(question, catalog, run, model, messages, lang, check, uses)
        parsed = parsing.result()
        answer = _beside(written, parsed)
    except AppError as error:
        note = translate("generate.fell_back", lang, reason=error_text(error, lang))
        parsed = parsing.result() if parsing else parse()
        answer = dataclasses.replace(parsed, message=note)
    finally:
        beside.shutdown(wait=False)
    total = round(1000 * (time.perf_counter() - started), 2)
    timings = {**parsed.timings_ms, **answer.timings_ms, "write": total}
    return dataclasses.replace(answer, uses=tuple(uses), timings_ms=timings)


def ask_sql(
    question: str,
    catalog: Catalog,
    lang: str,
    model: Writer,
    pairs: Sequence[Pair],
    history: Sequence[Answer] = (),
    rules: str = "",
    recall: Callable[[Callable[[], str]], str] = lambda work: work(),
) -> list[Message]:
    """The messages for a first statement; `rules` in place of the instructions that come with the app. `recall` may
    know the text of the linked schema, which no instruction changes."""
    examples = _examples(question, pairs, catalog)
    system = rules or translate("prompt.sql", lang)
    earlier = fence_conversation(history, lang, model.count_tokens, model.room_tokens)
    room = model.room_tokens - model.count_tokens(system + question + examples + earlier) - 64
    linked = functools.cache(lambda: link_catalog(question, catalog, lang))
    described = recall(lambda: describe_schema(*linked()))
    if model.count_tokens(described) > SCHEMA_SHARE * max(room, 200):
        described = describe_schema(*linked(), model.count_tokens, max(room, 200))
    described = neutral(described)
    code = fence_code([question, described, examples])
    asked = translate(
        "prompt.sql_question", lang, code=code, schema=described, examples=neutral(examples), question=neutral(question)
    )
    return [Message("system", system), Message("user", earlier + asked)]


def _write_and_run(
    question, catalog, run, model, messages, lang, check, uses: list[ModelUse]
) -> Generator[str, None, SqlAnswer]:
    """Raises AppError: the model's own, or `generate.no_sql` where no statement of it ran."""
    error = AppError("generate.no_statement", model=model.name)
    for _ in range(REPAIRS_MAX + 1):
        said = yield from _ask(model, messages, uses)
        sql = extract_sql(said)
        if not sql:
            error = AppError("generate.no_statement", model=model.name)
            feedback = translate("prompt.sql_missing", lang)
        else:
            sql = repair_sql(sql, catalog)
            try:
                checked = check(sql, catalog)
            except AppError as refused:
                error = refused
            else:
                (result,) = run([sql])
                if result.error is None:
                    return SqlAnswer(question, lang, checked, result, confidence=ALONE, engine=model.kind)
                error = AppError(result.error[0], **result.error[1])
            feedback = translate("prompt.sql_error", lang, sql=sql, error=_positioned(error, lang))
        messages = [*messages, Message("assistant", said), Message("user", feedback)]
    raise AppError("generate.no_sql", model=model.name, detail=error_text(error, lang))


def _ask(model: Writer, messages: Sequence[Message], uses: list[ModelUse]) -> Generator[str, None, str]:
    reply = model.stream(messages, tokens_max=TOKENS_MAX, idle_s=IDLE_S)
    try:
        for piece in reply:
            if not piece:
                yield ""
            if "```" in reply.text.partition("```")[2]:  # the fence is closed: what follows is talk
                break
        return reply.text
    finally:
        reply.close()
        uses.append(reply.use)


def extract_sql(said: str) -> str:
    """The statement in a model's text: in a fence, or from the first word that begins one; '' where there is none."""
    fenced = [part.strip() for part in _FENCED.findall(said) if _BEGIN.search(part)]
    text = fenced[0] if fenced else said
    begin = _BEGIN.search(text)
    if begin is None:
        return ""
    text = text[begin.start() :]
    if not fenced:
        text = text.split("\n\n")[0]
    return _first_statement(text).strip()


def _first_statement(text: str) -> str:
    """Up to the first semicolon outside quotes: models like to go on."""
    quote = ""
    for at, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"`":
            quote = char
        elif char == ";":
            return text[:at]
    return text


def _positioned(error: AppError, lang: str) -> str:
    """The error in words, with its line and the piece of the statement where it knows them."""
    text = error_text(error, lang)
    line, snippet = error.params.get("line"), error.params.get("snippet")
    return f"{text} (line {line}: {snippet})" if line and snippet and str(snippet) not in text else text


def _examples(question: str, pairs: Sequence[Pair], catalog: Catalog) -> str:
    """The accepted pairs most like the question that still hold for this catalog, as text for the prompt."""
    asked = _words(question)
    ranked = sorted(pairs, key=lambda pair: -_alike(asked, _words(pair[0])))
    lines: list[str] = []
    for said, sql in ranked:
        if len(lines) == PAIRS_SHOWN:
            break
        try:
            check_sql(sql, catalog)
        except AppError:
            continue
        lines.append(f"-- {' '.join(said.split())}\n{sql.strip()}")
    return "\n".join(lines)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(fold(text)))


def _alike(first: set[str], second: set[str]) -> float:
    return len(first & second) / len(first | second) if first | second else 0.0


def _beside(answer: SqlAnswer, parsed: SqlAnswer) -> SqlAnswer:
    """The model's answer with the parser's reading: in words where the rows are the same, else as an alternative."""
    if parsed.sql is None or parsed.result is None or parsed.result.error is not None:
        return dataclasses.replace(answer, unknown=parsed.unknown)
    if same_rows(answer.result, parsed.result):
        sure = max(AGREED, parsed.confidence)
        return dataclasses.replace(
            answer, reading=parsed.reading, confidence=sure, alternatives=parsed.alternatives, unknown=parsed.unknown
        )
    own = Reading(parsed.reading, parsed.sql.text)
    others = (own, *parsed.alternatives)[: READINGS - 1]
    return dataclasses.replace(answer, alternatives=others, unknown=parsed.unknown)
