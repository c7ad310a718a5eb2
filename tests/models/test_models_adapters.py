"""Adapters on the shelf: laid over the base exactly, told apart by their cards, used only where they passed."""

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core import settings
from core.errors import AppError
from core.models import adapter_files, adapters, merging
from core.models.embedder import load_adapted, load_embedder, same_weights
from core.models.export import (
    base_weights,
    exported_before,
    exported_model,
    find_langs,
    find_list,
    model_id,
    reading_id,
)
from core.models.gloss import hash_list
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
    save_file(weights or tensors(), folder / adapter_files.WEIGHTS)
    (folder / adapter_files.CONFIG).write_text(json.dumps(CONFIG | (config or {})))
    return folder


# ---------------------------------------------------------------- good ones


def test_merging_adds_the_scaled_product_and_leaves_the_base_alone(tmp_path):
    before = adapter_files.hash_file(base_weights())
    folder = write(tmp_path / "a")
    merging.merge_into(base_weights(), tmp_path / "merged.safetensors", adapters.check_retriever(folder))
    base, merged = load_file(base_weights()), load_file(tmp_path / "merged.safetensors")
    a, b = (part.astype(np.float64) for part in tensors().values())
    np.testing.assert_allclose(merged[f"{LAYER}.weight"], base[f"{LAYER}.weight"] + 2 * b @ a, atol=1e-4)
    same = [name for name in base if np.array_equal(base[name], merged[name])]
    assert set(base) - set(same) == {f"{LAYER}.weight"}
    assert adapter_files.hash_file(base_weights()) == before


def test_rank_stabilised_adapters_are_scaled_by_the_root(tmp_path):
    folder = write(tmp_path / "a", config={"use_rslora": True})
    assert adapters.check_retriever(folder).scale == 4.0


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


def test_the_shelf_is_told_apart_by_kind(tmp_path):
    held = settings.load(tmp_path)
    for name, kind in (("mine", "retriever"), ("house", "chat")):
        adapters.write_card(write(adapters.adapters_folder(tmp_path) / name), card(name=name, kind=kind))
    assert [name for name, _ in adapters.list_adapters(held, "chat")] == ["house"]
    assert "house" not in dict(adapters.list_adapters(held, "retriever"))
    assert {"mine", "house"} <= set(dict(adapters.list_adapters(held)))


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


@pytest.mark.parametrize("option", [{"lora_alpha": 64}, {"use_rslora": True}, {"target_modules": ["key"]}])
def test_an_adapter_whose_configuration_was_changed_has_not_passed(tmp_path, option):
    folder = write(tmp_path / "mine")
    judged = card(adapter_sha256=adapters.hash_weights(folder), config_sha256=adapters.hash_config(folder), passed=True)
    adapters.write_card(folder, judged)
    assert adapters.is_usable(folder)
    write(folder, config=option)  # the weights stay
    assert not adapters.is_usable(folder)
    with pytest.raises(AppError) as caught:
        load_embedder(f"builtin+{folder}", tmp_path)
    assert caught.value.key == "adapters.not_passed"


def test_a_card_without_a_configuration_keeps_its_verdict(tmp_path):
    folder = write(tmp_path / "mine")
    adapters.write_card(folder, card(adapter_sha256=adapters.hash_weights(folder), passed=True))
    assert adapters.is_usable(folder)


def test_every_adapter_makes_another_model_and_an_id_is_no_path(tmp_path):
    ids = {model_id(), model_id("a" * 64), model_id("b" * 64)}
    assert len({name.split("@")[0] for name in ids}) == 3
    assert exported_before(tmp_path, "../../etc") is None
    assert exported_before(tmp_path, model_id()) is None


# ---------------------------------------------------------------- the packaged one


def test_the_packaged_words_are_those_that_the_gate_let_pass(tmp_path):
    packaged = adapters.packaged_adapter()
    card = adapters.read_card(packaged)
    assert adapters.is_usable(packaged)
    assert card.adapter_sha256 == hash_list(packaged / adapters.WORDS)
    assert adapters.encoder_name(settings.load(tmp_path)) == adapters.shipped_name() == "builtin+spanish"


def test_an_adapter_of_ones_own_reads_spanish_as_it_was_judged(tmp_path):
    mine = write(tmp_path / "mine")
    assert adapters.words_of(mine) is None and adapters.words_of(None) is None
    assert adapters.words_of(adapters.packaged_adapter()) == adapters.packaged_words()
    adapters.give_words(mine, adapters.packaged_words())
    assert adapters.hash_words(mine) == hash_list(adapters.packaged_words())
    adapters.check_retriever(mine)
    adapters.write_card(mine, card(adapter_sha256=adapters.hash_weights(mine), passed=True))
    assert not adapters.is_usable(mine)  # judged without the list
    words = adapters.hash_words(mine)
    adapters.write_card(mine, card(adapter_sha256=adapters.hash_weights(mine), words_sha256=words, passed=True))
    assert adapters.is_usable(mine)
    adapters.give_words(mine, None)
    assert not adapters.is_usable(mine)


def test_what_is_in_use_is_what_an_adapter_is_laid_over_and_gone_back_to(tmp_path):
    held = settings.load(tmp_path)
    for setting in ("none", "builtin", "mine"):
        assert adapters.setting_for(adapters.name_in_use(held.replace(retriever_adapter=setting))) == setting
    other = held.replace(embedder="e5", retriever_adapter="mine")
    assert adapters.name_in_use(other) == adapters.shipped_name()
    packaged = adapters.read_card(adapters.packaged_adapter())
    assert adapters.setting_before(held, packaged) == "none"
    assert adapters.setting_before(held, card()) == "builtin"
    second = card(against={"setting": "first", "model": "m"})
    assert adapters.setting_before(held, second) == "builtin"  # the first is gone
    adapters.write_card(write(adapters.adapters_folder(tmp_path) / "first"), card(name="first", passed=True))
    assert adapters.setting_before(held, second) == "first"
    assert adapters.setting_before(held, card(kind="chat", against={"setting": "first", "model": "m"})) == "none"


def test_vectors_through_words_are_of_another_model_in_the_same_export():
    through = reading_id(model_id(), adapters.packaged_words())
    assert through != model_id() and not same_weights(through, model_id())
    lists = (None, adapters.packaged_words())
    assert find_list(through, lists) == adapters.packaged_words()
    assert find_list(model_id(), lists) is None
    with pytest.raises(KeyError):
        find_list(model_id().replace("@", "+es00000000@"), lists)
    assert exported_before(settings.cache_folder(), through) == exported_before(settings.cache_folder(), model_id())


# ---------------------------------------------------------------- languages


def test_an_adapter_reads_the_languages_on_its_card(tmp_path):
    mine = write(tmp_path / "mine")
    assert adapters.langs_of(mine) == adapters.langs_of(None) == ()
    for told, read in ((["es"], ("es",)), (["es", "en"], ()), (["../es", "fr"], ()), ("es", ()), ([["es"]], ())):
        adapters.write_card(mine, card(langs=told))
        assert adapters.langs_of(mine) == read


def test_vectors_of_one_language_alone_are_of_another_model_in_the_same_export():
    whole = reading_id(model_id("a" * 64), adapters.packaged_words())
    spanish = reading_id(model_id("a" * 64), adapters.packaged_words(), ("es",))
    assert not same_weights(whole, spanish) and spanish.endswith("+only-es@" + whole.partition("@")[2])
    assert (find_langs(spanish), find_langs(whole), find_langs(model_id())) == (("es",), (), ())
    assert find_list(spanish, [adapters.packaged_words()]) == adapters.packaged_words()
    assert find_list(reading_id(model_id("a" * 64), None, ("es",)), []) is None


def test_what_an_adapter_did_not_learn_from_is_read_bit_for_bit_as_without_it(tmp_path):
    cache = tmp_path / "cache"
    exported = exported_model(settings.cache_folder())[0]
    shutil.copytree(exported, cache / "models" / exported.name)
    folder = write(tmp_path / "mine")
    base, whole = load_embedder("builtin", cache), load_adapted(folder, cache)
    spanish = load_adapted(folder, cache, ("es",))
    texts = ["¿Cuánto tarda el envío?", "How long does it take?"]
    for lang, reads in (("es", whole), ("en", base), ("", base)):
        np.testing.assert_array_equal(spanish.encode(texts, lang=lang), reads.encode(texts, lang=lang))
    assert not np.array_equal(whole.encode(texts), base.encode(texts))
    assert spanish.id not in (base.id, whole.id) and spanish.count_tokens("one two") == 4
    again = load_embedder("builtin", cache, made_by=spanish.id)  # the adapter is gone, its vectors are still there
    assert again.id == spanish.id
    for lang in ("en", "es"):
        np.testing.assert_array_equal(again.encode(texts, lang=lang), spanish.encode(texts, lang=lang))
