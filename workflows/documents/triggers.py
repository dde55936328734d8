"""What the database keeps by itself about papers: an issued paper never changes and never goes.

The one lawful change is the drawing's: from not drawn to drawn, once.
"""

from workflows.lib import triggers

_FROZEN = (
    "id", "kind", "series_id", "year", "n", "number", "title", "subject", "recipient", "unit_code",
    "payload", "digest", "issued_on", "issued_at", "issued_by_id",
)  # fmt: skip

TRIGGERS = (
    triggers.kept(
        "documents_paper",
        name="documents_paper_frozen",
        unique=("id", "number", "series_id+year+n"),
        frozen=_FROZEN,
        never="OLD.rendered_at IS NOT NULL",
    ),
)
