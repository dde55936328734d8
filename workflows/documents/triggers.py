"""What the database keeps by itself about papers: an issued paper never changes and never goes.

The one lawful change is the drawing's: from not drawn to drawn, once.
"""

from workflows.lib.triggers import Trigger, refuse_function

_NAME = "documents_paper_frozen"
_FROZEN = (
    "id", "kind", "series_id", "year", "n", "number", "title", "subject", "recipient", "unit_code",
    "payload", "digest", "issued_on", "issued_at", "issued_by_id",
)  # fmt: skip
_CHANGED_SQLITE = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in _FROZEN)
_CHANGED_POSTGRESQL = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _FROZEN)
_WHEN = f"WHEN (OLD.rendered_at IS NOT NULL OR {_CHANGED_POSTGRESQL})"
_CLASH = "id = NEW.id OR number = NEW.number OR (series_id = NEW.series_id AND year = NEW.year AND n = NEW.n)"

_REFUSE = f"BEGIN SELECT RAISE(ABORT, '{_NAME}'); END"
_PRESENT = f"EXISTS (SELECT 1 FROM documents_paper WHERE {_CLASH})"  # noqa: S608 - our own column names

TRIGGERS = (
    Trigger(
        name=_NAME,
        table="documents_paper",
        sqlite=(
            f"CREATE TRIGGER {_NAME}_u BEFORE UPDATE ON documents_paper WHEN OLD.rendered_at IS NOT NULL OR {_CHANGED_SQLITE} {_REFUSE}",
            f"CREATE TRIGGER {_NAME}_d BEFORE DELETE ON documents_paper {_REFUSE}",
            # REPLACE deletes without firing the delete trigger unless the client asks for it.
            f"CREATE TRIGGER {_NAME}_i BEFORE INSERT ON documents_paper WHEN {_PRESENT} {_REFUSE}",
        ),
        postgresql=(
            refuse_function(_NAME),
            f"CREATE OR REPLACE TRIGGER {_NAME}_u BEFORE UPDATE ON documents_paper FOR EACH ROW {_WHEN} EXECUTE FUNCTION {_NAME}()",
            f"CREATE OR REPLACE TRIGGER {_NAME}_d BEFORE DELETE ON documents_paper FOR EACH ROW EXECUTE FUNCTION {_NAME}()",
            f"CREATE OR REPLACE TRIGGER {_NAME}_t BEFORE TRUNCATE ON documents_paper FOR EACH STATEMENT EXECUTE FUNCTION {_NAME}()",
        ),
    ),
)
