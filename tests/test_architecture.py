"""The house rules: an import may only point down the layers, and each heavy library has one owner."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAYERS = [
    {"metrics", "settings", "i18n", "records", "errors", "prompts", "lexicon", "recall"},
    {"models", "charts", "state"},
    {"index", "documents"},
    {"chat", "sql", "validation", "router", "reconcile", "training", "samples"},
    {"amounts", "both", "table_files", "author", "conversation", "house_words", "provenance"},
    {"sides"},
    {"telling"},
    {"assistant", "library"},
    {"evaluation", "monitoring", "export", "health", "suggest", "turns", "model_trial"},
    {"workspace", "model_setup"},
    {"trial"},
    {"ask", "worker"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
MAY_SHARE = {0}
SQL_STAGES = (
    *("language", "safety", "data", "linking", "parser", "business", "charts", "insight", "following"),
    "",  # core/sql itself: the story of one question
    "learning",
)
COMMANDS = (
    "core/evaluation/commands/",
    "core/evaluation/benches/",
    "core/evaluation/workspaces.py",
    "core/evaluation/crash.py",
    "core/evaluation/loop.py",
    "core/evaluation/rerun.py",
    "core/training/run.py",
)  # run by hand, like ask

OWNERS = {
    "duckdb": ("core/sql/",),
    "sqlglot": ("core/sql/",),
    "faiss": ("core/index/vectors.py", "core/evaluation/plain_pipeline.py"),
    "plotly": ("core/charts/",),
    "sqlalchemy": ("core/state/", "core/sql/data/sources.py"),
    "torch": ("core/models/", "core/training/", "core/index/rerank.py"),
    "transformers": ("core/models/", "core/training/", "core/index/rerank.py"),
    "peft": ("core/models/", "core/training/", "core/index/rerank.py"),
    "sentence_transformers": ("core/models/", "core/training/", "core/index/rerank.py"),
    "onnxruntime": ("core/models/", "core/training/", "core/index/rerank.py"),
}
HEAVY_AT_START = ("streamlit", "torch", "transformers", "llama_index", "pandas", "scipy")


def modules():
    return sorted((ROOT / "core").rglob("*.py"))


def imports(path):
    """(module name, at the top of the file?) of every import in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(tree.body)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node in top
            if node.module == "core":
                yield from ((f"core.{alias.name}", node in top) for alias in node.names)


def part(path):
    return path.relative_to(ROOT / "core").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path):
    own = part(path)
    if own == "__init__":
        return
    assert own in LEVEL, f"core/{own} has no layer in LAYERS"
    for name, _ in imports(path):
        pieces = name.split(".")
        if pieces[0] != "core" or len(pieces) == 1 or pieces[1] == own:
            continue
        allowed = LEVEL[pieces[1]] < LEVEL[own] or (LEVEL[own] == LEVEL[pieces[1]] and LEVEL[own] in MAY_SHARE)
        allowed = allowed or path.relative_to(ROOT).as_posix().startswith(COMMANDS)
        assert allowed, f"{path.relative_to(ROOT)} imports {name}, which is not below it"


def sql_stage(pieces):
    """The stage of a module, of the pieces of its name behind `core.sql`."""
    return pieces[0] if len(pieces) > 1 or pieces[0] in SQL_STAGES else ""


@pytest.mark.parametrize("path", sorted((ROOT / "core/sql").rglob("*.py")), ids=lambda path: path.stem)
def test_stages_of_sql_import_only_those_before(path):
    own = SQL_STAGES.index(sql_stage(path.relative_to(ROOT / "core/sql").parts))
    for name, _ in imports(path):
        pieces = name.split(".")
        if pieces[:2] == ["core", "sql"] and len(pieces) > 2:
            assert SQL_STAGES.index(sql_stage(pieces[2:])) <= own, f"{path.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_libraries_have_one_owner(path):
    place = path.relative_to(ROOT).as_posix()
    for name, _ in imports(path):
        library = name.split(".")[0]
        assert library != "streamlit", f"{place} imports streamlit"
        if library in OWNERS:
            assert place.startswith(OWNERS[library]), f"{place} imports {library}, owned by {OWNERS[library]}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_settings_reads_the_environment(path):
    if path.name != "settings.py":
        text = path.read_text(encoding="utf-8")
        assert "os.environ" not in text
        assert "getenv" not in text


def test_importing_the_assistant_loads_nothing_heavy():
    if not (ROOT / "core" / "assistant.py").exists():
        pytest.skip("no assistant yet")
    code = "import sys, core.assistant; print([m for m in %r if m in sys.modules])" % (HEAVY_AT_START,)
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_every_module_opens_with_a_docstring():
    missing = [str(p.relative_to(ROOT)) for p in modules() if not ast.get_docstring(ast.parse(p.read_text("utf-8")))]
    assert missing == []
