"""Text files: plain text, Markdown, subtitles. Their text stays as written; headings and tables are only marked.

A quote from a text file must be found in that file, so nothing is re-flowed and no mark-up is taken away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.documents.parse.flow import FlowWriter, clean_text
from core.records import Heading, Page, PageTable

_SAMPLE = 200_000
_WESTERN = re.compile("[áéíóúüñçàèìòùâêîôûäëïöÁÉÍÓÚÜÑÇ¿¡«»ºª€£°·–—‘’“”…\xa0§©®ß]")
_ATX = re.compile(r"^[ ]{0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.M)
_SETEXT = re.compile(r"^(?![ \t]*[-*+>|#])[ ]{0,3}(\S[^\n]*)\n[ ]{0,3}(=+|-{3,})[ \t]*$", re.M)
_FENCE = re.compile(r"^[ ]{0,3}(```+|~~~+)[^\n]*\n.*?(?:^[ ]{0,3}\1|\Z)", re.M | re.S)
_PIPES = re.compile(
    r"^[^\n|]*\|[^\n]*\n[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)+(?:\n|\Z)(?:^[^\n]*\|[^\n]*\n?)*", re.M
)
_CUE = re.compile(r"^(?:(?:\d+:)?\d\d?:\d\d[.,]\d{3})\s+-->.*$")
_LINE = re.compile(r"^.*$", re.M)
_NUMBERED = re.compile(
    r"(?:\d{1,2}(?:[.)]|(?:\.\d{1,2})+[.)]?)|[IVXLC]{1,6}[.)]|(?:primer|segund|tercer|cuart|quint|sext|s[ée]ptim|octav|noven"
    r"|d[ée]cim)[ao]\.|(?:art[íi]culo|cl[áa]usula|cap[íi]tulo|anexo|section|article|clause|chapter|annex)"
    r" (?:\d+|[IVXLC]+|[A-Z])[.:]?)\s+\S",
    re.I,
)
_TAG = re.compile(r"<[^<>]{0,200}>")
_VOICE = re.compile(r"<v(?:\.[^ >]*)?\s+([^>]{1,100})>")


def decode(data: bytes) -> str:
    """Text in whatever encoding it is: byte order marks, UTF-8, UTF-16 by its zeros, Western, else detected."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return clean_text(data.decode(encoding, "replace"))
    try:
        if b"\x00" not in data[:4096]:
            return clean_text(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    sample = data[:_SAMPLE]
    if sample.count(0) > 0.2 * len(sample):
        little = sample[1::2].count(0) >= sample[::2].count(0)
        return clean_text(data.decode("utf-16-le" if little else "utf-16-be", "replace"))
    return clean_text(data.decode(_legacy_encoding(sample), "replace"))


def _legacy_encoding(sample: bytes) -> str:
    """Windows-1252 where its accented letters are those of Western Europe, else what charset-normalizer finds."""
    text = sample.decode("cp1252", "replace")
    foreign = [char for char in text if ord(char) > 127]
    if len(_WESTERN.findall(text)) >= 0.9 * len(foreign):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best is not None else "cp1252"


def parse_text(text: str) -> tuple[list[Page], str]:
    """(one page as written, with pipe tables and the lines marked that head what follows; no title)."""
    text = text.replace("\f", "\n").strip("\n")
    headings = find_headings(text)
    return [Page(1, text, headings=tuple(headings), tables=tuple(find_pipe_tables(text, headings)))], ""


def find_headings(text: str) -> list[Heading]:
    """The short lines of a plain text that head a section: numbered, in capitals or alone above prose, after a blank.

    In doubt a line is none: an address or a list of names is not to become the heading of what stands below."""
    lines = [(match.group(), match.start()) for match in _LINE.finditer(text)]
    found = []
    for number, (line, start) in enumerate(lines):
        title = line.strip()
        above = lines[number - 1][0].strip() if number else ""
        below = lines[number + 1][0].strip() if number + 1 < len(lines) else ""
        later = next((other.strip() for other, _ in lines[number + 1 :] if other.strip()), "")
        if above or not later or not _is_headline(title):
            continue
        numbered, capitals = bool(_NUMBERED.match(title)), title.isupper()
        if (below and _is_prose(below)) or (not below and (number == 0 or numbered or capitals)):
            at = start + line.index(title)
            level = 1 if number == 0 or (capitals and not numbered) else 2
            found.append(Heading(at, at + len(title), level, title))
    return found


def _is_headline(line: str) -> bool:
    words = line.split()
    if (
        not 1 <= len(words) <= 10
        or len(line) > 80
        or line[-1] in ".,;:?!…"
        or line[0] in "-*+•>|"
        or "\t" in line
        or ": " in line
    ):
        return False
    return bool(_NUMBERED.match(line)) or line[0].isupper()


def _is_prose(line: str) -> bool:
    return len(line.split()) > 6 or line.endswith((".", ":"))


def parse_markdown(text: str) -> tuple[list[Page], str]:
    """(one page as written, with headings and pipe tables marked; title from the front matter)."""
    text = text.replace("\f", "\n").strip("\n")
    title = ""
    front = re.match(r"---\n(.*?)\n---\n", text, re.S)
    if front:
        found = re.search(r"^title:\s*[\"']?(.+?)[\"']?\s*$", front.group(1), re.M)
        title = found.group(1) if found else ""
    fences = [match.span() for match in _FENCE.finditer(text)]
    outside = [match for match in _ATX.finditer(text) if not _inside(match.start(), fences)]
    headings = [Heading(match.start(2), match.end(2), len(match.group(1)), match.group(2)) for match in outside]
    for match in _SETEXT.finditer(text, front.end() if front else 0):
        if not _inside(match.start(), fences):
            level = 1 if match.group(2).startswith("=") else 2
            headings.append(Heading(match.start(1), match.end(1), level, match.group(1).strip()))
    headings.sort(key=lambda heading: heading.start)
    tables = find_pipe_tables(text, headings, fences)
    return [Page(1, text, headings=tuple(headings), tables=tuple(tables))], title


def find_pipe_tables(
    text: str, headings: Sequence[Heading] = (), fences: Sequence[tuple[int, int]] = ()
) -> list[PageTable]:
    """The tables that a text draws with pipes and a line of dashes, those inside `fences` left out."""
    return [_pipe_table(match, headings) for match in _PIPES.finditer(text) if not _inside(match.start(), fences)]


def _inside(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _pipe_table(match: re.Match[str], headings: Sequence[Heading]) -> PageTable:
    lines = match.group().rstrip("\n").split("\n")
    rows = [tuple(cell.strip() for cell in line.strip().strip("|").split("|")) for line in (lines[0], *lines[2:])]
    width = max(map(len, rows))
    above = [heading.text for heading in headings if heading.end <= match.start()]
    padded = tuple(row + ("",) * (width - len(row)) for row in rows)
    return PageTable(match.start(), match.start() + len(match.group().rstrip("\n")), padded, above[-1] if above else "")


def parse_subtitles(text: str) -> tuple[list[Page], str]:
    """(one page of what is said, without times; a paragraph a speaker, no title)."""
    flow = FlowWriter()
    speaker, spoken = "", []
    for block in re.split(r"\n\s*\n", text):
        lines = block.strip().split("\n")
        at = next((index for index, line in enumerate(lines) if _CUE.match(line.strip())), None)
        for line in lines[at + 1 :] if at is not None else ():
            voice = _VOICE.search(line)
            said = _TAG.sub("", line).strip()
            if voice and voice.group(1) != speaker:
                flow.paragraph(" ".join(spoken))
                speaker, spoken = voice.group(1), [f"{voice.group(1)}:"]
            if said and (not spoken or spoken[-1] != said):
                spoken.append(said)
        if sum(map(len, spoken)) > 1500:
            flow.paragraph(" ".join(spoken))
            spoken = []
    flow.paragraph(" ".join(spoken))
    return flow.finish(), ""
