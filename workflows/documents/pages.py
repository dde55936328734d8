"""Pure: a frozen payload to what the page templates print, with every line of running text already composed.

Lengths are millimetres, written out for CSS. Geometry: GB/T 9704—2012 §5.2 (28 × 22 cells in 156 × 225 mm) and §10.1.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from workflows.documents import levels, titles
from workflows.documents.composer import Line, Measure, Run, compose
from workflows.lib.local import ZONE

TYPE_WIDTH_MM = 156.0
CELLS = 28.0
CELL_MM = TYPE_WIDTH_MM / CELLS
SMALL_MM = 14 * 25.4 / 72
COLOPHON_LINE_MM = 8.6
MARK_MM_MAX = 62 * 25.4 / 72
TITLE_PER_LINE = 20
FORM_CELL_MM = 10.5 * 25.4 / 72
FORM_SMALL_MM = 9 * 25.4 / 72
FORM_WIDE = 38.0
GROUP_LINES_MAX = 16

Printable = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class SetLine:
    """One line ready for the template: runs of (face, text), left padding and letter-spacing. A heading stays with what follows."""

    runs: tuple[tuple[str, str], ...]
    left: str
    spacing: str
    is_heading: bool = False


def prose(payload: Mapping[str, Any], *, measure: Measure, printable: Printable) -> dict[str, Any]:
    """The context of a 文件 or 信函."""
    texts = _printed(payload, printable)
    body = [line for typed in texts["body"] for text in levels.paragraphs(typed) for line in _paragraph(text, measure)]
    copies = _copies(texts["copies"], measure)
    sender = texts["issuer"]
    mark = texts["masthead"] or (f"{sender}文件" if payload["kind"] == "D09" else sender)
    return {
        "number": payload["number"],
        "case_number": texts["case_number"],
        "title": texts["title"].replace("\n", ""),
        "title_lines": titles.balance(texts["title"], TITLE_PER_LINE),
        "mark": _mark(mark, letter=payload["kind"] != "D09"),
        "recipient": _set(compose([Run(f"{texts['recipient'].rstrip('：:')}：")], measure, first_indent=0), CELL_MM),
        "body": body[:-2],
        "last_lines": body[-2:],
        "attachments": _attachments(texts["attachments"], measure),
        "sign": _sign(sender, day(payload["date"]), measure),
        "note": texts["note"].strip("（）()"),
        "copies": copies,
        "colophon_height": f"{COLOPHON_LINE_MM * (len(copies) + bool(texts['printer'])) + 2:.2f}mm",
        "printer": texts["printer"],
        "printed": f"{day(payload['date'])}印发",
        "created": payload["date"],
        "author": sender,
    }


def form(payload: Mapping[str, Any], *, measure: Measure, printable: Printable) -> dict[str, Any]:
    """The context of the approval form D05."""
    texts = _printed(payload, printable)

    def cell(text: str, width: float = FORM_WIDE, indent: float = 0.0, cell_mm: float = FORM_CELL_MM) -> list[SetLine]:
        composed = (compose([Run(part)], measure, width=width, first_indent=indent) for part in levels.paragraphs(text))
        return [line for lines in composed for line in _set(lines, cell_mm)]

    return {
        **texts,
        "accepted": day(texts["accepted_on"]),
        "incoming": " ".join(filter(None, [texts["incoming_number"], day(texts["incoming_date"])])),
        "person": "　".join(filter(None, [texts["contact"], texts["phone"]])),
        "title_lines": cell(texts["title"]),
        "basis_lines": [line for text in texts["basis"] for line in cell(text)] + cell(texts["reasons"], indent=2.0),
        "answers": [
            {**answer, "asked": cell(answer["question"], 19.0, cell_mm=FORM_SMALL_MM), "lines": cell(answer["text"], 18.0)}
            for answer in texts["article16"]
        ],
        "groups": _groups([_box(box, measure) for box in texts["boxes"]]),
        "votes": [{**vote, "lines": cell(_vote(vote)) if vote["session"] else []} for vote in texts["votes"]],
        "decision": _box(texts["decision"], measure) if texts["decision"] else None,
        "printed": moment(texts["printed_at"]),
        "number": payload.get("number") or texts["paper_number"],
        "created": payload.get("date") or texts["printed_at"] or "",
    }


def day(iso: str | None) -> str:
    """`2026-11-20` → `2026年11月20日`; nothing → empty."""
    if not iso:
        return ""
    value = date.fromisoformat(iso[:10])
    return f"{value.year}年{value.month}月{value.day}日"


def moment(iso: str | None) -> str:
    """`2026-11-20T07:04:00+00:00` → `2026年11月20日 15:04`, the district's clock."""
    if not iso:
        return ""
    local = datetime.fromisoformat(iso).astimezone(ZONE)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def texts(value: Any) -> Iterable[str]:
    """Every text in a payload, in order: what the glyph report looks at."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def _printed(value: Any, printable: Printable) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _printed(item, printable) for key, item in value.items()}
    return [_printed(item, printable) for item in value] if isinstance(value, list | tuple) else value


def _set(lines: Iterable[Line], cell_mm: float, *, is_heading: bool = False) -> list[SetLine]:
    return [
        SetLine(
            runs=tuple((run.face, run.text) for run in line.runs),
            left=f"{line.indent * cell_mm:.4f}mm",
            spacing=f"{line.spacing * cell_mm:.5f}mm",
            is_heading=is_heading,
        )
        for line in lines
    ]


def _paragraph(text: str, measure: Measure) -> list[SetLine]:
    runs = levels.runs(text)
    return _set(compose(runs, measure), CELL_MM, is_heading=len(runs) == 1 and runs[0].face != "body")


def _mark(text: str, *, letter: bool) -> dict[str, str]:
    """The masthead as large as its name allows; Noto's ink begins 0.075 em below the line box."""
    size = min(MARK_MM_MAX, TYPE_WIDTH_MM * 0.96 / max(1, len(text)))
    lift = -size * 0.075
    rule = -7 + size * 0.93 + 3.6 if letter else 0.0
    return {"text": text, "size": f"{size:.3f}mm", "lift": f"{lift:.3f}mm", "rule": f"{rule:.3f}mm"}


def _attachments(names: Sequence[str], measure: Measure) -> list[SetLine]:
    """附件说明: two cells in, hanging under the name's first character, numbered when there are several (§7.3.4)."""
    found: list[SetLine] = []
    for number, name in enumerate(names, 1):
        label = ("附件：" if number == 1 else "") + (f"{number}." if len(names) > 1 else "")
        start = 2.0 if number == 1 else 5.0
        hang = start + sum(measure(char, "body") for char in label)
        found += _set(compose([Run(label + name.rstrip("，。；"))], measure, first_indent=start, indent=hang), CELL_MM)
    return found


def _sign(issuer: str, dated: str, measure: Measure) -> dict[str, str]:
    """署名 centred on the date, the date four cells from the right edge unless the name is too long for that (§7.3.5.1)."""
    name_width = sum(measure(char, "body") for char in issuer)
    date_width = sum(measure(char, "body") for char in dated)
    centre = min(CELLS - 4 - date_width / 2, CELLS - name_width / 2)
    return {
        "issuer": issuer,
        "date": dated,
        "issuer_left": f"{(centre - name_width / 2) * CELL_MM:.3f}mm",
        "date_left": f"{(centre - date_width / 2) * CELL_MM:.3f}mm",
        "seal_left": f"{centre * CELL_MM - 21:.3f}mm",
    }


def _copies(names: Sequence[str], measure: Measure) -> list[SetLine]:
    if not names:
        return []
    text = f"抄送：{'，'.join(names).rstrip('。')}。"
    width = TYPE_WIDTH_MM / SMALL_MM - 2
    return _set(compose([Run(text)], measure, width=width, first_indent=0, indent=3), SMALL_MM)


def _box(box: Mapping[str, Any], measure: Measure) -> dict[str, Any]:
    """An opinion box: who speaks, what they say, and whether the signature has room beside the last line."""
    spoken = "。".join(part.rstrip("。") for part in (box["outcome"], box["text"]) if part)
    spoken += "" if not spoken or spoken[-1] in "。！？…" else "。"
    runs = [Run(f"{box['office']}：", "hei")] if box["office"] and spoken else []
    head, *others = levels.paragraphs(spoken) or [""]
    lines = compose([*runs, *([Run(head)] if head else [])], measure, width=FORM_WIDE, first_indent=0)
    lines += [line for text in others for line in compose([Run(text)], measure, width=FORM_WIDE)]
    signer = f"{box['name']}（{box['stand_in']} 代）" if box["stand_in"] else box["name"]
    signature = f"{signer}　{moment(box['at'])}" + ("　依纸质件补录" if box["from_paper"] else "")
    beside = bool(lines) and lines[-1].right + sum(measure(char, "body") for char in signature) + 2 < FORM_WIDE
    return {**box, "lines": _set(lines, FORM_CELL_MM), "signer": signer, "moment": moment(box["at"]), "beside": beside}


def _groups(boxes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Neighbouring boxes of one section share its heading, and a page where they are short enough to move together."""
    found = []
    for section, members in groupby(boxes, key=lambda box: box["section"]):
        together = list(members)
        lines = sum(len(box["lines"]) + 1 for box in together)
        found.append({"section": section, "boxes": together, "is_short": lines <= GROUP_LINES_MAX})
    return found


def _vote(vote: Mapping[str, Any]) -> str:
    """会次、到会和表决 in one sentence."""
    parts = [" ".join(filter(None, [vote["session"], day(vote["held_on"])]))]
    if vote["entitled"]:
        parts.append(f"应到{vote['entitled']}人，实到{vote['present']}人，缺席{vote['absent']}人")
        parts.append(f"赞成{vote['votes_for']}票，反对{vote['votes_against']}票，弃权{vote['abstained']}票")
    parts += [text for text in (vote["outcome"], vote["note"]) if text]
    return "；".join(part.rstrip("；。") for part in parts) + "。"
