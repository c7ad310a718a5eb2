"""An adapter, or the job that makes one, as a zip file: packed to be carried elsewhere, unpacked with nothing believed.

A packed adapter loads with plain PEFT; a packed job runs on any machine that has this project. Of a zip from outside
only the two files of an adapter are taken, by their bare names and within their sizes; whether they are an adapter is
`core.models.adapters`' to check.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from core.errors import AppError
from core.models import adapters
from core.training.pairs import Pair, format_pairs
from core.training.retriever import RetrieverConfig

_PACKED = (adapters.CARD, adapters.CONFIG, adapters.WEIGHTS)
_TAKEN = {adapters.CONFIG: 2**20, adapters.WEIGHTS: 512 * 2**20}  # bytes at most
_CHUNK = 2**20
_LIBRARIES = ("torch", "transformers", "peft", "safetensors")
_HOW = """1. Install this project there (its README says how); `requirements.lock` names the versions used here.
2. In its folder: `python -m core.training.run PATH/{name}/job.json` (a run that was cut off goes on where it was).
3. Bring `PATH/{name}/{name}` back as a zip file and import it on the page Adapters: it has to pass the gate here again.
"""


def pack(folder: Path) -> bytes:
    """The adapter's files as a zip with one folder of its name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in _PACKED:
            archive.write(folder / name, f"{folder.name}/{name}")
    return target.getvalue()


def pack_job(name: str, pairs: Sequence[Pair], config: RetrieverConfig) -> bytes:
    """A job with its pairs, the versions that it was written for, and three lines on how to run it elsewhere."""
    job = {"name": name, "data": "pairs.jsonl", "config": dataclasses.asdict(config), "split": {"seed": 0}}
    versions = "".join(f"{library}=={importlib.metadata.version(library)}\n" for library in _LIBRARIES)
    files = {"job.json": json.dumps(job, indent=1), "pairs.jsonl": format_pairs(pairs), "requirements.lock": versions}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in {**files, "README.md": _HOW.format(name=name)}.items():
            archive.writestr(f"{name}/{file}", text)
    return target.getvalue()


def unpack(data: bytes, folder: Path) -> None:
    """Write the two files of an adapter to `folder`, which must be empty.

    Raises AppError `adapters.parcel` where they are not both in it, once each and within their sizes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = [info for info in archive.infolist() if PurePosixPath(info.filename).name in _TAKEN]
            names = [PurePosixPath(info.filename).name for info in found]
            if sorted(names) != sorted(_TAKEN):
                raise AppError("adapters.parcel", names=", ".join(_TAKEN))
            for info, name in zip(found, names, strict=True):
                _write(archive, info, folder / name, _TAKEN[name])
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError):  # damaged; unknown method; encrypted
        raise AppError("adapters.parcel", names=", ".join(_TAKEN)) from None


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, most: int) -> None:
    """Copy one entry, stopping at `most` bytes whatever its header says of its size."""
    written = 0
    with archive.open(info) as source, path.open("xb") as target:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > most:
                raise AppError("adapters.refused_too_large", detail=path.name)
            target.write(chunk)
