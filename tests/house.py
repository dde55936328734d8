"""The laws of the house as functions: each takes the source of one file and returns what offends, as sentences.

Kept apart from the tests so that every law can also be tried on a planted offence.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    ("lib",),
    ("audit", "outbox"),
    ("organization",),
    ("access",),
    ("matters", "establishment", "documents", "notices"),
    ("cases",),
    ("meetings",),
    ("staffing", "delegation", "reform", "roster", "registration", "supervision"),
    ("flows",),
    ("views", "api"),
)
FLOOR = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms}
FRAME = {
    "project", "workflows", "forms", "templates", "tests", "manage.py", "requirements.txt", "README.md",
    "Makefile", "pyproject.toml", "docs", "LICENSE", "CHANGELOG.md",
}  # fmt: skip
NO_NAMES = {"utils", "helpers", "common", "misc", "manager", "util", "helper"}
_HTTP = ("django.http", "django.shortcuts", "django.urls", "django.views", "django.forms", "django.contrib.messages", "forms")
_IMPURE = ("django.db", "django.conf", "django.utils.timezone", "django.apps", "django.core", "viewflow", "celery", "time")
_ENUMERATIONS = ("django.db.models.TextChoices", "django.db.models.IntegerChoices")
# Rows that are not ours and who may write them: the engine's tasks, guardian's projection of appointments.
SEAMS = ("workflows/flows/nodes.py", "workflows/access/projection.py")
_WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "save", "delete"}
_CLOCKS = {"now", "today", "localdate", "localtime", "utcnow"}


def sources(*shelves: str) -> Iterator[tuple[str, str]]:
    """(path from the root, text) of every Python file of the shelves, migrations left out."""
    for shelf in shelves:
        start = ROOT / shelf
        for path in [start] if start.is_file() else sorted(start.rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def too_long(path: str, text: str, limit: int = 400) -> list[str]:
    """A file has at most 400 lines."""
    lines = text.count("\n")
    return [f"{path}: {lines} lines, at most {limit}"] if lines > limit else []


def long_functions(path: str, text: str, limit: int = 70) -> list[str]:
    """A function has at most 70 lines."""
    return [
        f"{path}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines, at most {limit}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno + 1 > limit
    ]


def imports(text: str) -> Iterator[tuple[str, int, bool]]:
    """(module, line, inside a function) of every import."""
    tree = ast.parse(text)
    inner = {id(node) for outer in ast.walk(tree) if isinstance(outer, ast.FunctionDef) for node in ast.walk(outer)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, id(node) in inner
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno, id(node) in inner


def importing(path: str, text: str, modules: tuple[str, ...]) -> list[str]:
    """Imports of any of `modules` or what lies in them."""
    return sorted(
        {f"{path}:{line} imports {name}" for name, line, _ in imports(text) for module in modules if f"{name}.".startswith(f"{module}.")}
    )


def knows_http(path: str, text: str) -> list[str]:
    """Below the line nothing knows HTTP."""
    return importing(path, text, _HTTP)


def impure(path: str, text: str) -> list[str]:
    """Rules and cores that call themselves pure take values: no ORM, clock, settings or input and output."""
    claims = (ast.get_docstring(ast.parse(text)) or "").startswith("Pure")
    if not claims and not path.endswith("/rules.py"):
        return []
    found = [offence for offence in importing(path, text, _IMPURE) if not offence.endswith(_ENUMERATIONS)]
    return found + reads_clock(path, text)


def reads_clock(path: str, text: str) -> list[str]:
    """Time is passed in."""
    return [
        f"{path}:{node.lineno} reads the clock with {node.func.attr}()"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CLOCKS
        and ast.unparse(node.func.value).split(".")[-1] in {"timezone", "datetime", "date", "dt"}
    ]  # fmt: skip


def writes(path: str, text: str) -> list[str]:
    """ORM writes: `.save()`, `.create()` … on anything, `.update()` where a queryset is built."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        receiver = ast.unparse(node.func.value)
        built = re.search(r"\.objects\b|_set\b|\.filter\(|\.exclude\(|select_for_update", receiver)
        if node.func.attr in _WRITES or (node.func.attr == "update" and built):
            found.append(f"{path}:{node.lineno} writes with {receiver[-40:]}.{node.func.attr}()")
    return found


def may_write(path: str) -> bool:
    """Operations are the only writers; `lib` has no models, its `save` is a spreadsheet's."""
    return is_operations(path) or path.startswith("workflows/lib/") or path in SEAMS


def is_operations(path: str) -> bool:
    """Whether the file holds a room's operations."""
    parts = Path(path).parts
    return parts[-1] == "operations.py" or "operations" in parts[:-1]


def loose_operations(path: str, text: str) -> list[str]:
    """A public operation is keyword-only, and an act is told its moment; inside a package, who acts and when are never positional."""
    found = []
    for node in ast.parse(text).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        positional = {argument.arg for argument in [*node.args.posonlyargs, *node.args.args]}
        if not path.endswith("operations.py"):
            found += [f"{path}:{node.lineno} {node.name} takes {name} by position" for name in sorted(positional & {"actor", "now"})]
        elif positional:
            found.append(f"{path}:{node.lineno} {node.name} takes positional arguments")
        elif {argument.arg for argument in node.args.kwonlyargs} & {"actor", "now"} == {"actor"}:
            found.append(f"{path}:{node.lineno} {node.name} is not told the moment (`now`)")
    return found


def full_package(path: str, text: str) -> list[str]:
    """`__init__.py` is empty; that of an operations, queries or models package may list what it offers."""
    if not text.strip():
        return []
    listing = Path(path).parent.name in {"operations", "queries", "models"}
    allowed = (ast.ImportFrom, ast.Import, ast.Assign, ast.Expr)
    if listing and all(isinstance(node, allowed) for node in ast.parse(text).body):
        return []
    return [f"{path} is not empty"]


def switched_off(path: str, text: str) -> list[str]:
    """No test is written and then left out."""
    words = (
        "def _" + "test",
        "pytest." + "skip",
        "mark." + "skip",
        "mark." + "xfail",
        "unittest." + "skip",
        "@" + "skip",
        "pytest.import" + "orskip",
    )
    return [f"{path}: {word}" for word in words if word in text]


def unfinished(path: str, text: str) -> list[str]:
    """Nothing is left for later in a comment."""
    return [f"{path}: {word}" for word in re.findall(r"\b(TO" + r"DO|FIX" + r"ME|HA" + r"CK)\b", text)]


def outside_addresses(path: str, text: str) -> list[str]:
    """No host of a package registry and no path of somebody's machine is written down."""
    hosts = r"pypi\." + r"org|pythonhosted\." + r"org|registry\.npm" + r"js|npmmirror\." + r"com|proxy\.golang\." + r"org"
    paths = r"(?<![\w.$}*/-])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me|tm" + r"p)/\w"
    return [f"{path}: {match}" for match in re.findall(f"{hosts}|{paths}", text)]
