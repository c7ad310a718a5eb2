"""Writes an adapter merged into its base's weights to a folder, for bases too large for a download from the page.

    python -m core.training.merge ADAPTER --base FOLDER --out FOLDER

What is written loads with plain transformers. It judges nothing.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core.errors import AppError
from core.i18n import error_text
from core.models.adapter_files import check_adapter
from core.models.loading import find_folder
from core.models.merging import write_merged


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.training.merge")
    parser.add_argument("adapter", type=Path)
    parser.add_argument("--base", required=True, help="the base's folder, or its id in the local cache")
    parser.add_argument("--out", type=Path, required=True, help="a folder that is not there yet")
    options = parser.parse_args(arguments)
    try:
        base = find_folder(options.base)
        write_merged(check_adapter(options.adapter, None, base), base, options.out)
    except AppError as error:
        sys.stderr.write(error_text(error, "en") + "\n")
        return 2
    except FileExistsError:
        sys.stderr.write(f"{options.out} is there already\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
