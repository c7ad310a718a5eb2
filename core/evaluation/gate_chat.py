"""May an adapter of a language model be used? What is in use and it are asked how likely they find the right answers.

Held-out answers must have become likelier than under the base, or the adapter of it that is in use; that general text
in either language has become much less likely than to the base must be ruled out, and the chat must find in the adapter
what the trainer left in it. What counts is the paired difference of log-likelihoods per token with its interval; a few
answers are written out beside it. It trains nothing; the caller writes the verdict to the card.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.evaluation.compare import Comparison, compare, find_losses, may_have_lost
from core.evaluation.gate import GENERAL, Gate
from core.evaluation.gate_sql import Pair, RunSql, measure_statements
from core.metrics import bleu, chrf, exact_figures, mean
from core.models.engine import Call
from core.models.loading import load_model
from core.models.local_model import LocalModel
from core.records import Message
from core.settings import Settings
from core.training.causal import Tokens, TrainableChat
from core.training.chat_lora import ChatConfig, load_chat
from core.training.examples import Example

_TEST_LEAST = 20
_TRAIN_LEAST = 100  # fewer than this are learned by heart
_ASKED_MOST = 200
_FORGOTTEN = 0.1  # log-likelihood per token: perplexity up by a tenth
_WRITTEN = 10  # answers that are written out: shown, and too few to decide by
_WRITTEN_TOKENS = 48
_SAME_PATH = 20
_APART_MOST = 0.15
_TEXT_MOST = 256  # tokens


def judge_chat(
    base: Path,
    adapter: Path,
    config: ChatConfig,
    test: Sequence[Example],
    train_examples: int | None,
    *,
    step: Callable[[float], None] = lambda _: None,
    seed: int = 0,
    written: int = _WRITTEN,
    run_sql: RunSql | None = None,
    used: Path | None = None,
) -> Gate:
    """Measure both on `test`, which nothing was learned from, and on the general passages. `config` is what the
    adapter was trained with; `train_examples` is None where it was trained elsewhere. With `run_sql` held-out
    statements are written and run too. `used` is the adapter of this base that is in use: what answers have to be
    likelier than, while general text stays held against the bare base. Raises AppError `gate.few` below 20 examples
    that are short enough."""
    chat = load_chat(base, config)
    chat.load(adapter)
    short = [(one, found) for one in test if (found := chat.tokenize(one, config.max_tokens))]
    if len(short) < _TEST_LEAST:
        raise AppError("gate.few", n=len(short), least=_TEST_LEAST)
    random.Random(seed).shuffle(short)
    asked = [tokens for _, tokens in short[:_ASKED_MOST]]
    texts = {"chat": asked} | {f"general_text_{lang}": _read_general(chat, lang) for lang in ("en", "es")}
    measures = {}
    for n, (name, tokens) in enumerate(texts.items(), 1):
        sides = [{str(i): chat.score(one, adapted=on) for i, one in enumerate(tokens)} for on in (False, True)]
        measures[name] = compare(*sides)
        step(0.7 * n / len(texts))
    model = load_model(Settings(Path()).replace(chat_model=str(base), temperature=0.0))
    if used is not None:
        measures["chat"] = _compare_adapters(model, (used, adapter), [one for one, _ in short[:_ASKED_MOST]])
    apart = _other_path(chat, model, adapter, short[:_SAME_PATH])
    measures |= _write(model, (used, adapter), [one for one, _ in short[:written]])
    ran = run_sql and measure_statements(model, (used, adapter), [one for one, _ in short], run_sql)
    if ran:
        measures["chat_execution"] = ran
    step(1.0)
    reasons = tuple(find_chat_faults(measures, train_examples, apart))
    return Gate(not reasons, reasons, measures)


def find_chat_faults(
    measures: dict[str, Comparison], train_examples: int | None, apart: float = 0.0
) -> list[tuple[str, dict[str, Any]]]:
    """Why an adapter may not be used; empty where it may. `apart`: by how much the chat finds the same answers likelier
    or less likely than the trained model does, log-likelihood per token."""
    faults: list[tuple[str, dict[str, Any]]] = []
    if apart > _APART_MOST:
        faults.append(("gate.chat_other_path", {"apart": round(apart, 2)}))
    if train_examples is not None and train_examples < _TRAIN_LEAST:
        faults.append(("gate.pairs", {"n": train_examples, "least": _TRAIN_LEAST}))
    if measures["chat"].winner != "b":
        faults.append(("gate.chat_no_gain", _told(measures["chat"])))
    ran = measures.get("chat_execution")
    if ran is not None and find_losses({"chat_execution": ran}):
        faults.append(("gate.chat_sql_worse", {"base": round(ran.mean_a, 3), "adapter": round(ran.mean_b, 3)}))
    for name, found in measures.items():
        if name.startswith("general_text_") and may_have_lost(found, _FORGOTTEN):
            faults.append(("gate.chat_forgot", _told(found) | {"spoken": name.rpartition("_")[2].upper()}))
    return faults


def _other_path(
    chat: TrainableChat, model: LocalModel, adapter: Path, cases: Sequence[tuple[Example, Tokens]]
) -> float:
    """How far what the trainer's model says and what the chat says lie apart, on the same answers: other turns, another
    end token or an adapter that was not laid on would show here. Sixteen bits account for hundredths."""
    found = []
    for one, tokens in cases:
        messages = [Message(role, text) for role, text in one.messages]
        found.append(abs(chat.score(tokens) - model.score(messages, one.completion, str(adapter))))
    return mean(found)


def _compare_adapters(model: LocalModel, pair: Pair, cases: Sequence[Example]) -> Comparison:
    """How likely the chat finds the right answers under either adapter."""

    def score(place: str | None) -> dict[str, float]:
        turns = [([Message(role, text) for role, text in one.messages], one.completion) for one in cases]
        return {str(n): model.score(messages, said, place) for n, (messages, said) in enumerate(turns)}

    first, second = (score(str(folder) if folder else None) for folder in pair)
    return compare(first, second)


def _write(model: LocalModel, pair: Pair, cases: Sequence[Example]) -> dict[str, Comparison]:
    """What is written before and under the adapter by the chat's own path, against what should be said: likeness, and
    right figures."""
    sides: list[dict[str, dict[str, float]]] = []
    for place in (str(folder) if folder else None for folder in pair):
        scores: dict[str, dict[str, float]] = {"chat_chrf": {}, "chat_bleu": {}, "chat_figures": {}}
        for n, one in enumerate(cases):
            messages = [Message(role, text) for role, text in one.messages]
            text = "".join(piece.text for piece in model.generate(messages, _WRITTEN_TOKENS, place, Call()))
            scores["chat_chrf"][str(n)] = chrf(text, one.completion)
            scores["chat_bleu"][str(n)] = bleu([text], [one.completion])
            if any(letter.isdigit() for letter in one.completion):
                scores["chat_figures"][str(n)] = exact_figures(text, one.completion)
        sides.append(scores)
    return {name: compare(sides[0][name], sides[1][name]) for name, found in sides[0].items() if found}


def _told(found: Comparison) -> dict[str, float]:
    """Perplexities, as people know them."""
    return {"base": _perplexity(found.mean_a), "adapter": _perplexity(found.mean_b)}


def _perplexity(likelihood: float) -> float:
    return round(math.exp(min(-likelihood, 50.0)), 2)


def _read_general(chat: TrainableChat, lang: str) -> list[Tokens]:
    rows = [json.loads(line) for line in GENERAL.read_text(encoding="utf-8").splitlines()]
    found = (chat.tokenizer(row[f"passage_{lang}"])["input_ids"][:_TEXT_MOST] for row in rows)
    return [Tokens(tuple(ids), 1) for ids in found if len(ids) > 1]
