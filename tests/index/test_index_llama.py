"""Our parts inside the real LlamaIndex, and LlamaIndex's own index over our store."""

import pytest

pytest.importorskip("llama_index.core")

from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.core.schema import Document, TextNode
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
)

from core.index.embed import embed_missing
from core.index.llama import CotejoEmbedding, CotejoRetriever, FaissVectorStore
from core.index.search import SearchIndex
from core.settings import Settings


@pytest.fixture
def embedding(word_embedder):
    return CotejoEmbedding(word_embedder())


def nodes(embedding, texts, **metadata):
    made = [TextNode(id_=text, text=text, metadata=metadata) for text in texts]
    for node in made:
        node.embedding = embedding.get_text_embedding(node.text)
    return made


def nearest(store, embedding, text, **kwargs):
    query = VectorStoreQuery(query_embedding=embedding.get_query_embedding(text), similarity_top_k=1, **kwargs)
    return store.query(query).ids


def test_delete_then_add_never_shows_another_nodes_text(embedding):
    store = FaissVectorStore()
    store.add(nodes(embedding, ["alpha one", "beta two", "gamma three"]))
    store.delete_nodes(["alpha one"])
    store.add(nodes(embedding, ["delta four", "epsilon five"]))
    for text in ("beta two", "gamma three", "delta four", "epsilon five"):
        assert nearest(store, embedding, text) == [text]
    assert nearest(store, embedding, "alpha one") != ["alpha one"]


def test_adding_a_node_again_replaces_it(embedding):
    store = FaissVectorStore()
    store.add(nodes(embedding, ["alpha"], version=1))
    store.add(nodes(embedding, ["alpha"], version=2))
    assert [node.metadata["version"] for node in store.get_nodes()] == [2]
    assert len(store.client) == 1


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        (FilterOperator.EQ, 2020, ["old tale"]),
        (FilterOperator.GT, 2020, ["new tale"]),
        (FilterOperator.IN, [2020, 1999], ["old tale"]),
        (FilterOperator.NE, 2020, ["new tale"]),
    ],
)
def test_filters_apply_before_ranking(embedding, operator, value, expected):
    store = FaissVectorStore()
    store.add(nodes(embedding, ["old tale"], year=2020))
    store.add(nodes(embedding, ["new tale"], year=2024))
    filters = MetadataFilters(filters=[MetadataFilter(key="year", value=value, operator=operator)])
    asked = "new tale" if expected == ["old tale"] else "old tale"
    assert nearest(store, embedding, asked, filters=filters) == expected


def test_nested_filters(embedding):
    store = FaissVectorStore()
    store.add(nodes(embedding, ["a"], year=2020, lang="en"))
    store.add(nodes(embedding, ["b"], year=2024, lang="es"))
    either = MetadataFilters(
        filters=[MetadataFilter(key="year", value=2020), MetadataFilter(key="lang", value="es")],
        condition=FilterCondition.OR,
    )
    assert {node.node_id for node in store.get_nodes(filters=either)} == {"a", "b"}


def test_llama_index_builds_deletes_and_asks_over_our_store(embedding):
    store = FaissVectorStore()
    index = VectorStoreIndex.from_documents(
        [Document(text="Cats sleep.", doc_id="cats"), Document(text="Dogs bark.", doc_id="dogs")],
        storage_context=StorageContext.from_defaults(vector_store=store),
        embed_model=embedding,
    )
    assert index.as_retriever(similarity_top_k=1).retrieve("Dogs bark.")[0].text == "Dogs bark."
    index.delete_ref_doc("dogs")
    index.insert(Document(text="Birds sing.", doc_id="birds"))
    assert {n.text for n in index.as_retriever(similarity_top_k=5).retrieve("dogs")} == {"Cats sleep.", "Birds sing."}


def test_our_search_as_a_retriever_names_file_and_page(db, add_text, word_embedder, tmp_path):
    add_text("animals.txt", "Cats sleep all day.\n\nDogs bark at night.")
    embed_missing(db, word_embedder(), "words")
    retriever = CotejoRetriever(SearchIndex(db, Settings(tmp_path), embedder=word_embedder()), k=1)
    found = retriever.retrieve("Which animals bark at night?")
    assert (found[0].metadata["file"], found[0].metadata["page"]) == ("animals.txt", 1)
    assert "Dogs bark" in found[0].text
