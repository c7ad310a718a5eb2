"""Evaluation: cases, metrics over runs of the very assistant the chat uses, and benchmarks."""
