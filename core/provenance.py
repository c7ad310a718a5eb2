"""What an answer was made with: the settings in force, and the models and adapters by their hashes.

Taken down when the question is answered, since both change later. It hashes no base model of a language model: those
are gigabytes, and go by the name that the answer's own uses give. No key is a setting, so none is in it.
"""

from __future__ import annotations

import functools
from pathlib import Path

from core.errors import AppError
from core.index import embed
from core.models import adapters
from core.records import MadeWith
from core.settings import TABLE, Settings
from core.state.database import Database


def made_with(settings: Settings, db: Database) -> MadeWith:
    """The settings, and what of models and adapters is in use under them: name and sha256 by setting."""
    active = embed.read_active(db)
    models = {"embedder": active.id} if active else {}
    retriever = adapters.adapter_of(adapters.encoder_name(settings))
    if retriever is not None:
        models["retriever_adapter"] = _named(retriever)
    chat = settings.get("chat_adapter")
    if settings.get("engine") != "builtin" and chat not in ("", "none"):
        models["chat_adapter"] = _named(Path(chat).expanduser())
    return MadeWith(models, {setting.name: settings.get(setting.name) for setting in TABLE})


def _named(folder: Path) -> str:
    """'name · sha256 …', the name alone where its files are not on this machine."""
    try:
        return f"{folder.name} · sha256 {_hash(folder, _changed(folder))}"
    except (AppError, OSError):
        return folder.name


@functools.lru_cache(maxsize=16)
def _hash(folder: Path, changed: tuple[float, ...]) -> str:
    """Read once for as long as the files stay as they are."""
    del changed
    return adapters.hash_weights(folder)


def _changed(folder: Path) -> tuple[float, ...]:
    return tuple(sorted(path.stat().st_mtime for path in folder.iterdir()))
