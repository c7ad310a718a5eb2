"""Adapters on the shelf: their names and cards, and which of them the encoder works with.

An adapter is a folder with PEFT's two files and a card, which is written last: a folder without one is no adapter. One
of the encoder may hold a list of words too, through which Spanish is read before the weights see it
(`core.models.gloss`): the packaged one is such a list alone, one of the workspace was trained and judged on top of the
copy that lies in its folder. What may be loaded is `adapter_files`' to say; it trains and judges nothing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.i18n import LANGUAGES
from core.models.adapter_files import (
    CARD,
    CONFIG,
    WEIGHTS,
    WORDS,
    CheckedAdapter,
    check_adapter,
    hash_file,
    layers_of_file,
    read_json,
    refuse,
)
from core.records import AdapterCard
from core.settings import Settings

PACKAGED = Path(__file__).resolve().parent / "packaged"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CARD_MOST = 2**20  # bytes


# ---------------------------------------------------------------- which adapter


def encoder_name(settings: Settings) -> str:
    """The embedder and its adapter as one name: the setting, or 'builtin+ADAPTER' where one is laid over it."""
    name, adapter = settings.get("embedder"), settings.get("retriever_adapter")
    if name != "builtin" or adapter == "none":
        return name
    if adapter == "builtin":
        return shipped_name()
    return f"builtin+{adapters_folder(settings.workspace) / Path(adapter).name}"


def shipped_name() -> str:
    """The packaged encoder as the app uses it by default."""
    packaged = packaged_adapter()
    return f"builtin+{packaged.name}" if packaged else "builtin"


def name_in_use(settings: Settings) -> str:
    """The packaged encoder as it is in use: what an adapter is laid over and compared with. As it comes with the app
    where the settings name another embedder."""
    name = encoder_name(settings)
    return name if name.partition("+")[0] == "builtin" else shipped_name()


def setting_for(name: str) -> str:
    """What the setting `retriever_adapter` says for a name of the packaged encoder."""
    adapter = adapter_of(name)
    if adapter is None:
        return "none"
    return "builtin" if adapter == packaged_adapter() else adapter.name


def setting_before(settings: Settings, card: AdapterCard) -> str:
    """The setting to go back to when an adapter is taken out of use: what it was compared with if that is still there,
    else the encoder as it comes with the app, the language model alone."""
    shipped = "none" if card.kind == "chat" else "builtin"
    before = card.against.get("setting", shipped)
    known = {"none", *(name for name, other in list_adapters(settings, card.kind) if other.passed)}
    return before if before in known else shipped


def adapters_folder(workspace: Path) -> Path:
    return workspace / "adapters"


def packaged_adapter() -> Path | None:
    """The adapter that comes with the app, or None."""
    return next((folder for folder in sorted(PACKAGED.glob("*")) if (folder / CARD).is_file()), None)


def adapter_of(name: str) -> Path | None:
    """The folder of the adapter in an `encoder_name`; None for the bare encoder."""
    _, _, place = name.partition("+")
    if not place:
        return None
    return Path(place) if Path(place).is_absolute() else PACKAGED / place


def packaged_words() -> Path | None:
    """The list of words of the packaged adapter, or None."""
    return words_of(packaged_adapter())


def words_of(adapter: Path | None) -> Path | None:
    """The list through which an adapter reads Spanish: the one in its folder. Without one it reads Spanish as it is."""
    return adapter / WORDS if adapter is not None and (adapter / WORDS).is_file() else None


def langs_of(adapter: Path | None) -> tuple[str, ...]:
    """The languages whose texts an adapter reads, by its card; none where it reads all."""
    card = read_card(adapter) if adapter is not None else None
    return name_langs(card.langs) if card is not None and isinstance(card.langs, list) else ()


def name_langs(langs: Collection[Any]) -> tuple[str, ...]:
    """The app's languages among `langs`, in their order; none where it is all of them: then nothing sets them apart."""
    read = tuple(lang for lang in LANGUAGES if lang in langs)
    return read if read != LANGUAGES else ()


def give_words(adapter: Path, words: Path | None) -> None:
    """Lay an adapter over a list of words, or over none: from then on it reads Spanish so."""
    (adapter / WORDS).unlink(missing_ok=True)
    if words is not None:
        shutil.copyfile(words, adapter / WORDS)


def hash_words(adapter: Path) -> str:
    """The sha256 of the list through which it reads Spanish; '' where it has none."""
    words = words_of(adapter)
    return hash_file(words) if words else ""


def list_adapters(settings: Settings, kind: str = "") -> list[tuple[str, AdapterCard]]:
    """(name for the setting, card) of the packaged adapter ('builtin') and the workspace's own, newest first; of one
    kind ('retriever', 'chat') or of all."""
    packaged = packaged_adapter()
    found = [(folder.name, read_card(folder)) for folder in adapters_folder(settings.workspace).glob("*")]
    mine = sorted(((name, card) for name, card in found if card), key=lambda pair: pair[1].created, reverse=True)
    shipped = [("builtin", read_card(packaged))] if packaged else []
    return [(name, card) for name, card in [*shipped, *mine] if card and kind in ("", card.kind)]


# ---------------------------------------------------------------- cards


def read_card(folder: Path) -> AdapterCard | None:
    """The card of a folder; None where there is none or it cannot be read."""
    try:
        if (folder / CARD).stat().st_size > _CARD_MOST:
            return None
        values = read_json((folder / CARD).read_bytes())
        return AdapterCard(**values)
    except (OSError, ValueError, TypeError):
        return None


def is_usable(folder: Path) -> bool:
    """Whether the gate let this very adapter pass, with the configuration and over the list of words that it has.
    `adapters.missing` where it is not there."""
    found, card = hash_weights(folder), read_card(folder)
    if card is None or card.passed is not True or card.adapter_sha256 != found:
        return False
    if not has_weights(folder):
        return True
    return card.words_sha256 == hash_words(folder) and card.config_sha256 in ("", hash_config(folder))


def write_card(folder: Path, card: AdapterCard) -> None:
    """Write the card, through a temporary name: from then on the folder is an adapter."""
    import dataclasses

    work = folder / f".{CARD}"
    work.write_text(json.dumps(dataclasses.asdict(card), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(work, folder / CARD)


def hash_weights(folder: Path) -> str:
    """The sha256 of an adapter's weights file, of its words where it changes no weight; `adapters.missing` where there
    is neither."""
    try:
        return hash_file(folder / (WEIGHTS if has_weights(folder) else WORDS))
    except OSError:
        raise AppError("adapters.missing", name=folder.name) from None


def hash_config(folder: Path) -> str:
    """The sha256 of the configuration, which scales the weights (`lora_alpha`); '' where there is none."""
    return hash_file(folder / CONFIG) if (folder / CONFIG).is_file() else ""


def has_weights(folder: Path) -> bool:
    """Whether it changes the encoder's weights."""
    return (folder / WEIGHTS).is_file()


def is_name(name: str) -> bool:
    """Whether it can be an adapter's folder and is no choice of the setting."""
    return _NAME.fullmatch(name) is not None and name not in ("builtin", "none")


def check_name(name: str) -> None:
    """Refuse what `is_name` does not hold for."""
    if not is_name(name):
        raise AppError("adapters.name", name=name[:64])


def remove_adapter(settings: Settings, name: str) -> None:
    """Delete an adapter of the workspace; the packaged one stays."""
    if _NAME.fullmatch(name):
        shutil.rmtree(adapters_folder(settings.workspace) / name, ignore_errors=True)


def check_retriever(folder: Path) -> CheckedAdapter:
    """Check an adapter of the packaged encoder. Raises AppError `adapters.refused_<reason>`."""
    from core.models.export import base_weights

    base = base_weights()
    checked = check_adapter(folder, layers_of_file(base), base)
    if checked.config.get("fan_in_fan_out"):
        raise refuse("config_option", detail="fan_in_fan_out")
    return checked
