"""May an adapter of a language model be used? Base and adapter are asked how likely they find the right answers.

Held-out answers must have become likelier, general text in either language must not have become much less likely. What
counts is the paired difference of log-likelihoods per token with its interval. It trains nothing; the caller writes the
verdict to the card.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.evaluation.compare import Comparison, compare
from core.evaluation.gate import GENERAL, Gate
from core.training.causal import Tokens, TrainableChat
from core.training.chat_lora import ChatConfig, load_chat
from core.training.examples import Example

_TEST_LEAST = 20
_TRAIN_LEAST = 100  # fewer than this are learned by heart
_ASKED_MOST = 200
_FORGOTTEN = 0.1  # log-likelihood per token: perplexity up by a tenth
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
) -> Gate:
    """Measure both on `test`, which nothing was learned from, and on the general passages. `config` is what the
    adapter was trained with; `train_examples` is None where it was trained elsewhere. Raises AppError `gate.few` below
    20 examples that are short enough."""
    chat = load_chat(base, config)
    chat.load(adapter)
    asked = [found for one in test if (found := chat.tokenize(one, config.max_tokens))]
    if len(asked) < _TEST_LEAST:
        raise AppError("gate.few", n=len(asked), least=_TEST_LEAST)
    random.Random(seed).shuffle(asked)
    texts = {"chat": asked[:_ASKED_MOST]} | {f"general_text_{lang}": _read_general(chat, lang) for lang in ("en", "es")}
    measures = {}
    for n, (name, tokens) in enumerate(texts.items(), 1):
        sides = [{str(i): chat.score(one, adapted=on) for i, one in enumerate(tokens)} for on in (False, True)]
        measures[name] = compare(*sides)
        step(n / len(texts))
    reasons = tuple(find_chat_faults(measures, train_examples))
    return Gate(not reasons, reasons, measures)


def find_chat_faults(measures: dict[str, Comparison], train_examples: int | None) -> list[tuple[str, dict[str, Any]]]:
    """Why an adapter may not be used; empty where it may."""
    faults: list[tuple[str, dict[str, Any]]] = []
    if train_examples is not None and train_examples < _TRAIN_LEAST:
        faults.append(("gate.pairs", {"n": train_examples, "least": _TRAIN_LEAST}))
    if measures["chat"].winner != "b":
        faults.append(("gate.chat_no_gain", _told(measures["chat"])))
    for name, found in measures.items():
        if name.startswith("general_text_") and found.difference < -_FORGOTTEN:
            faults.append(("gate.chat_forgot", _told(found) | {"lang": name.rpartition("_")[2]}))
    return faults


def _told(found: Comparison) -> dict[str, float]:
    """Perplexities, as people know them."""
    return {"base": _perplexity(found.mean_a), "adapter": _perplexity(found.mean_b)}


def _perplexity(likelihood: float) -> float:
    return round(math.exp(min(-likelihood, 50.0)), 2)


def _read_general(chat: TrainableChat, lang: str) -> list[Tokens]:
    rows = [json.loads(line) for line in GENERAL.read_text(encoding="utf-8").splitlines()]
    found = (chat.tokenizer(row[f"passage_{lang}"])["input_ids"][:_TEXT_MOST] for row in rows)
    return [Tokens(tuple(ids), 1) for ids in found if len(ids) > 1]
