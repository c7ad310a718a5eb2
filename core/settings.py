"""Every setting in one table: name (with its unit), default, what is allowed. Only this module reads the environment.

A workspace keeps its changes in `settings.json`; `COTEJO_<NAME>` in the environment wins over the file. Help texts
are messages (`settings.<name>`). Nothing here applies a setting.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import prompts
from core.errors import AppError


@dataclass(frozen=True, slots=True)
class Setting:
    """`allowed` is a tuple of choices, a (low, high) range for numbers, or None for any text."""

    name: str
    default: Any
    allowed: tuple[Any, ...] | None = None


TABLE: tuple[Setting, ...] = (
    Setting("language", "auto", ("auto", "en", "es")),
    Setting("engine", "builtin", ("builtin", "transformers", "openai")),
    Setting("chat_model", "auto"),
    Setting("chat_adapter", "none"),
    Setting("endpoint_url", "http://127.0.0.1:11434/v1"),
    Setting("temperature", 0.2, (0.0, 2.0)),
    Setting("seed", 7, (0, 2**31 - 1)),
    Setting("answer_tokens_max", 700, (16, 32000)),
    Setting("context_tokens_max", 0, (0, 1000000)),
    Setting("model_timeout_s", 120, (2, 3600)),
    Setting("cases_at_once", 6, (1, 64)),
    Setting("price_in_per_million", 0.0, (0.0, 10000.0)),
    Setting("price_out_per_million", 0.0, (0.0, 10000.0)),
    Setting("embedder", "builtin"),
    Setting("retriever_adapter", "builtin"),
    Setting("passage_tokens", 1000, (100, 4000)),
    Setting("passage_overlap_tokens", 200, (0, 1000)),
    Setting("passages_per_answer", 5, (1, 20)),
    Setting("piece_tokens", 200, (40, 400)),
    Setting("dense_weight_percent", 0, (0, 100)),
    Setting("unsupported_claims", "mark", ("mark", "remove")),
    Setting("groundedness_model", "none"),
    Setting("ocr", "auto", ("auto", "off")),
    Setting("document_tables", "auto", ("auto", "off")),
    Setting("upload_max_mb", 200, (1, 4000)),
    Setting("parser_memory_mb", 1200, (256, 16000)),
    Setting("parser_time_limit_s", 90, (5, 3600)),
    Setting("parser_pages_max", 5000, (1, 100000)),
    Setting("sql_rows_max", 1000, (1, 1000000)),
    Setting("sql_result_max_mb", 8, (1, 1000)),
    Setting("sql_time_limit_ms", 3000, (100, 600000)),
    Setting("sql_memory_limit_mb", 700, (128, 64000)),
    Setting("sql_processes_max", 4, (1, 64)),
    Setting("log_questions", "all", ("all", "no_text", "nothing")),
    *(Setting(name, "") for name in prompts.SETTINGS),
    Setting("alert_p95_ms", 5000, (1, 600000)),
    Setting("alert_failed_percent", 5, (0, 100)),
    Setting("alert_not_found_percent", 50, (0, 100)),
    Setting("alert_unsupported_percent", 10, (0, 100)),
    Setting("alert_down_votes_percent", 30, (0, 100)),
    Setting("alert_drift_percent", 30, (0, 100)),
    Setting("minutes_by_hand", 8, (0, 600)),
    Setting("hour_cost", 40, (0, 10000)),
)
_BY_NAME = {setting.name: setting for setting in TABLE}
SECRETS = ("COTEJO_ENDPOINT_KEY", "OPENAI_API_KEY", "HF_TOKEN")


@dataclass(frozen=True)
class Settings:
    """The values in force for one workspace. Read with `settings.get(name)`.

    `secrets` are keys by name (`SECRETS`), from the environment or the pages: never saved, never shown."""

    workspace: Path
    values: dict[str, Any] = dataclasses.field(default_factory=dict)
    secrets: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False, compare=False)

    def get(self, name: str) -> Any:
        return self.values.get(name, known_setting(name).default)

    def replace(self, **changes: Any) -> Settings:
        checked = {name: check_value(name, value) for name, value in changes.items()}
        return dataclasses.replace(self, values={**self.values, **checked})


def known_setting(name: str) -> Setting:
    """The setting called `name`; raises `settings.unknown` with the nearest known name."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    near = difflib.get_close_matches(name, _BY_NAME, n=1, cutoff=0.0)
    raise AppError("errors.setting_unknown", name=name, nearest=near[0])


def check_value(name: str, value: Any) -> Any:
    """`value` as the setting's type, or an AppError that names what is allowed."""
    setting = known_setting(name)
    kind = type(setting.default)
    try:
        value = kind(value)
    except (TypeError, ValueError):
        raise AppError("errors.setting_type", name=name, value=str(value), kind=kind.__name__) from None
    if name in prompts.SETTINGS:
        return prompts.check_text(name, value)
    if setting.allowed is None:
        return value
    if kind is str:
        if value not in setting.allowed:
            raise AppError("errors.setting_choice", name=name, value=value, allowed=", ".join(setting.allowed))
    elif not setting.allowed[0] <= value <= setting.allowed[1]:
        low, high = setting.allowed
        raise AppError("errors.setting_range", name=name, value=value, low=low, high=high)
    return value


def load(workspace: Path | str | None = None, secrets: Mapping[str, str] | None = None) -> Settings:
    """The settings of a workspace folder (default: COTEJO_WORKSPACE, else data/workspace), file then environment.

    `secrets` are keys that the pages read from Streamlit's secrets; one in the environment wins."""
    folder = Path(workspace or os.environ.get("COTEJO_WORKSPACE") or default_workspace()).expanduser().resolve()
    path = folder / "settings.json"
    values: dict[str, Any] = {}
    if path.exists():
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise AppError("errors.settings_file", path=str(path), detail=str(error)) from None
    for setting in TABLE:
        variable = f"COTEJO_{setting.name.upper()}"
        if variable in os.environ:
            values[setting.name] = os.environ[variable]
    keys = {name: (os.environ.get(name) or (secrets or {}).get(name) or "").strip() for name in SECRETS}
    return Settings(folder, secrets={name: key for name, key in keys.items() if key}).replace(**values)


def fixed_by_environment() -> set[str]:
    """Names of the settings that an environment variable decides, whatever the file says."""
    return {setting.name for setting in TABLE if f"COTEJO_{setting.name.upper()}" in os.environ}


def save(settings: Settings) -> None:
    """Write the values that differ from their defaults, through a temporary name."""
    settings.workspace.mkdir(parents=True, exist_ok=True)
    changed = {name: value for name, value in settings.values.items() if value != _BY_NAME[name].default}
    temporary = settings.workspace / "settings.json.tmp"
    temporary.write_text(json.dumps(changed, indent=2, ensure_ascii=False), encoding="utf-8")
    os.replace(temporary, settings.workspace / "settings.json")


def child_environment(workspace: Path) -> dict[str, str]:
    """This process's environment for a child process that is to work on another workspace."""
    return {**os.environ, "COTEJO_WORKSPACE": str(workspace)}


def default_workspace() -> Path:
    return Path(__file__).resolve().parent.parent / "data" / "workspace"


def cache_folder() -> Path:
    """Where caches made from models live, outside any workspace: COTEJO_CACHE, XDG_CACHE_HOME or ~/.cache."""
    if "COTEJO_CACHE" in os.environ:
        return Path(os.environ["COTEJO_CACHE"])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cotejo"
