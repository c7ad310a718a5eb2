"""What a training will take, told before it starts: weights that learn, memory, minutes; against what is free here.

Sizes come from the header of the base's weights file; no weight is read and no library of models is loaded.
"""

from __future__ import annotations

import functools
import json
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from core.models import adapter_files, export
from core.models.suggested import gpu_memory_gb
from core.training.chat_lora import ChatConfig
from core.training.examples import Example
from core.training.pairs import Pair
from core.training.retriever import RetrieverConfig

# Measured with the packaged encoder on two cores (docs/LOG.md).
_LIBRARIES_BYTES = 950e6  # torch, transformers and peft in memory, the base's weights, buffers
_TOKEN_BYTES = 735e3  # what one token of a batch leaves behind until its gradient is known
_LEARNING_BYTES = 16  # a weight that learns: itself, its gradient, two moments of the optimizer
_TOKENS_PER_CORE_S = 450
_START_S = 20
_GATE_SHARE = 0.33  # of the training's time: both encoders read the held-out passages and sentences
_CHECK_COST = 1 / 3  # a pair looked at against a pair learned from: no way back
_CHECKED_MOST = 192
_LETTERS_PER_TOKEN = {"en": 4.2, "es": 2.9}  # of this encoder's word pieces
_LIBRARIES_CHAT_BYTES = 700e6  # torch, transformers and peft alone
_CHAT_LETTERS_PER_TOKEN = 3.2
_CORE_FLOPS = 1.5e10  # of a core in 32 bits, on the small matrices of a small model
_FLOPS_PER_WEIGHT = 4  # a token: forward two, back through it two; the base itself learns nothing
_FULL_FLOPS_PER_WEIGHT = 6
_CORE_WATTS, _GPU_WATTS = 10, 300  # under load; rough, for orders of magnitude
_SPARE = 0.9  # of the free memory


@dataclass(frozen=True, slots=True)
class Forecast:
    """`share`: of all weights, those that learn. `measured`: the time rests on an earlier run on this machine."""

    trainable: int
    weights: int
    steps: int
    memory_bytes: float
    free_bytes: float
    seconds: float
    measured: bool

    @property
    def share(self) -> float:
        return self.trainable / self.weights

    @property
    def fits(self) -> bool:
        return self.memory_bytes <= _SPARE * self.free_bytes


def forecast(
    train: Sequence[Pair], held_out: int, config: RetrieverConfig, pairs_per_s: float = 0.0, folds: int = 0
) -> Forecast:
    """What training on `train` will take, where there are `folds` on all but each of them before. `pairs_per_s` is what
    an earlier run with as long texts reached here."""
    trainable, weights = count_weights(config)
    questions, passages = _count_tokens(train, config.max_tokens)
    passages *= 1 + config.negatives
    steps = math.ceil(len(train) / config.batch) * config.epochs
    batch_tokens = config.batch * (questions / max(len(train), 1) + (1 + config.negatives) * config.max_tokens)
    memory = _LIBRARIES_BYTES + _LEARNING_BYTES * trainable + _TOKEN_BYTES * batch_tokens
    cores = free_cores(os.cpu_count() or 1, psutil.getloadavg()[0])
    rate = pairs_per_s or _TOKENS_PER_CORE_S * cores * max(len(train), 1) / max(questions + passages, 1)
    checks = 1 + steps // max(config.check_every, 1)
    seen = len(train) * config.epochs + _CHECK_COST * checks * min(held_out, _CHECKED_MOST)
    seconds = _START_S + (1 + _GATE_SHARE) * max(folds, 1) * seen / rate  # k times all but a k-th, and once all
    free = float(psutil.virtual_memory().available)
    return Forecast(trainable, weights, steps, memory, free, seconds, pairs_per_s > 0)


def forecast_chat(
    base: Path, train: Sequence[Example], held_out: int, config: ChatConfig, examples_per_s: float = 0.0
) -> Forecast:
    """The same for a language model in `base`: from its configuration, its weights' headers and the examples."""
    shapes = _shapes_in(base)
    model = json.loads((base / "config.json").read_text(encoding="utf-8"))
    layers = {name: shape for name, shape in shapes.items() if _may_learn(name, shape, config.targets)}
    trainable = config.rank * sum(sum(shape) for shape in layers.values())
    weights = sum(math.prod(shape) for shape in shapes.values())
    learned = [*_chat_tokens(train, config.max_tokens)]
    epoch = round(len(train) * (1 + config.replay))
    steps = math.ceil(epoch / config.batch) * config.epochs
    longest = max(learned, default=0) * min(config.micro_batch, config.batch)
    held = weights * (0.6 if config.four_bits else _bytes_each())
    memory = _LIBRARIES_CHAT_BYTES + held + _LEARNING_BYTES * trainable + longest * _chat_token_bytes(model, layers)
    tokens = sum(learned) / max(len(learned), 1)
    rate = examples_per_s or _CORE_FLOPS * free_cores(os.cpu_count() or 1, psutil.getloadavg()[0]) / max(
        _FLOPS_PER_WEIGHT * weights * tokens, 1.0
    )
    checks = 1 + steps // max(config.check_every, 1)
    seen = epoch * config.epochs + _CHECK_COST * checks * held_out
    free = float(psutil.virtual_memory().available)
    seconds = _START_S + (1 + _GATE_SHARE) * seen / rate
    return Forecast(trainable, weights + trainable, steps, memory, free, seconds, examples_per_s > 0)


def full_training_seconds(seconds: float) -> float:
    """What training every weight would take where an adapter takes `seconds`: gradients of the weights as well, six
    operations a weight and token for four."""
    return seconds * _FULL_FLOPS_PER_WEIGHT / _FLOPS_PER_WEIGHT


def energy_wh(seconds: float) -> float:
    """About what a training draws from the wall, in watt-hours: by a GPU's usual power, else by that of the cores."""
    watts = _GPU_WATTS if gpu_memory_gb() else _CORE_WATTS * (os.cpu_count() or 1)
    return watts * seconds / 3600


def full_training_bytes(weights: int) -> float:
    """What training every weight would hold: itself, its gradient and two moments, in 32 bits."""
    return float(_LEARNING_BYTES * weights)


def _shapes_in(base: Path) -> dict[str, tuple[int, ...]]:
    files = sorted(base.glob("*.safetensors"))
    return {name: tensor.shape for path in files for name, tensor in adapter_files.read_header(path).items()}


def _may_learn(name: str, shape: tuple[int, ...], targets: Sequence[str]) -> bool:
    """Whether a weight is of a layer that is adapted: as `causal.find_targets` finds them, by the name alone."""
    layer = name.removesuffix(".weight").rsplit(".", 1)[-1]
    if len(shape) != 2 or layer in ("lm_head", "wte", "wpe") or "embed" in layer:
        return False
    return tuple(targets) == ("all",) or layer in targets


def _chat_token_bytes(model: dict, layers: dict[str, tuple[int, ...]]) -> float:
    """What a token leaves behind until its gradient is known: in and out of every adapted layer, norms and attention
    beside them, and logits with their gradient."""
    kept = sum(sum(shape) for shape in layers.values())
    return 4 * (1.6 * kept + 2 * model.get("vocab_size", 0))


def _chat_tokens(train: Sequence[Example], most: int) -> Iterator[float]:
    """About how many tokens each example has; those too long are left out of training."""
    for one in train:
        tokens = (sum(len(text) for _, text in one.messages) + len(one.completion)) / _CHAT_LETTERS_PER_TOKEN
        if tokens <= most:
            yield tokens


def _bytes_each() -> int:
    """Of a frozen weight: 16 bits on a GPU, 32 on a processor."""
    return 2 if gpu_memory_gb() else 4


def free_cores(cores: int, load: float) -> float:
    """What a training with a thread a core gets of them beside `load` other threads that want to run."""
    return cores * cores / (cores + max(load, 0.0))


def count_weights(config: RetrieverConfig) -> tuple[int, int]:
    """(learning, all) weights of an adapter with this rank on these layers."""
    layers = _layers()
    own = sum(out + into for name, (out, into) in layers.items() if name.rsplit(".", 2)[-2] in config.targets)
    return config.rank * own, _base_weights() + config.rank * own


@functools.cache
def _layers() -> dict[str, tuple[int, int]]:
    """The linear layers of the packaged encoder that an adapter may change, by the name of their weight."""
    found = adapter_files.read_header(export.base_weights())
    return {
        name: (tensor.shape[0], tensor.shape[1])
        for name, tensor in found.items()
        if len(tensor.shape) == 2 and not name.startswith(("embeddings", "pooler"))
    }


@functools.cache
def _base_weights() -> int:
    found = adapter_files.read_header(export.base_weights())
    return sum(math.prod(tensor.shape) for tensor in found.values() if tensor.kind == "F32")


def _count_tokens(pairs: Sequence[Pair], most: int) -> tuple[float, float]:
    """About how many tokens the encoder reads of all questions and of all passages."""

    def count(text: str, lang: str) -> float:
        return min(most, 2 + len(text) / _LETTERS_PER_TOKEN.get(lang, 3.0))

    questions = sum(count(pair.question, pair.lang) for pair in pairs)
    return questions, sum(count(pair.passage, pair.passage_lang) for pair in pairs)
