"""Requests or writes a second as horizontal bars, one group per scenario: an SVG that is legible in light and dark."""
from __future__ import annotations

from dataclasses import dataclass
from html import escape

from summary import Summary
from tables import TITLES, significant
from writing import PUTS

COLOURS = {"greeter": "#2f7fe0", "nginx": "#3c9d5b", "epoll": "#8a929b", "go": "#1f9fb3", "fastapi": "#9a6fd8",
           "httplib": "#c58a1c", "greeter-store": "#2f7fe0", "fastapi-store": "#9a6fd8", "redis": "#c8553d"}
STEPS = (100, 250, 500, 1000, 2500, 5000, 10_000, 20_000, 25_000, 50_000, 100_000, 250_000)
WIDTH, LEFT, RIGHT = 860, 170, 120
BAR, STEP, HEADING, GAP = 12, 17, 24, 14

STYLE = """
  .paper { fill: #ffffff } text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .heading { font-weight: 600 } .quiet { fill: #59636e } .grid { stroke: #d1d9e0 } .spread { stroke: #1f2328 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 } text { fill: #f0f6fc } .quiet { fill: #9198a1 } .grid { stroke: #3d444d }
    .spread { stroke: #f0f6fc }
  }
"""


@dataclass(frozen=True)
class Drawing:
    file: str
    what: str
    groups: tuple[str, ...]


REQUESTS = Drawing("performance.svg", "Requests a second", ("c64", "c256", "c1000", "close", "idle", "slow"))
WRITES = Drawing("writes.svg", "Durable writes a second", tuple(PUTS))


@dataclass(frozen=True)
class Bar:
    key: str
    title: str
    rate: float | None  # None: no answer
    low: float = 0
    high: float = 0


def bars(summary: Summary, scenario: str) -> list[Bar]:
    found = []
    for server in [key for key in summary.servers(scenario) if key != "greeter-before"]:
        rates = summary.values(scenario, server, "rate")
        rate = summary.median(scenario, server, "rate")
        found.append(Bar(server, summary.title(server), rate, min(rates, default=0), max(rates, default=0)))
    return sorted(found, key=lambda bar: -(bar.rate or 0))


def text(x: float, y: float, content: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">{escape(content)}</text>'


class Axis:
    def __init__(self, highest: float) -> None:
        step = next((step for step in STEPS if highest / step <= 6), 1_000_000)
        self.ticks = [step * count for count in range(int(highest / step) + 1)]
        self.scale = (WIDTH - LEFT - RIGHT) / highest

    def x(self, rate: float) -> float:
        return LEFT + rate * self.scale

    def draw(self, top: float, bottom: float) -> list[str]:
        lines = []
        for tick in self.ticks:
            x = self.x(tick)
            lines += [f'<line class="grid" x1="{x:.1f}" y1="{top:.0f}" x2="{x:.1f}" y2="{bottom:.0f}"/>',
                      text(x, bottom + 16, f"{tick:,}", "quiet", "middle")]
        return lines


def draw_bar(bar: Bar, y: float, axis: Axis) -> list[str]:
    middle = y + BAR / 2
    parts = [text(LEFT - 8, y + BAR - 2, bar.title, "heading" if bar.key.startswith("greeter") else "", "end")]
    if bar.rate is None:
        return [*parts, text(LEFT + 6, y + BAR - 2, "no answer", "quiet")]
    width = max(1.0, axis.x(bar.rate) - LEFT)
    return [
        *parts,
        f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2" fill="{COLOURS.get(bar.key, "#8a929b")}"/>',
        f'<line class="spread" x1="{axis.x(bar.low):.1f}" y1="{middle}" x2="{axis.x(bar.high):.1f}" y2="{middle}"/>',
        text(axis.x(bar.high) + 6, y + BAR - 2, significant(bar.rate)),
    ]


def svg(summary: Summary, drawing: Drawing) -> str:
    groups = {key: bars(summary, key) for key in drawing.groups if key in summary.scenarios()}
    axis = Axis(max([bar.high for group in groups.values() for bar in group] + [100]))
    y, body = 40.0, []
    for key, group in groups.items():
        body.append(text(LEFT, y + 14, TITLES[key], "heading"))
        y += HEADING
        for bar in group:
            body += draw_bar(bar, y, axis)
            y += STEP
        y += GAP
    height = y + 40
    heading = text(LEFT, 24, f"{drawing.what}, median and spread of the rounds", "heading")
    note = text(LEFT, height - 8, "Client and server share the same cores: compare the bars, not the numbers.", "quiet")
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img">',
        f"<title>{drawing.what} of Greeter and its peers</title><style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height:.0f}" rx="6"/>',
        heading, *axis.draw(36, y), *body, note, "</svg>", ""])
