"""A table of unit vectors in FAISS, addressed by the ids that SQLite gave their rows and never gives again.

FAISS's own map store numbers a vector by how many there are, so that after a deletion a new one takes over an id in
use; here ids come from outside. It embeds nothing and stores nothing on disk. The LlamaIndex face over it is
`core.index.llama`.
"""

from __future__ import annotations

import threading

import numpy as np

_BELOW_ALL = -1e9


class VectorTable:
    """Inner-product search over rows of length 1, exact. Changes and searches wait for each other."""

    def __init__(self, dimension: int) -> None:
        import faiss

        self._faiss = faiss
        self._flat = faiss.IndexFlatIP(dimension)
        self._index = faiss.IndexIDMap2(self._flat)
        self._lock = threading.Lock()
        self.dimension = dimension
        self.ids = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, ids: np.ndarray, rows: np.ndarray) -> None:
        """Append rows (n, dimension). An id that is already there is a mistake of the caller: ValueError."""
        ids = np.ascontiguousarray(ids, np.int64)
        if len(np.unique(ids)) != len(ids) or np.isin(ids, self.ids).any():
            raise ValueError("vector ids must be new")
        with self._lock:
            self._index.add_with_ids(np.ascontiguousarray(rows, np.float32), ids)
            self.ids = np.concatenate([self.ids, ids])

    def remove(self, ids: np.ndarray) -> int:
        """Forget the rows with these ids; the others keep their order. Returns how many went."""
        with self._lock:
            gone = self._index.remove_ids(np.ascontiguousarray(ids, np.int64))
            self.ids = self._faiss.vector_to_array(self._index.id_map).copy()
        return int(gone)

    def cosines(self, query: np.ndarray) -> np.ndarray:
        """(n,) float32: the query's cosine to every row, in the order of `ids`."""
        with self._lock:
            row = np.ascontiguousarray(query, np.float32)[None]
            _, cosines, _ = self._flat.range_search(row, _BELOW_ALL)  # in storage order, and quicker than numpy
        return cosines

    def rows_of(self, ids: np.ndarray) -> np.ndarray:
        """(len(ids), dimension): the stored rows of ids that are all there."""
        with self._lock:
            if not len(ids):
                return np.empty((0, self.dimension), np.float32)
            return self._index.reconstruct_batch(np.ascontiguousarray(ids, np.int64))

    def search(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Ids and cosines of the k nearest rows, best first, among `allowed` ids where given."""
        with self._lock:
            if not len(self.ids):
                return np.empty(0, np.int64), np.empty(0, np.float32)
            parameters = None
            if allowed is not None:
                selector = self._faiss.IDSelectorBatch(np.ascontiguousarray(allowed, np.int64))
                parameters = self._faiss.SearchParameters(sel=selector)
            row = np.ascontiguousarray(query, np.float32)[None]
            cosines, ids = self._index.search(row, min(k, len(self.ids)), params=parameters)
        found = ids[0] >= 0
        return ids[0][found], cosines[0][found]
