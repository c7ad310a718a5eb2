"""Questions that want two things ('how long is the lease, and who signs it?'): the two questions, each whole, and one
answer made of theirs.

It answers nothing itself. A second part that leaves out what the first one says ('and on what date?') borrows it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from core.chat.fragment import FINITE, HEAD
from core.chat.history import complete_question
from core.chat.words import fold, is_stop
from core.records import Citation, DocumentsAnswer

_ASKS = {
    "en": r"(?:(?:in|for|on|at|by|from|to|with|of) )?(?:who|whom|when|where|why|how|what|which)\b",
    "es": r"¿?(?:(?:a|de|con|para|en|desde|hasta|por) )?(?:quien(?:es)?|cuando|a?donde|por que|como|cuant[oa]s?"
    r"|cual(?:es)?|que)\b",
}
_JOINED = {
    lang: re.compile(rf",? (?:{joins}) (?=(?:also |tambien )?{_ASKS[lang]})")
    for lang, joins in (("en", "and"), ("es", "y|e"))
}
_OPENS = {lang: re.compile(rf"^¿?{asks}") for lang, asks in _ASKS.items()}
_VERB = {"en": FINITE["en"], "es": re.compile(rf"{FINITE['es'].pattern}|\bse \w+")}
_CLAUSES = {  # what joins a clause as often as it asks
    "en": re.compile(r"which (?:is|are|was|were|has|have|had)\b"),
    "es": re.compile(r"(?:que|cuando|a?donde|como)\b"),
}
_PRONOUN = re.compile(r"\b(?:it|they|he|she|them|its|their|her|his|lo|la|los|las|le|les)\b")
_ACCENT = re.compile(r"[áéíóú]", re.I)
_SHORT = re.compile(r"\*\*(.+?)\*\*")
_MARK = re.compile(r"\[(\d+)\]")


def split_wants(text: str, lang: str) -> tuple[str, str] | None:
    """The two questions that are asked in one; None where there is one."""
    bare = text.strip(" ¿?¡!.")
    folded = fold(bare)
    found = list(_JOINED[lang].finditer(folded))
    if len(found) != 1 or not _OPENS[lang].match(folded):
        return None
    first, second = bare[: found[0].start()], bare[found[0].end() :]
    if _is_clause(first, second, lang):
        return None
    first_rest, second_rest = _after_head(first, lang), _after_head(second, lang)
    if not first_rest:
        return f"{first} {second_rest}", second
    said = [word for word in fold(second_rest).split() if not is_stop(word, lang)]
    if len(said) <= 1 and not _PRONOUN.search(fold(second_rest)):
        names_thing = said and _OPENS[lang].match(fold(second)).group().strip("¿") in ("que", "what", "which")
        verb = _VERB[lang].search(fold(first_rest)) if names_thing else None
        return first, f"{second} {first_rest[verb.start() :] if verb else first_rest}"
    completed, changed = complete_question(second, [(first, "")], lang)
    return first, f"{second} {first_rest}" if not changed and _PRONOUN.search(fold(second_rest)) else completed


def _is_clause(first: str, second: str, lang: str) -> bool:
    """Whether `second` is no question but a clause of `first` ('the man who built it and who died in 1900'). In Spanish
    an accent tells the two apart, in a question that has any."""
    head = _OPENS[lang].match(fold(second))
    asks = head.group().split()[-1].lstrip("¿") if head else ""
    if re.search(rf"\s{asks}\b", fold(first)):
        return True
    accents = lang == "es" and bool(_ACCENT.search(first + second))
    said = (second.lower() if accents else fold(second)).lstrip("¿")
    return bool(_CLAUSES[lang].match(said)) and (accents or asks in ("which", "que"))


def _after_head(part: str, lang: str) -> str:
    head = HEAD[lang].match(fold(part))
    return part[head.end() :].strip() if head else part


def join_answers(first: DocumentsAnswer, second: DocumentsAnswer) -> DocumentsAnswer:
    """One answer of two that both answer: the second one's marks count on, and a quote that both give stands once."""
    places = {_place(c): c.n for c in first.citations}
    numbers: dict[int, int] = {}
    added: list[Citation] = []
    for citation in second.citations:
        numbers[citation.n] = places.get(_place(citation)) or len(first.citations) + len(added) + 1
        if _place(citation) not in places:
            added.append(replace(citation, n=numbers[citation.n]))
    text = _MARK.sub(lambda mark: f"[{numbers.get(int(mark[1]), int(mark[1]))}]", second.text)
    return replace(
        first,
        text=f"{first.text}\n\n{text}" if added else _beside(first.text, text),
        message=" ".join(dict.fromkeys(m for m in (first.message, second.message) if m)),
        confidence=min(first.confidence, second.confidence),
        citations=(*first.citations, *added),
        hits=tuple({hit.piece_id: hit for hit in (*first.hits, *second.hits)}.values()),
        chance=min(first.chance, second.chance),
    )


def _beside(text: str, other: str) -> str:
    """The text of an answer with the short answer of another one that quotes nothing else."""
    own, short = _SHORT.match(text), _SHORT.match(other)
    if short is None or (own is not None and short[1] in own[1]):
        return text
    return f"**{own[1]} · {short[1]}**{text[own.end() :]}" if own else f"{short.group()} — {text}"


def _place(citation: Citation) -> tuple[int, int, int, int]:
    return citation.document_id, citation.page, citation.start, citation.end
