"""Replay against forgetting: general texts beside the new examples, for which the model is to stay as it was.

A chat adapter learns again what the base itself says to everyday requests: about a hundred samples keep most of what it
could (generative replay, Shin et al. 2017). The same seed writes the same samples; they are kept with the run, so that
one that goes on learns the same. An encoder keeps the base's vectors of general texts: the app's messages, and
questions with their passages about everyday topics. Of these, some topics are never replayed: they tell while it
learns how much it forgets. None is among the gate's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from core.i18n import messages
from core.state.vectors import embedding_text
from core.training.examples import Example, format_examples, read_examples
from core.training.pairs import Pair

if TYPE_CHECKING:
    from core.training.causal import TrainableChat

REPLAY = "replay.jsonl"
GENERAL = Path(__file__).with_name("general_texts.jsonl")
MOST = 200
_TOKENS_MOST = 64
_UNSEEN = 3  # every third topic
_LETTERS = range(30, 200)  # of a general text
_PLACE = re.compile(r"[*_`#>|]|\{[^}]*\}|:[a-z-]+\[|\]")  # what a message holds that is no text
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


def app_texts(lang: str) -> list[str]:
    """Sentences of this language about an app: its own messages."""
    texts = (" ".join(_PLACE.sub(" ", text).split()) for text in messages(lang).values())
    return list(dict.fromkeys(text for text in texts if len(text) in _LETTERS))


def general_pairs(langs: Iterable[str]) -> tuple[list[Pair], list[Pair]]:
    """Questions about everyday topics with their passages, each as the app embeds it: (to be replayed, to tell
    while learning what is forgotten). A topic is in one of the two, in every language."""
    rows = [json.loads(line) for line in GENERAL.read_text(encoding="utf-8").splitlines()]
    topics = list(dict.fromkeys(row["topic_en"] for row in rows))
    unseen = set(topics[_UNSEEN - 1 :: _UNSEEN])
    found: tuple[list[Pair], list[Pair]] = ([], [])
    for lang, row in product(langs, rows):
        topic = row[f"topic_{lang}"]
        told = embedding_text(topic, "", row[f"passage_{lang}"])
        pair = Pair(f"{topic}: {row[f'question_{lang}']}", told, row["topic_en"], f"{row['id']}-{lang}", lang, lang)
        found[row["topic_en"] in unseen].append(pair)
    return found


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
