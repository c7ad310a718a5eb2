"""Adapters from outside are refused before a weight is read; good ones are laid over the base exactly."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core import settings
from core.errors import AppError
from core.models import adapters
from core.models.embedder import load_embedder
from core.models.export import base_weights, exported_before, model_id
from core.records import AdapterCard

PREFIX = "base_model.model."
LAYER = "encoder.layer.0.attention.self.query"
CONFIG = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": [LAYER], "bias": "none", "auto_mapping": None}


def tensors(rank=4, **changes):
    draw = np.random.default_rng(0)
    found = {
        f"{PREFIX}{LAYER}.lora_A.weight": draw.standard_normal((rank, 384)).astype(np.float16),
        f"{PREFIX}{LAYER}.lora_B.weight": draw.standard_normal((384, rank)).astype(np.float16),
    }
    return found | changes


def write(folder, weights=None, config=None):
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights or tensors(), folder / adapters.WEIGHTS)
    (folder / adapters.CONFIG).write_text(json.dumps(CONFIG | (config or {})))
    return folder


def refusal(folder):
    with pytest.raises(AppError) as caught:
        adapters.read_changes(adapters.check_adapter(folder, base_weights()))
    return caught.value.key.removeprefix("adapters.refused_")


# ---------------------------------------------------------------- good ones


def test_merging_adds_the_scaled_product_and_leaves_the_base_alone(tmp_path):
    before = adapters._sha256(base_weights())
    folder = write(tmp_path / "a")
    adapters.merge_into(base_weights(), tmp_path / "merged.safetensors", adapters.check_adapter(folder, base_weights()))
    base, merged = load_file(base_weights()), load_file(tmp_path / "merged.safetensors")
    a, b = (part.astype(np.float64) for part in tensors().values())
    np.testing.assert_allclose(merged[f"{LAYER}.weight"], base[f"{LAYER}.weight"] + 2 * b @ a, atol=1e-4)
    same = [name for name in base if np.array_equal(base[name], merged[name])]
    assert set(base) - set(same) == {f"{LAYER}.weight"}
    assert adapters._sha256(base_weights()) == before


def test_rank_stabilised_adapters_are_scaled_by_the_root(tmp_path):
    folder = write(tmp_path / "a", config={"use_rslora": True})
    assert adapters.check_adapter(folder, base_weights()).scale == 4.0


# ---------------------------------------------------------------- hostile ones


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"auto_map": {"AutoModel": "evil.Model"}}, "config_option"),
        ({"auto_mapping": {"base_model_class": "x", "parent_library": "os"}}, "config_option"),
        ({"target_modules": "(a+)+$"}, "target_names"),
        ({"target_modules": ["(a|a)*$"]}, "target_names"),
        ({"exclude_modules": "(a+)+$"}, "config_option"),
        ({"modules_to_save": ["pooler"]}, "config_option"),
        ({"peft_type": "IA3"}, "not_lora"),
        ({"r": 10**9}, "rank"),
        ({"r": True}, "rank"),
        ({"lora_alpha": float("nan")}, "alpha"),
        ({"lora_alpha": "8"}, "alpha"),
        ({"r": 8}, "tensor_shape"),
    ],
)
def test_a_configuration_that_asks_for_more_is_refused(tmp_path, config, reason):
    assert refusal(write(tmp_path / "a", config=config)) == reason


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ({f"{PREFIX}{LAYER}.lora_A.weight": np.zeros((4, 768), np.float16)}, "tensor_shape"),
        ({f"{PREFIX}{LAYER}.lora_A.weight": np.zeros((4, 384), np.int8)}, "tensor_type"),
        ({f"{PREFIX}{LAYER}.lora_A.weight": np.full((4, 384), np.nan, np.float16)}, "not_finite"),
        ({f"{PREFIX}{LAYER}.lora_B.weight": np.full((384, 4), np.inf, np.float32)}, "not_finite"),
        ({f"{PREFIX}encoder.layer.99.output.dense.lora_A.weight": np.zeros((4, 384), np.float16)}, "not_in_base"),
        ({f"{PREFIX}embeddings.word_embeddings.lora_A.weight": np.zeros((4, 384), np.float16)}, "not_in_base"),
        ({f"{LAYER}.weight": np.zeros((384, 384), np.float16)}, "tensor_name"),
        ({f"{PREFIX}encoder.layer.1.output.dense.lora_A.weight": np.zeros((4, 1536), np.float16)}, "incomplete"),
    ],
)  # fmt: skip
def test_weights_that_do_not_fit_the_base_are_refused(tmp_path, weights, reason):
    assert refusal(write(tmp_path / "a", tensors(**weights))) == reason


@pytest.mark.parametrize(
    "data",
    [
        (2**62).to_bytes(8, "little") + b"{}",
        (2**20 + 1).to_bytes(8, "little") + b" " * (2**20 + 1),
        b"\x04\0\0\0\0\0\0\0nope",
        b"\x10\0\0\0\0\0\0\0" + b"[" * 16,
        b"",
        b"\x80\x04\x95",
    ],
)
def test_a_damaged_or_giant_header_is_refused(tmp_path, data):
    (write(tmp_path / "a") / adapters.WEIGHTS).write_bytes(data)
    assert refusal(tmp_path / "a") == "header"


@pytest.mark.parametrize("span", [[0, 3], [8, 3072], [-8, 3064], [0, 10**15]])
def test_entries_that_overlap_or_lie_outside_are_refused(tmp_path, span):
    name = next(iter(tensors()))
    header = json.dumps({name: {"dtype": "F16", "shape": [4, 384], "data_offsets": span}}).encode()
    (write(tmp_path / "a") / adapters.WEIGHTS).write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 3072)
    assert refusal(tmp_path / "a") in ("header", "tensor_shape")


@pytest.mark.parametrize("name", ["adapter_model.bin", "model.pkl", "modeling.py", "tokenizer.json", ".hidden"])
def test_any_other_file_is_refused(tmp_path, name):
    (write(tmp_path / "a") / name).write_bytes(b"x")
    assert refusal(tmp_path / "a") == "unknown_file"


def test_links_and_folders_are_refused(tmp_path):
    good = write(tmp_path / "good")
    linked = write(tmp_path / "linked")
    (linked / adapters.WEIGHTS).unlink()
    (linked / adapters.WEIGHTS).symlink_to(good / adapters.WEIGHTS)
    assert refusal(linked) == "not_a_plain_file"
    (tmp_path / "link").symlink_to(good)
    assert refusal(tmp_path / "link") == "not_a_folder"
    (good / "card.json").mkdir()
    assert refusal(good) == "not_a_plain_file"


def test_an_incomplete_folder_is_refused(tmp_path):
    folder = write(tmp_path / "a")
    (folder / adapters.WEIGHTS).unlink()
    assert refusal(folder) == "missing_file"
    assert refusal(tmp_path / "nowhere") == "not_a_folder"


def test_every_refusal_is_said_in_words():
    import re
    from pathlib import Path

    from core.i18n import messages

    named = set(re.findall(r'_refuse\("(\w+)"', Path(adapters.__file__).read_text(encoding="utf-8")))
    assert len(named) > 15
    assert {f"adapters.refused_{reason}" for reason in named} <= set(messages("en")) & set(messages("es"))


# ---------------------------------------------------------------- the shelf


def card(**values):
    common = {"kind": "retriever", "base": "m", "base_sha256": "b", "adapter_sha256": "a", "data_sha256": "d"}
    return AdapterCard(**{"name": "mine", **common, **values})


def test_a_folder_is_an_adapter_once_its_card_is_written(tmp_path):
    held = settings.load(tmp_path)
    folder = write(adapters.adapters_folder(tmp_path) / "mine")
    assert "mine" not in dict(adapters.list_adapters(held))
    adapters.write_card(folder, card(scores={"dense": {"base": 0.5}}))
    assert dict(adapters.list_adapters(held))["mine"].scores == {"dense": {"base": 0.5}}
    adapters.remove_adapter(held, "mine")
    assert "mine" not in dict(adapters.list_adapters(held))


def test_an_import_copies_what_was_checked_and_no_card(tmp_path):
    source = write(tmp_path / "source")
    adapters.write_card(source, card(passed=True))
    held = settings.load(tmp_path / "w")
    target = adapters.import_adapter(source, held, "theirs")
    assert sorted(path.name for path in target.iterdir()) == [adapters.CONFIG, adapters.WEIGHTS]
    for name in ("theirs", "../theirs", "none", "builtin", ""):
        with pytest.raises(AppError):
            adapters.import_adapter(source, held, name)


def test_the_name_of_an_encoder_tells_its_adapter(tmp_path):
    held = settings.load(tmp_path)
    assert adapters.encoder_name(held.replace(retriever_adapter="none")) == "builtin"
    assert adapters.adapter_of("builtin") is None
    mine = adapters.encoder_name(held.replace(retriever_adapter="mine"))
    assert adapters.adapter_of(mine) == tmp_path / "adapters" / "mine"
    assert adapters.encoder_name(held.replace(embedder="e5", retriever_adapter="mine")) == "e5"


def test_only_an_adapter_that_passed_is_loaded(tmp_path):
    folder = write(tmp_path / "mine")
    adapters.write_card(folder, card(adapter_sha256=adapters.hash_weights(folder), passed=False))
    for place, key in ((folder, "adapters.not_passed"), (tmp_path / "gone", "adapters.missing")):
        with pytest.raises(AppError) as caught:
            load_embedder(f"builtin+{place}", tmp_path)
        assert caught.value.key == key
    adapters.write_card(folder, card(adapter_sha256="of other weights", passed=True))
    assert not adapters.is_usable(folder)
    assert not list(tmp_path.rglob("*.onnx"))


def test_every_adapter_makes_another_model_and_an_id_is_no_path(tmp_path):
    ids = {model_id(), model_id("a" * 64), model_id("b" * 64)}
    assert len({name.split("@")[0] for name in ids}) == 3
    assert exported_before(tmp_path, "../../etc") is None
    assert exported_before(tmp_path, model_id()) is None
