"""The flow as a picture: viewflow lays the nodes out, we turn it upright, name it in Chinese and mark the path taken."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from viewflow.workflow import chart

from workflows.cases.models import Case
from workflows.cases.queries.timeline import Step

# Viewflow's grid runs from left to right; a page reads downwards, so its columns are our rows. Distances in pixels.
COLUMN, ROW = 178, 74
BOX_W, BOX_H = 132, 38
MARGIN, LEFT = 8, 28


@dataclass(frozen=True, slots=True)
class Box:
    """One node: a step as a box, a gateway as a diamond, an end as a disc."""

    name: str
    title: str
    shape: str
    x: float
    y: float
    state: str = ""

    @property
    def points(self) -> str:
        """The diamond's corners."""
        return f"{self.x},{self.y - 14} {self.x + 18},{self.y} {self.x},{self.y + 14} {self.x - 18},{self.y}"

    @property
    def left(self) -> float:
        """The box's left edge."""
        return self.x - BOX_W / 2

    @property
    def top(self) -> float:
        """The box's upper edge."""
        return self.y - BOX_H / 2

    @property
    def before(self) -> float:
        """Where the name of a gateway or an end stops, left of it: edges leave to the right."""
        return self.x - self.side - 6

    @property
    def half(self) -> float:
        """Half the node's height, where edges leave and arrive."""
        return {"step": BOX_H / 2, "gate": 14.0, "end": 12.0}[self.shape]

    @property
    def side(self) -> float:
        """Half the node's width."""
        return {"step": BOX_W / 2, "gate": 18.0, "end": 12.0}[self.shape]


@dataclass(frozen=True, slots=True)
class Line:
    """One edge as an SVG path with its word."""

    path: str
    label: str = ""
    x: float = 0
    y: float = 0
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing and the sentence that tells it to a screen reader."""

    width: int
    height: int
    boxes: list[Box]
    lines: list[Line]
    label: str = ""
    counts: dict[str, int] = field(default_factory=dict)


@cache
def _layout(flow_class: Any) -> Any:
    return chart.calc_layout_data(flow_class)


def of_case(case: Case, steps: Sequence[Step]) -> Picture:
    """The flow of a case: nodes passed, the one it stands at, and what lies ahead."""
    grid = _layout(case.process.flow_class)
    passed = {step.assignment.node for step in steps if step.opinion}
    current = {step.assignment.node for step in steps if step.assignment.closed_at is None}
    if case.closed_at:
        current.add(case.node)
    cells = [cell for cell in grid.cells if list(cell.node._incoming()) or list(cell.node._outgoing())]
    columns = {row: n for n, row in enumerate(sorted({cell.row for cell in cells}))}
    rows = {col: n for n, col in enumerate(sorted({cell.col for cell in cells}))}
    boxes = {cell.node: _box(cell, columns[cell.row], rows[cell.col], passed, current) for cell in cells}
    taken = _path(boxes, grid.edges, _visits(steps))
    passed_by = {node for edge in taken for node in (edge.src, edge.dst)}
    boxes = {node: replace(box, state=box.state or ("done" if node in passed_by else "")) for node, box in boxes.items()}
    lines = [_line(edge, boxes, edge in taken) for edge in grid.edges]
    width = max(box.x + box.side for box in boxes.values()) + 100
    height = max(box.y + box.half for box in boxes.values()) + MARGIN
    here = "、".join(box.title for box in boxes.values() if box.state == "here")
    return Picture(int(width), int(height), list(boxes.values()), lines, _("流程图。当前环节：%(here)s。") % {"here": here or _("已结束")})


def _box(cell: Any, column: int, row: int, passed: set[str], current: set[str]) -> Box:
    node = cell.node
    kind = type(node).__name__
    shape = (
        "step"
        if hasattr(node, "outcomes") or kind in ("System", "StartHandle")
        else ("end" if "End" in kind or kind == "Finish" else "gate")
    )
    state = "here" if node.name in current else ("done" if node.name in passed or kind == "StartHandle" else "")
    x = LEFT + BOX_W / 2 + column * COLUMN
    y = MARGIN + BOX_H / 2 + row * ROW
    return Box(node.name, str(node.task_title or node.name), shape, x, y, state)


def _visits(steps: Sequence[Step]) -> dict[str, int]:
    """Node → how often it was opened, branches of one fan-out counted once."""
    openings = {(step.assignment.node, step.assignment.round_id, step.assignment.pass_no) for step in steps}
    counts: dict[str, int] = {}
    for node, _round, _pass in openings:
        counts[node] = counts.get(node, 0) + 1
    return counts


def _path(boxes: dict[Any, Box], edges: Sequence[Any], visits: dict[str, int]) -> set[Any]:
    """The edges gone along: from a node that was passed, through gateways and system steps, to the next one that was opened."""
    taken: set[Any] = set()
    out: dict[Any, list[Any]] = {}
    for edge in edges:
        out.setdefault(edge.src, []).append(edge)

    def follow(node: Any, trail: list[Any]) -> None:
        for edge in out.get(node, []):
            target = boxes[edge.dst]
            upwards = target.y <= boxes[edge.src].y
            if upwards and visits.get(target.name, 0) < 2 and target.state != "here":
                continue
            if edge.dst is getattr(node, "if_none", None) and any(boxes[other.dst].state for other in out[node] if other is not edge):
                continue
            if target.state:
                taken.update([*trail, edge])
            elif not hasattr(edge.dst, "outcomes") and edge not in trail:
                follow(edge.dst, [*trail, edge])

    for node, box in boxes.items():
        if box.state == "done":
            follow(node, [])
    return taken


def _line(edge: Any, boxes: dict[Any, Box], taken: bool) -> Line:
    a, b = boxes[edge.src], boxes[edge.dst]
    if b.y > a.y:
        middle = b.y - b.half - 22
        start, end = a.y + a.half, b.y - b.half - 5
        path = f"M{a.x} {start}V{end}" if a.x == b.x else f"M{a.x} {start}V{middle}H{b.x}V{end}"
        return Line(path, str(edge.label or ""), (a.x + 8 if a.x == b.x else b.x + 8), (start + 18 if a.x == b.x else end - 6), taken)
    # An edge upwards runs beside the column.
    lane = max(a.x, b.x) + BOX_W / 2 + 16
    path = f"M{a.x + a.side} {a.y}H{lane}V{b.y}H{b.x + b.side + 5}"
    return Line(path, str(edge.label or ""), lane + 4, (a.y + b.y) / 2, taken)
