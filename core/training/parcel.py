"""An adapter, or the job that makes one, as a zip file: packed to be carried elsewhere, unpacked with nothing believed.

A packed adapter loads with plain PEFT, sentence-transformers and vLLM, and says how; merged with its base it loads
without any of them. A packed job runs on any machine that has this project. A zip from outside that
holds anything but an adapter is refused; what is taken is written by bare names and within its size. Whether it is an
adapter that may be loaded is `core.models.adapter_files`' to check.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import io
import json
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from core.errors import AppError
from core.models import adapter_files, adapters
from core.models.merging import write_merged
from core.training.chat_lora import ChatConfig
from core.training.earlier import FOLDER
from core.training.examples import Example, format_examples
from core.training.pairs import Pair, format_pairs
from core.training.retriever import RetrieverConfig

_NEEDED = (adapter_files.CONFIG, adapter_files.WEIGHTS)
_TAKEN = {adapter_files.CARD: 2**20, adapter_files.CONFIG: 2**20, adapter_files.WEIGHTS: 2**30}  # bytes at most
_CHUNK = 2**20
_LIBRARIES = ("torch", "transformers", "peft", "safetensors")
_VLLM_RANKS = (8, 16, 32, 64, 128, 256)  # what --max-lora-rank may be
_USE_CHAT = """# {name}: an adapter of {base}
- PEFT: `PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("{base}"), "{name}")`
- vLLM: `vllm serve {base} --enable-lora --max-lora-rank {rank} --lora-modules {name}=./{name}`; then ask for the model
  `{name}`. Models of GPT-2's kin take no adapters there.
- What it was judged by is in `card.json`.
"""
_USE_ENCODER = """# {name}: an adapter of {base}
- sentence-transformers: `model = SentenceTransformer("{base}"); model.load_adapter("./{name}")`
- PEFT: `PeftModel.from_pretrained(AutoModel.from_pretrained("{base}"), "{name}")`, then mean pooling
- What it was judged by is in `card.json`.
"""
_USE_WORDS = """
It was trained and judged on Spanish whose words were replaced by the English ones of `words.txt` (`spanish, forms =
english`, a line each) before encoding. That list is no weight and cannot be merged: without it Spanish texts are read
otherwise than it learned. English texts are read as they are.
"""
_NAMES = {"en": "English", "es": "Spanish"}
_HOW = """1. Install this project there (its README says how); `requirements.lock` names the versions used here.
2. In its folder: `python -m core.training.run PATH/{name}/job.json` (a run that was cut off goes on where it was).
3. Bring `PATH/{name}/{name}` back as a zip file and import it on the page Adapters: it has to pass the gate here again.
"""
_USE_LANGS = """
It reads {langs} alone. Texts in other languages are encoded without it (`model.disable_adapters()` in
sentence-transformers, `with model.disable_adapter():` in PEFT; the base beside merged weights), and a question as the
texts that it is compared with.
"""


def pack(folder: Path) -> bytes:
    """The adapter's files as a zip with one folder of its name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (*_NEEDED, adapter_files.WORDS):
            if name in _NEEDED or (folder / name).exists():
                archive.write(folder / name, f"{folder.name}/{name}")
        archive.writestr(f"{folder.name}/{adapter_files.CARD}", _card_to_carry(folder))
        archive.writestr(f"{folder.name}/README.md", _how_to_use(folder))
    return target.getvalue()


def _how_to_use(folder: Path) -> str:
    card = json.loads(_card_to_carry(folder))
    shape = {"name": folder.name, "base": card["base"]}
    if card["kind"] == "chat":
        rank = json.loads((folder / adapter_files.CONFIG).read_text(encoding="utf-8"))["r"]
        return _USE_CHAT.format(**shape, rank=next((most for most in _VLLM_RANKS if rank <= most), rank))
    return _USE_ENCODER.format(**shape) + _how_to_read(folder)


def _how_to_read(folder: Path) -> str:
    """What of an encoder's adapter is not in its weights; '' where all is."""
    langs = " and ".join(_NAMES[lang] for lang in adapters.langs_of(folder))
    words = _USE_WORDS if (folder / adapter_files.WORDS).exists() else ""
    return words + (_USE_LANGS.format(langs=langs) if langs else "")


def merged_bytes(base: Path) -> int:
    """How large a packed base with an adapter merged into it becomes, about."""
    return sum(path.stat().st_size for path in base.glob("*.safetensors"))


def pack_merged(folder: Path, base: Path) -> bytes:
    """The base with the adapter laid over its weights, as a zip. Raises AppError `adapters.refused_*`."""
    checked = adapter_files.check_adapter(folder, None, base)
    target, name = io.BytesIO(), f"{folder.name}-merged"
    with tempfile.TemporaryDirectory(prefix="cotejo-merged-") as place:
        merged = Path(place) / name
        write_merged(checked, base, merged)
        (merged / adapter_files.CARD).write_text(_card_to_carry(folder), encoding="utf-8")
        told = _how_to_read(folder)
        if told:
            (merged / "READING.md").write_text(told.lstrip(), encoding="utf-8")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # weights hardly get smaller
            for path in sorted(merged.rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(place))
    return target.getvalue()


def _card_to_carry(folder: Path) -> str:
    """The card without where on this machine the base lies."""
    card = json.loads((folder / adapter_files.CARD).read_text(encoding="utf-8"))
    if Path(card.get("base", "")).is_absolute():
        card["base"] = Path(card["base"]).name
    return json.dumps(card, indent=1, ensure_ascii=False)


def pack_job(name: str, pairs: Sequence[Pair], config: RetrieverConfig, start: Path | None = None) -> bytes:
    """A job with its pairs, the versions that it was written for, the earlier adapter that it goes on from, and three
    lines on how to run it elsewhere."""
    return _pack_job(name, {"config": dataclasses.asdict(config)}, ("pairs.jsonl", format_pairs(pairs)), start)


def pack_chat_job(
    name: str, examples: Sequence[Example], config: ChatConfig, base: str, start: Path | None = None
) -> bytes:
    """The same for an adapter of the language model `base`, which must be there under that name."""
    named = Path(base).name if Path(base).is_absolute() else base
    job = {"kind": "chat", "base": named, "config": dataclasses.asdict(config)}
    return _pack_job(name, job, ("examples.jsonl", format_examples(examples)), start)


def _pack_job(name: str, job: dict[str, Any], material: tuple[str, str], start: Path | None) -> bytes:
    """`material`: the name and the text of what is learned from."""
    data, text = material
    job = {"name": name, "data": data, "split": {"seed": 0}, **job} | ({"start": FOLDER} if start else {})
    versions = "".join(f"{library}=={importlib.metadata.version(library)}\n" for library in _LIBRARIES)
    files = {"job.json": json.dumps(job, indent=1), data: text, "requirements.lock": versions}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in {**files, "README.md": _HOW.format(name=name)}.items():
            archive.writestr(f"{name}/{file}", text)
        for file in (*_NEEDED, adapter_files.WORDS) if start else ():
            if (start / file).exists():
                archive.write(start / file, f"{name}/{FOLDER}/{file}")
        if start and (start / adapter_files.CARD).exists():
            archive.writestr(f"{name}/{FOLDER}/{adapter_files.CARD}", _card_to_carry(start))
    return target.getvalue()


def unpack(data: bytes, folder: Path) -> None:
    """Write the two files of an adapter, and its card where it has one, to `folder`, which must be empty.

    Raises AppError `adapters.parcel` where the two are not in it, once each; `adapters.refused_*` for a path that leads
    out, a file that does not belong to an adapter, or one larger than any."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = _find_entries(archive)
            if not set(_NEEDED) <= set(found):
                raise AppError("adapters.parcel", names=", ".join(_NEEDED))
            for name, info in found.items():
                _write(archive, info, folder / name, _TAKEN[name])
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error):  # damaged; unknown; encrypted
        raise AppError("adapters.parcel", names=", ".join(_NEEDED)) from None


def _find_entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Those to take, by their bare names."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise adapter_files.refuse("path", detail=info.filename)
        if info.is_dir() or path.parts[0] == "__MACOSX" or path.name == ".DS_Store":
            continue
        if path.name not in adapter_files.FILES:
            raise adapter_files.refuse("unknown_file", detail=path.name)
        if path.name in found:
            raise AppError("adapters.parcel", names=", ".join(_NEEDED))
        if path.name in _TAKEN:
            found[path.name] = info
    return found


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, most: int) -> None:
    """Copy one entry, stopping at `most` bytes whatever its header says of its size."""
    written = 0
    with archive.open(info) as source, path.open("xb") as target:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > most:
                raise adapter_files.refuse("too_large", detail=path.name)
            target.write(chunk)
