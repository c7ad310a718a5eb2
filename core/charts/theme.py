"""How charts look: one accent, greys, and a quiet palette where several series need telling apart; light and dark.

The accent is the app's own (`primaryColor` of its theme). Figures are transparent on a page and carry the theme's
background where they stand alone. Colours of series were checked for contrast with both backgrounds, not for print."""

from __future__ import annotations

from dataclasses import dataclass

FONT = '"Source Sans 3", "Source Sans", "Segoe UI", system-ui, sans-serif'


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of one theme. `series` starts with the accent; `ramp` goes from almost the background to the accent."""

    background: str
    text: str
    quiet: str
    grid: str
    accent: str
    series: tuple[str, ...]
    rest: str
    ramp: tuple[str, ...]
    below: str


LOOKS = {
    "light": Look(
        background="#ffffff",
        text="#22303a",
        quiet="#66747f",
        grid="#e6eaed",
        accent="#1f6f78",
        series=("#1f6f78", "#d08a3c", "#6c7fc0", "#b5577a", "#7d9440", "#4ea3c4", "#8a6bb0", "#c0694c"),
        rest="#b4bec6",
        ramp=("#f1f6f6", "#bcd9da", "#74b0b4", "#1f6f78", "#0f454c"),
        below="#b5577a",
    ),
    "dark": Look(
        background="#14191d",
        text="#e4eaee",
        quiet="#98a6b0",
        grid="#2a333a",
        accent="#5cb8bf",
        series=("#5cb8bf", "#e0a35c", "#93a4e0", "#d985a5", "#a9c06a", "#7fc4e3", "#b79ddb", "#e0937a"),
        rest="#56636d",
        ramp=("#1b2429", "#22464c", "#2f7178", "#5cb8bf", "#b5e6e9"),
        below="#d985a5",
    ),
}


def look_of(theme: str) -> Look:
    """The look of 'light' or 'dark'; anything else is light."""
    return LOOKS.get(theme, LOOKS["light"])


def series_colors(look: Look, count: int) -> list[str]:
    """One colour a series: the palette, then greys that no longer tell apart."""
    return [look.series[i] if i < len(look.series) else look.rest for i in range(count)]


def ordered_colors(look: Look, count: int) -> list[str]:
    """Colours for series that have an order (years): from grey to the accent, which is the last one."""
    if count == 1:
        return [look.accent]
    return [blend(look.rest, look.accent, i / (count - 1)) for i in range(count)]


def blend(first: str, second: str, share: float) -> str:
    """The colour `share` of the way from `first` to `second`, both '#rrggbb'."""
    one, two = ([int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in (first, second))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(one, two, strict=True))


def with_opacity(color: str, opacity: float) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
