"""A small encoder that says how well a source supports a statement, in place of the rules over passages.

Two kinds, from a folder or the local Hugging Face cache, safetensors only, no remote code: token classifiers that mark
what is not grounded (LettuceDetect's kind), and sentence-pair classifiers (NLI, or one logit of consistency). One is
used only where its card, written by the measurement on held-out statements, says that it beats the rules. It measures
nothing.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.models.loading import find_folder
from core.settings import Settings

Grounded = Callable[[Sequence[tuple[str, str]]], list[float]]
_BATCH = 8
_LENGTH = 1024
_NOT_GROUNDED = ("hallucinat", "unsupported", "not_grounded", "ungrounded", "label_1")


@dataclass(frozen=True, slots=True)
class GroundednessCard:
    """What a measurement found. `weights` is the sha256 of the model's files, `threshold` the score from which a
    statement counts as supported; `rules` and `own` are balanced accuracies (0..1) on `statements` held-out ones,
    `gain_low` and `gain_high` the 95 % interval of their difference."""

    model: str
    weights: str
    threshold: float
    statements: int
    rules: float
    own: float
    gain_low: float
    gain_high: float
    accepted: bool


def write_card(workspace: Path, card: GroundednessCard) -> None:
    """Keep what was measured beside the workspace's settings."""
    path = workspace / "groundedness.json"
    fresh = path.with_suffix(".tmp")
    fresh.write_text(json.dumps(asdict(card), indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)


def read_card(workspace: Path) -> GroundednessCard | None:
    """The last measurement, or None where there is none that can be read."""
    try:
        return GroundednessCard(**json.loads((workspace / "groundedness.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def tell_card(settings: Settings) -> tuple[str, dict[str, Any]] | None:
    """What becomes of the model that the settings name, as a message key and its figures; None where none is named."""
    name, card = settings.get("groundedness_model"), read_card(settings.workspace)
    if name == "none":
        return None
    if card is None or card.model != name:
        return "groundedness.unmeasured", {"model": name}
    return describe_card(card)


def describe_card(card: GroundednessCard) -> tuple[str, dict[str, Any]]:
    """A card as a message key and its figures, shares in percent."""
    figures = {"n": card.statements, "own": round(100 * card.own, 1), "rules": round(100 * card.rules, 1)}
    figures |= {"low": round(100 * card.gain_low, 1), "high": round(100 * card.gain_high, 1), "model": card.model}
    return f"groundedness.{'accepted' if card.accepted else 'refused'}", figures


def grounded_in_use(settings: Settings) -> Grounded | None:
    """The model that the settings name, where it was measured, accepted, and its files are those that were measured.
    Scores are moved so that .5 is its threshold. None: the rules judge."""
    name, card = settings.get("groundedness_model"), read_card(settings.workspace)
    if name == "none" or card is None or card.model != name or not card.accepted:
        return None
    return _open(name, card.weights, card.threshold)


@functools.lru_cache(maxsize=1)
def _open(name: str, weights: str, threshold: float) -> Grounded | None:
    try:
        folder = find_folder(name)
        if hash_weights(folder) != weights:
            return None
        model = load_groundedness(name)
    except AppError:  # gone since it was measured: the rules judge, and the settings page says so
        return None
    return lambda pairs: [centre(score, threshold) for score in model(pairs)]


def centre(score: float, threshold: float) -> float:
    """A score on a scale where .5 is the threshold."""
    if score >= threshold:
        return 0.5 + 0.5 * (score - threshold) / max(1 - threshold, 1e-9)
    return 0.5 * score / max(threshold, 1e-9)


def hash_weights(folder: Path) -> str:
    """sha256 over the model's configuration and weights, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted([folder / "config.json", *folder.glob("*.safetensors")]):
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def load_groundedness(name: str) -> Grounded:
    """The scores of (source, statement) pairs, 0..1, by the encoder `name` (a folder, or a Hugging Face id that is
    downloaded). Raises AppError `models.*`, and `groundedness.unknown_kind` for another kind of model."""
    from transformers import (
        AutoConfig,
        AutoModelForSequenceClassification,
        AutoModelForTokenClassification,
        AutoTokenizer,
    )

    folder = find_folder(name)
    try:
        options = {"trust_remote_code": False, "local_files_only": True}
        kinds = "".join(AutoConfig.from_pretrained(folder, **options).architectures or ())
        tokenizer = AutoTokenizer.from_pretrained(folder, **options)
        if "TokenClassification" in kinds:
            model = AutoModelForTokenClassification.from_pretrained(folder, use_safetensors=True, **options)
            return _batched(model, tokenizer, _by_token)
        if "SequenceClassification" in kinds:
            model = AutoModelForSequenceClassification.from_pretrained(folder, use_safetensors=True, **options)
            return _batched(model, tokenizer, _by_pair)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise AppError("models.cannot_load", model=name, detail=str(error)[:300]) from None
    raise AppError("groundedness.unknown_kind", model=name, kind=kinds or "?")


def _batched(model: Any, tokenizer: Any, read: Callable[[Any, Any, Any], list[float]]) -> Grounded:
    import torch

    model.eval()
    length = min(_LENGTH, getattr(model.config, "max_position_embeddings", _LENGTH) - 2)

    def score(pairs: Sequence[tuple[str, str]]) -> list[float]:
        found: list[float] = []
        for at in range(0, len(pairs), _BATCH):
            sources, claims = zip(*pairs[at : at + _BATCH], strict=True)
            batch = tokenizer(
                list(sources),
                list(claims),
                truncation="longest_first",
                max_length=length,
                padding=True,
                return_tensors="pt",
            )
            ids = [batch.sequence_ids(n) for n in range(len(claims))]
            with torch.no_grad():
                logits = model(**batch).logits
            found += read(model, logits, ids)
        return found

    return score


def _by_token(model: Any, logits: Any, ids: Sequence[Sequence[int | None]]) -> list[float]:
    """One less the surest token of the statement that is marked as not grounded."""
    named = {n: str(label).lower() for n, label in model.config.id2label.items()}
    bad = next((n for n, label in named.items() if any(word in label for word in _NOT_GROUNDED)), len(named) - 1)
    shares = logits.softmax(-1)[..., int(bad)]
    return [
        1 - max((float(shares[row, at]) for at, part in enumerate(parts) if part == 1), default=0.0)
        for row, parts in enumerate(ids)
    ]


def _by_pair(model: Any, logits: Any, ids: Sequence[Sequence[int | None]]) -> list[float]:
    """The share of 'entailment', or one logit through a sigmoid."""
    if logits.shape[-1] == 1:
        return [float(share) for share in logits.sigmoid()[:, 0]]
    named = {n: str(label).lower() for n, label in model.config.id2label.items()}
    good = next((n for n, label in named.items() if "entail" in label and "not" not in label), None)
    good = next((n for n, label in named.items() if label in ("supported", "consistent")), good)
    return [float(share) for share in logits.softmax(-1)[:, int(good) if good is not None else logits.shape[-1] - 1]]
