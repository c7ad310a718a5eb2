"""Replay against forgetting: what the base itself says to everyday requests, learned again beside the new examples.

About a hundred samples written by the base keep most of what it could (the idea of generative replay, Shin et al.
2017). The same seed writes the same samples; they are kept with the run, so that one that goes on learns the same.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from core.training.examples import Example, format_examples, read_examples

if TYPE_CHECKING:
    from core.training.causal import TrainableChat

REPLAY = "replay.jsonl"
MOST = 200
_TOKENS_MOST = 64
_REQUESTS = (
    "Explain in two sentences what {} means.",
    "Write a short paragraph about {}.",
    "What should one know about {}?",
    "Explique en dos frases qué significa {}.",
    "Escriba un párrafo breve sobre {}.",
    "¿Qué conviene saber sobre {}?",
)
_TOPICS = {
    "en": ("water", "a budget", "the weather", "a map", "health", "music", "a contract", "trade", "the sea", "a bridge",
           "schools", "time", "light", "a letter", "food", "sport", "a city", "history", "machines", "trust"),
    "es": ("el agua", "un presupuesto", "el clima", "un mapa", "la salud", "la música", "un contrato", "el comercio",
           "el mar", "un puente", "la escuela", "el tiempo", "la luz", "una carta", "la comida", "el deporte",
           "una ciudad", "la historia", "las máquinas", "la confianza"),
}  # fmt: skip


def count_replay(share: float, examples: int) -> int:
    """How many samples a share of the examples makes."""
    return min(MOST, round(share * examples))


def add_replay(chat: TrainableChat, count: int, folder: Path, seed: int) -> list[Example]:
    """`count` samples of the base, written now or read from the run's folder."""
    path = folder / REPLAY
    if path.exists():
        return read_examples(path)
    requests = [request.format(topic) for request, topic in _pairs()]
    asked = [requests[n % len(requests)] for n in range(count)]
    written = chat.write_as_base([(("user", text),) for text in asked], _TOKENS_MOST, seed)
    found = [Example((("user", text),), said) for text, said in zip(asked, written, strict=True) if said.strip()]
    folder.mkdir(parents=True, exist_ok=True)
    work = path.with_suffix(".part")
    work.write_text(format_examples(found), encoding="utf-8")
    work.replace(path)
    return found


def _pairs() -> list[tuple[str, str]]:
    """Requests and topics of one language together, both languages in turn."""
    half = len(_REQUESTS) // 2
    english = product(_TOPICS["en"], _REQUESTS[:half])
    spanish = product(_TOPICS["es"], _REQUESTS[half:])
    return [(request, topic) for both in zip(english, spanish, strict=True) for topic, request in both]
