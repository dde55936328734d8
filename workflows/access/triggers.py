"""What the database keeps of people and offices: nothing is deleted, and the three administrators exclude everything else."""

from workflows.access.roles import ADMINISTRATORS
from workflows.lib.triggers import Trigger, kept

_ADMINISTRATORS = ", ".join(f"'{role}'" for role in sorted(ADMINISTRATORS))
# Two half-open periods share a day, neither being empty, and one of two different roles is an administrator's.
_MIXED = f"""EXISTS (
    SELECT 1 FROM access_appointment AS held
    WHERE held.user_id = NEW.user_id AND held.role <> NEW.role
        AND (held.role IN ({_ADMINISTRATORS}) OR NEW.role IN ({_ADMINISTRATORS}))
        AND (held.valid_to IS NULL OR held.valid_to > held.valid_from)
        AND (NEW.valid_to IS NULL OR NEW.valid_to > NEW.valid_from)
        AND (held.valid_to IS NULL OR held.valid_to > NEW.valid_from)
        AND (NEW.valid_to IS NULL OR NEW.valid_to > held.valid_from)
)"""  # noqa: S608 - constants only
# An administrator neither stands in nor is stood in for while he holds the office. The office's days are compared generously,
# by the calendar day of the moment, because the two databases know different clocks.
_STANDS_IN = f"""EXISTS (
    SELECT 1 FROM access_appointment AS held
    WHERE held.user_id IN (NEW.principal_id, NEW.deputy_id) AND held.role IN ({_ADMINISTRATORS})
        AND (held.valid_to IS NULL OR held.valid_to > {{day}})
)"""  # noqa: S608 - constants only


def _refusing(name: str, table: str, sqlite: str, postgresql: str, lock: str) -> Trigger:
    """A BEFORE INSERT trigger; on PostgreSQL it locks the people first, so that two sessions cannot slip past each other."""
    function = (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"PERFORM 1 FROM access_user WHERE id IN ({lock}) ORDER BY id FOR NO KEY UPDATE; "
        f"IF {postgresql} THEN RAISE EXCEPTION '{name}' USING ERRCODE = '23514', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$"
    )
    return Trigger(
        name=name,
        table=table,
        sqlite=(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {sqlite} BEGIN SELECT RAISE(ABORT, '{name}'); END",),
        postgresql=(
            function,
            f"CREATE OR REPLACE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ),
    )


TRIGGERS = (
    kept("access_user", name="user_kept", unique=("id", "username"), frozen=("id", "username")),
    kept(
        "access_appointment",
        name="appointment_kept",
        unique=("id", "user_id = NEW.user_id AND role = NEW.role AND unit_id = NEW.unit_id AND valid_to IS NULL AND NEW.valid_to IS NULL"),
        frozen=("id", "user_id", "role", "unit_id", "title", "basis", "valid_from", "recorded_at"),
        never="OLD.valid_to IS NOT NULL AND (NEW.valid_to IS NULL OR NEW.valid_to > OLD.valid_to)",
    ),
    kept(
        "access_standin",
        name="stand_in_kept",
        frozen=("id", "principal_id", "deputy_id", "reason", "valid_from", "valid_to", "recorded_at"),
        never="OLD.revoked_at IS NOT NULL",
    ),
    _refusing("administrator_exclusive", "access_appointment", _MIXED, _MIXED, "NEW.user_id"),
    _refusing(
        "administrator_stand_in",
        "access_standin",
        _STANDS_IN.format(day="date(NEW.valid_from)"),
        _STANDS_IN.format(day="(NEW.valid_from AT TIME ZONE 'UTC')::date"),
        "NEW.principal_id, NEW.deputy_id",
    ),
)
