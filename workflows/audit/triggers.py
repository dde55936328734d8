"""What the database itself keeps of the log: nothing changes, nothing is inserted that does not follow from its predecessor.

The body is text and the hashes hexadecimal, because that is what both databases can hash: PostgreSQL by `sha256`, SQLite by
the function Django registers on every connection (the `sqlite3` shell has none and therefore cannot insert).
"""

from workflows.audit.chain import GENESIS
from workflows.lib.triggers import Trigger, append_only

# (n, prev) follow from the newest entry, the hash from both, and the columns by which entries are found repeat the body.
_SQLITE_WRONG = f"""
    NEW.n <> (SELECT COALESCE(MAX(n) + 1, 0) FROM audit_entry WHERE chain = NEW.chain)
    OR NEW.prev <> COALESCE((SELECT hash FROM audit_entry WHERE chain = NEW.chain ORDER BY n DESC LIMIT 1), '{GENESIS}')
    OR NEW.hash IS NOT SHA256(NEW.prev || NEW.body)
    OR json_extract(NEW.body, '$.chain') IS NOT NEW.chain
    OR json_extract(NEW.body, '$.n') IS NOT NEW.n
    OR json_extract(NEW.body, '$.verb') IS NOT NEW.verb
    OR json_extract(NEW.body, '$.unit') IS NOT NEW.unit_code
    OR json_extract(NEW.body, '$.actor.id') IS NOT NEW.actor_id
    OR json_extract(NEW.body, '$.in_name_of.id') IS NOT NEW.in_name_of_id
"""  # noqa: S608 - constants only
_POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
    told json := NEW.body::json;
BEGIN
    SELECT n, hash INTO last FROM audit_entry WHERE chain = NEW.chain ORDER BY n DESC LIMIT 1;
    IF NEW.n <> COALESCE(last.n + 1, 0)
        OR NEW.prev <> COALESCE(last.hash, '{GENESIS}')
        OR NEW.hash <> encode(sha256(convert_to(NEW.prev || NEW.body, 'UTF8')), 'hex')
        OR told->>'chain' IS DISTINCT FROM NEW.chain
        OR told->>'n' IS DISTINCT FROM NEW.n::text
        OR told->>'verb' IS DISTINCT FROM NEW.verb
        OR told->>'unit' IS DISTINCT FROM NEW.unit_code
        OR told->'actor'->>'id' IS DISTINCT FROM NEW.actor_id::text
        OR told->'in_name_of'->>'id' IS DISTINCT FROM NEW.in_name_of_id::text
    THEN
        RAISE EXCEPTION 'audit_chain' USING ERRCODE = '23514', CONSTRAINT = 'audit_chain';
    END IF;
    RETURN NEW;
END $$
"""  # noqa: S608 - constants only

TRIGGERS = (
    append_only("audit_entry", unique=("id", "hash", "chain+n")),
    append_only("audit_reading"),
    Trigger(
        name="audit_chain",
        table="audit_entry",
        sqlite=(
            f"CREATE TRIGGER audit_chain BEFORE INSERT ON audit_entry WHEN {_SQLITE_WRONG} BEGIN SELECT RAISE(ABORT, 'audit_chain'); END",
        ),
        postgresql=(
            _POSTGRESQL,
            "CREATE OR REPLACE TRIGGER audit_chain BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_chain()",
        ),
    ),
)
