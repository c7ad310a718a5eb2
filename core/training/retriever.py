"""Trains a retriever adapter: LoRA on a sentence encoder, from question-passage pairs, on the processor if need be.

The other passages of a batch, of the same document where it can be, are the wrong answers (in-batch negatives,
Henderson et al. 2017, scale 20), beside those that a pair names and those that are mined. Where memory runs out, a
batch is learned from in halves, each with the wrong answers of its own. General texts of the languages that it is to
read, some drawn anew for each step, are held near the base model's vectors, so that it forgets little: what is
forgotten grows with how far vectors move. How far those of other general texts move counts in every check, and at the
end the weights are moved back towards the base as far as that is good for both (WiSE-FT, Wortsman et al. 2022).
Spanish is read through the list of words that the adapter will be used with, as the app's embedder does it.
The steps, checks and checkpoints are `loop`'s. It judges nothing: whether an adapter may be used is
`core.evaluation.gate`'s.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.i18n import LANGUAGES
from core.models.gloss import open_gloss
from core.training.encoder import TrainableEncoder
from core.training.loop import Report, Run, Trained
from core.training.negatives import mine
from core.training.pairs import Pair, format_pairs
from core.training.replay import app_texts, general_pairs

_CHECKED_MOST = 192  # held-out pairs looked at in a check
_KEPT = 16  # general texts in a step
_STRENGTHS = (0.75, 0.5, 0.35)  # beside the whole of what was learned


@dataclass(frozen=True, slots=True)
class RetrieverConfig:
    """Hyperparameters. `check_every` and `patience` count steps and checks; `keep` weighs staying near the base in each
    language that is held there, in a step as in a check; `negatives` are mined for each pair. With `early_stopping` the
    weights are kept that did best in a check, whole or weakened, else the last."""

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    targets: tuple[str, ...] = ("query", "key", "value", "dense")
    learning_rate: float = 1e-3
    batch: int = 32
    epochs: int = 1
    warmup_share: float = 0.1
    schedule: str = "linear"
    scale: float = 20.0
    keep: float = 8.0
    negatives: int = 0
    max_tokens: int = 256
    check_every: int = 10
    patience: int = 4
    early_stopping: bool = True
    threads: int = 0
    seed: int = 0


def train_retriever(
    base: Path,
    pairs: Sequence[Pair],
    held_out: Sequence[Pair],
    config: RetrieverConfig,
    folder: Path,
    report: Report = lambda _: True,
    start: Path | None = None,
    words: Path | None = None,
    langs: Sequence[str] = (),
) -> Trained:
    """Train on `pairs`; write PEFT's two files and `steps.jsonl` to `folder`. Continues a run that was cut off.

    `start` is an earlier adapter of the same rank to go on from; `words` is the list through which Spanish is read;
    `langs` are the languages that the adapter is to read, empty: all.
    `report` is called after each step and returns False to stop. Raises AppError: `training.too_few`,
    `training.cancelled`, `training.diverged`, `training.no_memory`, `training.other_run` (the folder holds another's),
    `training.other_start`."""
    if len(pairs) < 4:
        raise AppError("training.too_few", n=len(pairs), least=4)
    learned, checked = read_through(pairs, words, base), read_through(list(held_out)[:_CHECKED_MOST], words, base)
    general = _read_general(langs or LANGUAGES, words, base) if config.keep else _General()
    return _Run(base, learned, checked, general, config, folder, start).go(report)


def read_through(pairs: Sequence[Pair], words: Path | None, base: Path) -> list[Pair]:
    """The pairs as the encoder is to see them: their Spanish word by word in English where there is a list."""
    if words is None:
        return list(pairs)
    gloss = open_gloss(words, base)
    return [
        replace(
            pair,
            question=gloss.read(pair.question, pair.lang),
            passage=gloss.read(pair.passage, pair.passage_lang),
            negatives=tuple(gloss.read(text, pair.passage_lang) for text in pair.negatives),
        )
        for pair in pairs
    ]


@dataclass(frozen=True, slots=True)
class _General:
    """What is to stay as it was: pools of texts of which each step draws alike many, and texts for checks alone, in so
    many languages."""

    pools: tuple[tuple[str, ...], ...] = ()
    unseen: tuple[str, ...] = ()
    langs: int = 0


def _read_general(langs: Sequence[str], words: Path | None, base: Path) -> _General:
    gloss = open_gloss(words, base) if words else None
    told = [gloss.read(text, lang) if gloss else text for lang in langs for text in app_texts(lang)]
    replayed, unseen = (read_through(pairs, words, base) for pairs in general_pairs(langs))
    everyday, checked = (
        tuple(text for pair in pairs for text in (pair.question, pair.passage)) for pairs in (replayed, unseen)
    )
    return _General((tuple(told), everyday), checked, len(langs))


def draw_batches(pairs: Sequence[Pair], size: int, seed: int, epoch: int) -> list[list[int]]:
    """Positions by batch, in random order, pairs of a document together: what else it says is hard to tell from what
    is asked for, and search has to tell it."""
    generator = random.Random(seed * 1000 + epoch)
    documents: dict[str, list[int]] = {}
    for n, pair in enumerate(pairs):
        documents.setdefault(pair.document, []).append(n)
    order = []
    for name in generator.sample(sorted(documents), len(documents)):
        order += generator.sample(documents[name], len(documents[name]))
    batches = [order[at : at + size] for at in range(0, len(order), size)]
    if len(batches) > 1:
        batches = [batch for batch in batches if len(batch) >= max(size // 2, 2)] or batches
    generator.shuffle(batches)
    return batches


def lay_out(pairs: Sequence[Pair]) -> tuple[list[str], list[int], list[list[bool]]]:
    """Every passage and negative of a batch, each text once: what is mined for one question may be the own passage of
    another. Then where each pair's own passage stands, and (pairs, texts) which are other forms of it."""
    texts = list(dict.fromkeys([*(p.passage for p in pairs), *(text for p in pairs for text in p.negatives)]))
    keys: dict[str, set[str]] = {}
    for pair in pairs:
        keys.setdefault(pair.passage, set()).add(pair.key)
    forms = [[text != p.passage and p.key in keys.get(text, ()) for text in texts] for p in pairs]
    return texts, [texts.index(pair.passage) for pair in pairs], forms


class _Run(Run):
    """A run of the sentence encoder."""

    part_least = 2  # one pair alone has no wrong answer

    def __init__(
        self,
        base: Path,
        pairs: list[Pair],
        held_out: list[Pair],
        general: _General,
        config: RetrieverConfig,
        folder: Path,
        start: Path | None,
    ) -> None:
        import torch

        if config.threads:
            torch.set_num_threads(config.threads)
        torch.manual_seed(config.seed)
        self._torch, self._config = torch, config
        self._pairs, self._held_out, self._general = pairs, held_out, general
        self._keep = config.keep * general.langs
        self._encoder = TrainableEncoder(
            base,
            rank=config.rank,
            alpha=config.alpha,
            dropout=config.dropout,
            targets=config.targets,
            max_tokens=config.max_tokens,
        )
        if start is not None:
            self._encoder.load(start, base)
        if config.negatives:
            self._pairs = pairs = mine(pairs, self._read_as_base, config.negatives)
        self._unmoved: Any = None  # the base's vectors of general texts that are never replayed
        epochs = [draw_batches(pairs, config.batch, config.seed, epoch) for epoch in range(config.epochs)]
        batches = [batch for epoch in epochs for batch in epoch]
        super().__init__(config, folder, self._encoder.weights, batches, len(pairs), bool(held_out), config.batch)

    def backward(self, batch: list[int]) -> float:
        self._encoder.model.train()
        total = 0.0
        for at in range(0, len(batch), self._part):
            part = [self._pairs[i] for i in batch[at : at + self._part]]
            total += self._learn_from(self._loss(part) * (len(part) / len(batch)))
        if self._general.pools:
            total += self._learn_from(self._keep * self._drift())
        return total

    @staticmethod
    def _learn_from(loss: Any) -> float:
        """At once, so that what the gradients need is not kept for the next part."""
        loss.backward()
        return float(loss.detach())

    def measure(self) -> float:
        """What it learns by, on what it does not learn from: held-out pairs, in batches of the training's size, and
        for each language `keep` times how far general texts that are never replayed have moved."""
        size, total = self._config.batch, 0.0
        self._encoder.model.eval()
        with self._torch.no_grad():
            for at in range(0, len(self._held_out), size):
                part = self._held_out[at : at + size]
                total += float(self._loss(part)) * len(part)
        drift = self._drift_unseen() if self._general.unseen else 0.0
        return total / len(self._held_out) + self._keep * drift

    def find_strength(self) -> float:
        if not self._best_step:
            return 1.0
        found = {1.0: self._best}
        for strength in _STRENGTHS:
            self._weaken(strength)
            found[strength] = self.measure()
        strength = min(found, key=found.__getitem__)
        self._weaken(strength)
        self._best = found[strength]
        return strength

    def _weaken(self, strength: float) -> None:
        """What was learned best, counting for this share of it."""
        self._restore({n: part * (strength if "lora_B" in n else 1) for n, part in self._best_weights.items()})

    def save(self) -> None:
        self._encoder.save(self._folder)

    def count_weights(self) -> tuple[int, int]:
        return self._encoder.count_weights()

    def facts(self) -> dict[str, Any]:
        """The texts too: read through another list of words they are others."""
        return super().facts() | {"texts": hashlib.sha256(format_pairs(self._pairs).encode()).hexdigest()}

    def _loss(self, pairs: list[Pair]):
        """Cross-entropy of each question over the batch's texts, and of each passage over its questions."""
        torch = self._torch
        texts, own, forms = lay_out(pairs)
        questions = self._encoder.encode([pair.question for pair in pairs])
        scores = self._config.scale * questions @ self._encoder.encode(texts).T
        loss = torch.nn.functional.cross_entropy(scores.masked_fill(torch.tensor(forms), -1e4), torch.tensor(own))
        same = torch.tensor([[a.key == b.key for b in pairs] for a in pairs]) & ~torch.eye(len(pairs), dtype=torch.bool)
        back = scores[:, own].T.masked_fill(same, -1e4)
        return (loss + torch.nn.functional.cross_entropy(back, torch.arange(len(pairs)))) / 2

    def _read_as_base(self, texts: Sequence[str]) -> Any:
        """(n, dimension): the base's vectors, those of alike length read together."""
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        found: dict[int, Any] = {}
        self._encoder.model.eval()
        with self._torch.no_grad():
            for at in range(0, len(order), self._config.batch):
                part = order[at : at + self._config.batch]
                found |= zip(part, self._encoder.encode([texts[n] for n in part], adapted=False), strict=True)
        return self._torch.stack([found[n] for n in range(len(texts))]).cpu().numpy()

    def _drift(self) -> Any:
        """How far general texts, drawn for this step, have moved from the base's vectors: mean of 1 - cosine."""
        draw = random.Random(self._config.seed * 1_000_003 + self._step)
        each = _KEPT // len(self._general.pools)
        texts = [text for pool in self._general.pools for text in draw.sample(pool, min(each, len(pool)))]
        self._encoder.model.eval()
        with self._torch.no_grad():
            base = self._encoder.encode(texts, adapted=False)
        self._encoder.model.train()
        return (1 - (self._encoder.encode(texts) * base).sum(1)).mean()

    def _drift_unseen(self) -> float:
        """The same of the general texts that are never replayed."""
        texts, size, total = self._general.unseen, self._config.batch, 0.0
        if self._unmoved is None:
            self._unmoved = self._read_as_base(texts)
        self._encoder.model.eval()
        with self._torch.no_grad():
            for at in range(0, len(texts), size):
                base = self._torch.from_numpy(self._unmoved[at : at + size])
                total += float((1 - (self._encoder.encode(texts[at : at + size]).cpu() * base).sum(1)).sum())
        return total / max(len(texts), 1)
