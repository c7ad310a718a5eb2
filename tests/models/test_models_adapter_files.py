"""Adapters from outside are refused before a weight is loaded: each line of the data is one way to be hostile."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core.errors import AppError
from core.i18n import messages
from core.models import adapter_files
from core.models.adapter_files import CARD, CONFIG, WEIGHTS, check_adapter, hash_base, layers_of_file
from core.models.export import base_weights

ROOT = Path(__file__).resolve().parents[2]
LAYER = "encoder.layer.0.attention.self.query"
CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("data").joinpath("hostile_adapters.jsonl").read_text().splitlines()
]
KINDS = {"F16": "f2", "F32": "f4", "F64": "f8", "I8": "i1"}


def write_good(folder, kind="f2"):
    """A sound adapter of one layer of the packaged encoder."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(0).standard_normal
    sides = {"A": (4, 384), "B": (384, 4)}
    save_file({name_of(f"{LAYER}.lora_{s}"): draw(shape).astype(kind) for s, shape in sides.items()}, folder / WEIGHTS)
    config = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["query"], "bias": "none"}
    (folder / CONFIG).write_text(json.dumps(config))
    return folder


def name_of(layer):
    return f"base_model.model.{layer}.weight"


def spoil(folder, case):
    """What a line of the data says, done to the folder."""
    for name, text in case.get("text", {}).items():
        (folder / name).write_text(text)
    for name, data in case.get("bytes", {}).items():
        (folder / name).write_bytes(bytes.fromhex(data))
    for name, size in case.get("size", {}).items():
        (folder / name).write_bytes(b" " * size)
    if "config" in case:
        (folder / CONFIG).write_text(json.dumps(json.loads((folder / CONFIG).read_text()) | case["config"]))
    if "card" in case:
        (folder / CARD).write_text(json.dumps(case["card"]))
    if "remove" in case:
        (folder / case["remove"]).unlink()
    if "link" in case:
        target = (folder / case["link"]).rename(folder.parent / "out") if (folder / case["link"]).exists() else ROOT
        (folder / case["link"]).symlink_to(target)
    if "folder" in case:
        (folder / case["folder"]).mkdir()
    if "pipe" in case:
        os.mkfifo(folder / case["pipe"])
    spoil_weights(folder / WEIGHTS, case)


def spoil_weights(path, case):
    if "padded" in case:
        path.write_bytes(case["padded"].to_bytes(8, "little") + b"{}" + b" " * (case["padded"] - 2))
    if "header" in case:
        text = case["header"].encode()
        path.write_bytes(len(text).to_bytes(8, "little") + text)
    if "spans" in case:
        entries = {f"t{n}": {"dtype": "F16", "shape": [4, 384], "data_offsets": s} for n, s in enumerate(case["spans"])}
        text = json.dumps(entries).encode()
        path.write_bytes(len(text).to_bytes(8, "little") + text + b"\0" * 3072)
    if "tensor" in case:
        name, kind, rows, columns, value = case["tensor"]
        added = {name_of(name): np.full((rows, columns), float(value)).astype(KINDS[kind])}
        save_file(load_file(path) | added, path)


def refusal(folder, layers, base=None):
    with pytest.raises(AppError) as caught:
        check_adapter(folder, layers, base)
    assert caught.value.key in messages("en")
    return caught.value.key.removeprefix("adapters.refused_")


@pytest.fixture(scope="module")
def layers():
    return layers_of_file(base_weights())


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_hostile_adapter_is_refused(tmp_path, layers, case):
    folder = write_good(tmp_path / "a")
    check_adapter(folder, layers, base_weights())
    spoil(folder, case)
    assert refusal(folder, layers, base_weights()) == case["reason"]


def test_the_check_loads_no_library_that_could_run_anything(tmp_path):
    write_good(tmp_path / "a")
    code = (
        "import sys; from core.models.adapter_files import check_adapter; check_adapter(sys.argv[1])\n"
        "print([name for name in ('torch', 'peft', 'transformers', 'pickle', 'safetensors') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code, tmp_path / "a"], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout.strip() in ("[]", "['pickle']"), said.stderr  # numpy imports pickle by itself


def test_every_refusal_is_said_in_both_languages():
    files = (adapter_files.__file__, ROOT / "core/models/adapters.py", ROOT / "core/training/parcel.py")
    named = {name for path in files for name in re.findall(r'refuse\("(\w+)"', Path(path).read_text(encoding="utf-8"))}
    assert len(named) > 18
    assert {f"adapters.refused_{reason}" for reason in named} <= set(messages("en")) & set(messages("es"))
    tried = {case["reason"] for case in CASES}
    assert named - tried <= {"not_a_folder", "unreadable", "path"}


def test_what_is_no_folder_is_refused(tmp_path, layers):
    (tmp_path / "link").symlink_to(write_good(tmp_path / "good"))
    assert refusal(tmp_path / "link", layers) == "not_a_folder"
    assert refusal(tmp_path / "nowhere", layers) == "not_a_folder"


def test_sixteen_bit_brains_are_read(tmp_path, layers):
    import torch
    from safetensors.torch import load_file as load
    from safetensors.torch import save_file as save

    folder = write_good(tmp_path / "a", "f4")
    tensors = {name: part.to(torch.bfloat16) for name, part in load(folder / WEIGHTS).items()}
    save(tensors, folder / WEIGHTS, metadata={"format": "pt"})
    pair = check_adapter(folder, layers).modules[f"{LAYER}.weight"]
    with (folder / WEIGHTS).open("rb") as handle:
        read = adapter_files.read_tensor(handle, pair[0])
    np.testing.assert_array_equal(read, tensors[name_of(f"{LAYER}.lora_A")].float().numpy())


def test_a_card_that_names_this_base_is_welcome_and_several_files_have_one_hash(tmp_path):
    folder = write_good(tmp_path / "a")
    (folder / CARD).write_text(json.dumps({"base_sha256": hash_base(base_weights())}))
    check_adapter(folder, None, base_weights())
    for name in ("a", "b"):
        (tmp_path / f"{name}.safetensors").write_bytes(name.encode())
    both = hash_base(tmp_path)
    (tmp_path / "b.safetensors").unlink()
    assert len({both, hash_base(tmp_path)}) == 2 and hash_base(tmp_path) == hash_base(tmp_path / "a.safetensors")
