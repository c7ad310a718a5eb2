"""The pipeline from a question to ranked candidates: link, understand, compose, rank. Pure; nothing is run."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.sql.data.schema import Schema
from core.sql.language.lexicon import Lexicon
from core.sql.linking.link import ROLES, Links
from core.sql.linking.link_features import score_links
from core.sql.linking.mentions import find_mentions
from core.sql.linking.trees import Trees, load_trees
from core.sql.parser.compose import Candidate, Composer
from core.sql.parser.rank_context import RankContext
from core.sql.parser.understand import ShapeModel, load_model, open_values, shape_grams

WEIGHTS = Path(__file__).parents[1] / "weights"
SHAPES = 50
FILLS = 4
CANDIDATES = 60


@dataclass(frozen=True)
class Parser:
    """The learned parts: the linker's trees by role, the shape model, the two rankers and the confidence model."""

    linker: dict[str, Trees]
    shapes: ShapeModel
    ranker: Trees | None = None
    reranker: Trees | None = None
    confidence: Trees | None = None


@functools.cache
def builtin_parser() -> Parser:
    """The parser that ships with the code."""
    trees = {role: load_trees(WEIGHTS / f"link_{role}.txt") for role in (*ROLES, "table")}
    rankers = [load_trees(WEIGHTS / f"{name}.txt") for name in ("ranker", "reranker", "confidence")]
    return Parser(trees, load_model(WEIGHTS / "shapes.json"), *rankers)


def link_question(question: str, lang: str, schema: Schema, lexicon: Lexicon, parser: Parser) -> Links:
    """The question's words linked to the schema and scored."""
    return score_links(find_mentions(question, lang, schema, lexicon), schema, parser.linker)


def compose_candidates(links: Links, schema: Schema, model: ShapeModel) -> tuple[list[Candidate], RankContext]:
    """Candidates by falling shape and filling score, at most CANDIDATES, and what their features share."""
    probabilities = model.clause_probabilities(shape_grams(links))
    scores = model.score_shapes(probabilities)
    composer = Composer(links, schema)
    room = sum(2 if m.kind == "date" else 1 for m in links.values) + len(links.periods)
    found: dict = {}
    tried = 0
    for number in np.argsort(-scores):
        shape = model.shapes[number]
        if open_values(shape) > room:
            continue
        tried += 1
        for candidate in composer.fill(shape, int(number), float(scores[number]), FILLS):
            found.setdefault(candidate.plan, candidate)
        if tried >= SHAPES:
            break
    ranked = sorted(found.values(), key=lambda c: -(c.shape_score + c.fill.total))
    return ranked[:CANDIDATES], RankContext(links, schema, model, probabilities)
