"""Search over the workspace's documents: BM25, FAISS, their fusion. SQLite is the truth; all here can be rebuilt."""
