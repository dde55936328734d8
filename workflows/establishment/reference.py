"""The kinds of post as the project ships them, read from `reference/kinds.yaml`."""

from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "reference" / "kinds.yaml"
_FIELDS = {"body": "", "rank": "", "seat": ""}


def kinds() -> list[dict[str, Any]]:
    """Every kind as the fields of its model."""
    rows = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return [_FIELDS | row for row in rows]
