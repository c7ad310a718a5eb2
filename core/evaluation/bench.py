"""How fast, and with how much memory: ingest (beside a plain LlamaIndex pipeline on the same files), query, first use.

    python -m core.evaluation.bench ingest --documents DIR [--plain]
    python -m core.evaluation.bench query --documents DIR [--passages 10000] [--questions FILE.jsonl]
    python -m core.evaluation.bench first-answer --document FILE [--question TEXT]
    python -m core.evaluation.bench paint [--rounds 5]
    python -m core.evaluation.bench monitoring [--questions 100000]
    python -m core.evaluation.bench first-token [--delay-ms 200] [--page] [--workspace DIR]

Each figure is printed with the others of its run, since only ratios taken in one run can be compared. It judges no
quality; `core.evaluation.run` does.
"""

from __future__ import annotations

import argparse
import json
import sys

from core.evaluation.benches import first_answer, first_token, ingest, monitoring, paint, query

_BENCHES = (
    ("ingest", ingest, "seconds per stage until searchable and until embedded"),
    ("query", query, "milliseconds per question, and memory, at a given size"),
    ("first-answer", first_answer, "seconds from dropping a file to a cited answer from it"),
    ("paint", paint, "first heading in a browser, beside an empty Streamlit app"),
    ("monitoring", monitoring, "cost of recording a question, and of a report over many"),
    ("first-token", first_token, "what is added to a language model's own time to first token"),
)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.bench")
    chosen = parser.add_subparsers(dest="bench", required=True)
    for name, module, told in _BENCHES:
        command = chosen.add_parser(name, help=told)
        command.set_defaults(run=module.run)
        module.add_arguments(command)
    options = parser.parse_args(arguments)
    sys.stdout.write(json.dumps(options.run(options), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
