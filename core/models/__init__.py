"""What loads weights: the embedder here, chat models and adapters beside it. Nothing is loaded at import."""
