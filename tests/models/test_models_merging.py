"""Merged weights load in plain libraries and say what base and adapter say together."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core.errors import AppError
from core.models import adapter_files, adapters, merging
from core.models.export import base_folder

LAYER = "encoder.layer.0.attention.self.query"


def write(folder, layer=LAYER, shape=(384, 384), **config):
    """An adapter of rank 4 on one layer."""
    draw = np.random.default_rng(0)
    folder.mkdir(parents=True)
    tensors = {
        f"base_model.model.{layer}.lora_A.weight": draw.standard_normal((4, shape[1])).astype("f4") / 10,
        f"base_model.model.{layer}.lora_B.weight": draw.standard_normal((shape[0], 4)).astype("f4") / 10,
    }
    save_file(tensors, folder / adapter_files.WEIGHTS)
    known = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": [layer], "bias": "none"}
    (folder / adapter_files.CONFIG).write_text(json.dumps(known | config))
    return folder


def test_the_encoder_loads_in_plain_sentence_transformers(tmp_path):
    from sentence_transformers import SentenceTransformer

    mine = write(tmp_path / "mine")
    adapters.give_words(mine, adapters.packaged_words())
    merging.write_merged(adapters.check_retriever(mine), base_folder(), tmp_path / "merged")
    texts = ["The board met in Lisbon.", "Who met?"]
    merged = SentenceTransformer(str(tmp_path / "merged"), device="cpu").encode(texts)
    laid_over = SentenceTransformer(str(base_folder()), device="cpu")
    bare = laid_over.encode(texts)
    laid_over.load_adapter(str(mine))  # as the exported adapter says
    np.testing.assert_allclose(merged, laid_over.encode(texts), atol=1e-5)
    assert np.abs(merged - bare).max() > 0.002
    assert (tmp_path / "merged" / adapter_files.WORDS).read_bytes() == adapters.packaged_words().read_bytes()


@pytest.mark.parametrize(("kind", "tolerance"), [("F16", 2e-3), ("BF16", 2e-2), ("F32", 1e-6)])
def test_weights_keep_their_type_and_turned_ones_their_way_round(tmp_path, kind, tolerance):
    import torch
    from safetensors.torch import load_file as load_torch
    from safetensors.torch import save_file as save_torch

    types = {"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32}
    before = torch.randn(6, 10, generator=torch.Generator().manual_seed(0)).to(types[kind])
    base = tmp_path / "base"
    base.mkdir()
    save_torch({"h.0.c_attn.weight": before, "wte.weight": torch.ones(3, 6)}, base / "model.safetensors")
    mine = write(tmp_path / "mine", "transformer.h.0.c_attn", (10, 6), fan_in_fan_out=True)
    checked = adapter_files.check_adapter(mine)
    merging.write_merged(checked, base, tmp_path / "merged")
    after = load_torch(tmp_path / "merged" / "model.safetensors")
    a, b = load_file(mine / adapter_files.WEIGHTS).values()
    wanted = before.float().numpy() + 2 * (b @ a).T
    np.testing.assert_allclose(after["h.0.c_attn.weight"].float().numpy(), wanted, atol=tolerance)
    assert after["h.0.c_attn.weight"].dtype == types[kind] and torch.equal(after["wte.weight"], torch.ones(3, 6))


def test_another_bases_adapter_is_refused(tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    save_file({"other.weight": np.zeros((4, 4), "f4")}, base / "model.safetensors")
    with pytest.raises(AppError) as caught:
        merging.write_merged(adapter_files.check_adapter(write(tmp_path / "mine")), base, tmp_path / "merged")
    assert caught.value.key == "adapters.refused_not_in_base"
