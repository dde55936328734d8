"""What the database keeps of institutions: none is deleted, and of a version only the end can be written, once."""

from workflows.lib.triggers import kept

_VERSION = (
    "unit_id", "name", "short_name", "nature", "system", "kind", "rank", "psu_class", "funding", "parent_id", "sponsor_id", "host_id",
    "credit_code", "legal_representative", "address", "functions", "initials", "basis_number", "basis_title", "basis_date", "basis_file",
    "valid_from", "recorded_at",
)  # fmt: skip
# An end, once written, stays; today's columns of a unit that ends later may still follow its versions until then.
_ENDED = "OLD.valid_to IS NOT NULL AND (NEW.valid_to IS NULL OR NEW.valid_to <> OLD.valid_to)"

TRIGGERS = (
    kept("organization_unit", name="unit_kept", unique=("id", "code"), frozen=("id", "code", "valid_from"), never=_ENDED),
    kept(
        "organization_unitversion",
        name="unit_version_kept",
        unique=(
            "id",
            "unit_id+valid_from",
            "unit_id = NEW.unit_id AND valid_to IS NULL AND NEW.valid_to IS NULL",
        ),
        frozen=("id", *_VERSION),
        never=_ENDED,
    ),
)
