"""What README.md promises is what is here: the file tree, the settings table, the commands."""

import re
from pathlib import Path

from core import settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tree():
    block = README.split("## Where things are")[1].split("```")[1]
    paths, parents = [], []
    for line in block.splitlines():
        match = re.match(r"^( *)(\S+)", line)
        if not match:
            continue
        depth = len(match[1]) // 2
        parents = [*parents[:depth], match[2].rstrip("/")]
        paths.append("/".join(parents))
    return paths


def test_every_path_of_the_tree_exists():
    assert [path for path in tree() if not (ROOT / path).exists()] == []


def test_every_part_is_in_the_tree():
    listed = set(tree())
    parts = [
        path.relative_to(ROOT).as_posix()
        for folder in (ROOT / "core", ROOT / "pages")
        for path in folder.iterdir()
        if not path.name.startswith("__") and (path.suffix in (".py", "") or path.is_dir())
    ]
    assert [path for path in sorted(parts) if path not in listed] == []


def test_the_settings_table_is_the_settings_in_force():
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|", README, re.MULTILINE)
    expected = [(s.name, f"`{s.default}`") for s in settings.TABLE]
    assert [(name, default) for name, default, _ in rows] == expected


def test_the_two_commands_are_makefile_targets():
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    commands = re.findall(r"^make (\w+)$", README, re.MULTILINE)
    assert commands == ["run", "test"]
    assert set(commands) <= set(targets)
