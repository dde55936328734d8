"""Pure: the document an attribute of an institution rests on."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Basis:
    """文号、标题、日期 and, where there is one, the SHA-256 of the stored file."""

    number: str
    title: str = ""
    date: datetime.date | None = None
    file: str = ""
