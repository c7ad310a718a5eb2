"""Cotejo's core: everything but the pages. See README.md in this folder."""
