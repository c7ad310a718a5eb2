"""`paint`: first heading in a browser, beside an empty Streamlit app."""

from __future__ import annotations

import argparse

from core.evaluation.paint import measure_paint


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--rounds", type=int, default=5)


def run(options: argparse.Namespace) -> dict:
    return measure_paint(options.rounds)
