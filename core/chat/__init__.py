"""Answers from documents without a language model: read the question, rank sentences, quote them, or decline."""
