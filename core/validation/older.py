"""Which figure of a sentence came first, by the words around it: 'from 12', 'against 12', '12 a year earlier'."""

from __future__ import annotations

import re

from core.validation.measures import fold

_OLDER_BEFORE = re.compile(
    r"(?:\bfrom|\bdesde|\bfrente a|\bagainst|\bcompared (?:with|to)|"
    r"\bversus|\bvs\.?|\bup on|\bantes|\bprevious(?:ly)?|"
    r"\bthan|\brespecto a|\binstead of|\brather than|\ben (?:lugar|vez) de)\s+"
    r"(?:the |los |las |el |la |about |unos |casi |nearly |un |una )?"
    r"(?:[€$£]\s?)?"
    r"(?:\d[\d.,]*\d(?: ?%| (?:million|millones|billion|thousand|miles)(?: de (?:euros|dolares))?)?"
    r",? (?:or|o|i\.e\.|\()\s*)?$"
)
_OF_BEFORE, _TO_AFTER = re.compile(r"\bdel?\s+$"), re.compile(r"[^.;,]{0,20}?\b(?:a|al|hasta)\s+(?:los |las )?[€$£\d]")
_OLDER_AFTER = re.compile(
    r"(?:(?!\bque\b|\bthan\b)[^.;,]){0,24}?\b(?:(?:a |one )?year (?:earlier|before|ago)|"
    r"(?:previous|prior|last) (?:year|quarter|month)|un ano antes|"
    r"(?:ano|ejercicio|trimestre|mes|curso|periodo) (?:anterior|pasado|previo))\b"
)


def is_older(before: str, after: str, bracket: bool = False) -> bool:
    """Whether the words around a figure give it as what came before: 'from 12', 'de 12 a', '12 a year ago'; in a source
    (`bracket`) also '(12)'."""
    before, after = fold(before), fold(after)
    if bracket and before.rstrip().endswith(("(", "[")):
        return True
    if _OLDER_BEFORE.search(before) or _OLDER_AFTER.match(after):
        return True
    return bool(_OF_BEFORE.search(before) and _TO_AFTER.match(after))
