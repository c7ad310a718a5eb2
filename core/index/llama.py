"""The LlamaIndex face: our embedder, search and FAISS table as LlamaIndex's embedding, retriever and vector store.

With these any LlamaIndex part can stand in the place of ours, or ours in the place of its own. Importing this module
loads LlamaIndex (seconds), so nothing on the way to an answer does. The search behind the app is `core.index.search`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.schema import BaseNode, NodeWithScore, QueryBundle, TextNode
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryResult,
)

from core.i18n import detect_language
from core.index.search import SearchIndex
from core.index.vectors import VectorTable
from core.models.embedder import Embedder
from core.records import Hit

_COMPARE: dict[FilterOperator, Callable[[Any, Any], bool]] = {
    FilterOperator.EQ: operator.eq,
    FilterOperator.NE: operator.ne,
    FilterOperator.GT: operator.gt,
    FilterOperator.GTE: operator.ge,
    FilterOperator.LT: operator.lt,
    FilterOperator.LTE: operator.le,
    FilterOperator.IN: lambda value, allowed: value in allowed,
    FilterOperator.NIN: lambda value, allowed: value not in allowed,
}


class CotejoEmbedding(BaseEmbedding):
    """One of our embedders as LlamaIndex's."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder, **kwargs: Any) -> None:
        super().__init__(model_name=embedder.id, **kwargs)
        self._embedder = embedder

    @classmethod
    def class_name(cls) -> str:
        return "CotejoEmbedding"

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._embedder.encode([query], kind="question", lang=detect_language(query))[0].tolist()

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._embedder.encode([text], lang=detect_language(text))[0].tolist()

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [self._get_text_embedding(text) for text in texts]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class CotejoRetriever(BaseRetriever):
    """Our search as LlamaIndex's retriever: a node is a parent passage; its metadata say file, page and piece."""

    def __init__(
        self, index: SearchIndex, *, k: int | None = None, document_ids: Collection[int] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._index = index
        self._k = k
        self._document_ids = document_ids

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        question = query_bundle.query_str
        result = self._index.search(
            question, lang=detect_language(question), k=self._k, document_ids=self._document_ids
        )
        return [NodeWithScore(node=_to_node(hit), score=hit.score) for hit in result.hits]


def _to_node(hit: Hit) -> TextNode:
    metadata = {
        "file": hit.file,
        "page": hit.page,
        "document_id": hit.document_id,
        "heading": hit.heading,
        "start": hit.start,
        "end": hit.end,
    }
    return TextNode(id_=f"piece-{hit.piece_id}", text=hit.text, metadata=metadata)


class FaissVectorStore(BasePydanticVectorStore):
    """Nodes and their vectors in FAISS, in memory. Ids are numbered once and never again, so that a deletion cannot
    give a node's place to another; filters apply before ranking. Vectors are taken as unit length (cosine)."""

    stores_text: bool = True

    _table: VectorTable | None = PrivateAttr(default=None)
    _nodes: dict[int, BaseNode] = PrivateAttr(default_factory=dict)
    _numbers: dict[str, int] = PrivateAttr(default_factory=dict)
    _next: int = PrivateAttr(default=0)

    @classmethod
    def class_name(cls) -> str:
        return "CotejoFaissVectorStore"

    @property
    def client(self) -> VectorTable | None:
        return self._table

    def add(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[str]:
        """Add nodes that carry embeddings; one that is here already is replaced."""
        if not nodes:
            return []
        self._forget([self._numbers[node.node_id] for node in nodes if node.node_id in self._numbers])
        rows = np.asarray([node.get_embedding() for node in nodes], np.float32)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        numbers = np.arange(self._next, self._next + len(nodes))
        self._next += len(nodes)
        if self._table is None:
            self._table = VectorTable(rows.shape[1])
        self._table.add(numbers, rows)
        for number, node in zip(numbers.tolist(), nodes, strict=True):
            self._nodes[number] = node
            self._numbers[node.node_id] = number
        return [node.node_id for node in nodes]

    def delete(self, ref_doc_id: str, **delete_kwargs: Any) -> None:
        """Forget the nodes that came from a document."""
        self._forget([number for number, node in self._nodes.items() if node.ref_doc_id == ref_doc_id])

    def delete_nodes(
        self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None, **delete_kwargs: Any
    ) -> None:
        self._forget(self._select(node_ids, None, filters))

    def clear(self) -> None:
        self._forget(list(self._nodes))

    def get_nodes(self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None) -> list[BaseNode]:
        return [self._nodes[number] for number in self._select(node_ids, None, filters)]

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        """The nearest nodes by cosine among those that the query's ids and filters admit."""
        if self._table is None or query.query_embedding is None:
            return VectorStoreQueryResult(nodes=[], similarities=[], ids=[])
        allowed = None
        if query.filters or query.doc_ids or query.node_ids:  # LlamaIndex says [] where it means no limit
            allowed = np.asarray(self._select(query.node_ids or None, query.doc_ids or None, query.filters), np.int64)
        row = np.asarray(query.query_embedding, np.float32)
        found, cosines = self._table.search(
            row / max(float(np.linalg.norm(row)), 1e-12), query.similarity_top_k, allowed
        )
        nodes = [self._nodes[number] for number in found.tolist()]
        return VectorStoreQueryResult(nodes=nodes, similarities=cosines.tolist(), ids=[node.node_id for node in nodes])

    def _select(
        self, node_ids: list[str] | None, doc_ids: list[str] | None, filters: MetadataFilters | None
    ) -> list[int]:
        return [
            number
            for number, node in self._nodes.items()
            if (node_ids is None or node.node_id in node_ids)
            and (doc_ids is None or node.ref_doc_id in doc_ids)
            and (filters is None or _admits(filters, node.metadata))
        ]

    def _forget(self, numbers: Sequence[int]) -> None:
        if numbers and self._table is not None:
            self._table.remove(np.asarray(numbers, np.int64))
        for number in numbers:
            del self._numbers[self._nodes.pop(number).node_id]


def _admits(filters: MetadataFilters | MetadataFilter, metadata: dict[str, Any]) -> bool:
    if isinstance(filters, MetadataFilters):
        verdicts = [_admits(part, metadata) for part in filters.filters]
        if filters.condition == FilterCondition.OR:
            return any(verdicts)
        return not any(verdicts) if filters.condition == FilterCondition.NOT else all(verdicts)
    if filters.operator not in _COMPARE:
        raise ValueError(f"this vector store knows no filter operator {filters.operator.value!r}")
    value = metadata.get(filters.key)
    return value is not None and _COMPARE[filters.operator](value, filters.value)
