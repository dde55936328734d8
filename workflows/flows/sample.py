"""Reading the reference data and the sample district from their files into the house, through the rooms' own operations.

Reference data (kinds, matters, limits, duty conflicts, phrases, paper series) belongs to every installation; the sample district
only to the demo and the tests. Both may be run again: what is there already stays as it is.
"""

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from workflows.access import operations as access
from workflows.cases.operations import reference as cases
from workflows.documents import operations as documents
from workflows.establishment import operations as ledger
from workflows.establishment.drafts import Opening
from workflows.establishment.models import Approval
from workflows.establishment.models import Kind as PostKind
from workflows.lib.refusals import Refused
from workflows.matters import operations as matters
from workflows.organization import operations as organization
from workflows.organization.basis import Basis
from workflows.organization.models import Unit

FOLDER = Path(settings.BASE_DIR) / "project" / "sample"
DEMO_PASSWORD = "Dingbian-2026"  # noqa: S105 - published on purpose, for the demo district alone


@transaction.atomic
def load_reference(*, now: datetime, folder: Path = FOLDER) -> dict[str, int]:
    """This function will load what every installation needs; how many entries of each sort were new (matters: how many there are).

    Deciding bodies and the authority table refer to institutions by code: they follow as soon as those exist, so run it again then.
    """
    counts = {
        "kinds": len(ledger.load_kinds(actor=None, now=now)),
        "matters": matters.define_matters(rows=document(folder / "reference" / "matters.yaml"), now=now),
        "limits": matters.define_limits(rows=document(folder / "reference" / "limits.yaml"), now=now),
        "conflicts": cases.define_conflicts(rows=document(folder / "reference" / "duties.yaml"), now=now),
        "phrases": cases.define_phrases(rows=_phrases(document(folder / "reference" / "phrases.yaml")), now=now),
    }
    documents.load_series(actor=None, now=now)
    return counts | _authority(folder, now)


def _authority(folder: Path, now: datetime) -> dict[str, int]:
    bodies, rules = document(folder / "bodies.yaml"), document(folder / "authority.yaml")
    named = {body["unit"] for body in bodies} | {code for rule in rules for code in (*rule["consult"], rule["section"], rule["signatory"])}
    if named - set(Unit.objects.values_list("code", flat=True)):
        return {"bodies": 0, "rules": 0}
    return {"bodies": matters.define_bodies(rows=bodies, now=now), "rules": matters.define_rules(rows=rules, now=now)}


@transaction.atomic
def load_sample(*, now: datetime, password: str = DEMO_PASSWORD, folder: Path = FOLDER) -> dict[str, int]:
    """This function will found the sample district: institutions, ledger, history, bodies, authority table, calendar, people.

    Institutions and ledger are recorded at the opening moment of `opening.yaml`, so that replayed cases of this year follow
    them; accounts at `now`, so that their passwords are fresh.
    :raises Refused: there are institutions already; a district is founded once.
    """
    if Unit.objects.exists():
        raise Refused(_("已有机构数据，示例区只能导入到空的数据库。"), code="not_empty")
    opening = document(folder / "opening.yaml")
    opened = opening["opened_at"]
    counts = load_reference(now=opened, folder=folder)
    counts["units"] = _units(folder, opened)
    counts["ceilings"] = _ceilings(folder, opened)
    counts["postings"] = _ledger(folder, opening)
    counts["approvals"] = _history(folder, opened)
    counts |= _authority(folder, opened)
    counts["days"] = _holidays(folder, opened)
    counts["people"] = _people(folder, opening, password, now)
    return counts


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header line, all cells as text."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def document(path: Path) -> Any:
    """The content of a YAML file; libyaml reads the scenario in a tenth of the time."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _phrases(by_duty: dict[str, list[str]]) -> list[dict[str, Any]]:
    return [{"duty": duty, "text": text, "sort": place} for duty, texts in by_duty.items() for place, text in enumerate(texts)]


def _units(folder: Path, now: datetime) -> int:
    """Institutions in the order of the file, superiors first; one that was renamed is founded under its former name."""
    former = {row["code"]: row for row in table(folder / "former.csv")}
    units: dict[str, Unit] = {}
    rows = table(folder / "units.csv")
    for place, row in enumerate(rows):
        renamed = former.get(row["code"])
        attributes = {
            name: row[name] for name in ("name", "short_name", "kind", "nature", "system", "rank", "psu_class", "funding", "functions")
        }
        attributes |= {name: units[row[name]] if row[name] else None for name in ("parent", "sponsor", "host")}
        if renamed:
            attributes |= {"name": renamed["name"], "short_name": renamed["short_name"]}
        unit = organization.establish(
            code=row["code"], attributes=attributes, basis=_basis(row), valid_from=date.fromisoformat(row["valid_from"]), sort=place,
            actor=None, now=now,
        )  # fmt: skip
        if renamed:
            organization.change(
                unit=unit, changes={"name": row["name"], "short_name": row["short_name"]}, basis=_basis(renamed),
                valid_from=date.fromisoformat(renamed["until"]), actor=None, now=now,
            )  # fmt: skip
        units[row["code"]] = unit
    return len(rows)


def _basis(row: dict[str, str]) -> Basis:
    return Basis(number=row["basis_number"], title=row["basis_title"], date=date.fromisoformat(row["basis_date"]))


def _ceilings(folder: Path, now: datetime) -> int:
    rows = document(folder / "ceilings.yaml")
    for row in rows:
        wanted = {name: row[name] for name in ("name", "kinds", "quantity", "basis", "valid_from")}
        ledger.set_ceiling(**wanted, actor=None, now=now)
    return len(rows)


def _ledger(folder: Path, opening: dict[str, Any]) -> int:
    """One opening batch: the pool of the district, and each unit's posts as approved, filled, locked and frozen."""
    ids = dict(Unit.objects.values_list("code", "pk"))
    rows = [Opening(unit_id=ids["district"], kind=row["kind"], pool=int(row["pool"])) for row in table(folder / "pool.csv")]
    for row in table(folder / "ledger.csv"):
        numbers = {name: int(row[name]) for name in ("approved", "filled", "locked", "frozen")}
        rows.append(Opening(unit_id=ids[row["unit"]], kind=row["kind"], **numbers))
    written = ledger.open_books(
        rows=rows, key="opening/sample", basis=opening["ledger_basis"], effective_date=opening["effective_date"],
        actor=None, now=opening["opened_at"],
    )  # fmt: skip
    return len(written)


def _history(folder: Path, now: datetime) -> int:
    ids = dict(Unit.objects.values_list("code", "pk"))
    kinds = dict(PostKind.objects.values_list("code", "pk"))
    approvals = [
        Approval(
            unit_id=ids[row["unit"]], kind_id=kinds[row["kind"]], number=row["number"], title=row["title"],
            date=date.fromisoformat(row["date"]), change=int(row["change"]), after=int(row["after"]), effect=row["effect"],
            key=f"{row['unit']}/{row['kind']}/{row['number']}",
        )
        for row in table(folder / "history.csv")
    ]  # fmt: skip
    return len(ledger.record_history(approvals=approvals, subject="sample", actor=None, now=now))


def _holidays(folder: Path, now: datetime) -> int:
    rows = table(folder / "holidays.csv")
    for row in rows:
        day = date.fromisoformat(row["day"])
        matters.set_day(day=day, working=row["working"] == "1", name=row["name"], basis=row["basis"], actor=None, now=now)
    return len(rows)


def _people(folder: Path, opening: dict[str, Any], password: str, now: datetime) -> int:
    """Accounts and their offices, all with the password of the demo, hashed once, which nobody is made to change."""
    hashed = make_password(password)
    units = {unit.code: unit for unit in Unit.objects.all()}
    rows: list[dict[str, Any]] = document(folder / "people.yaml")
    for row in rows:
        user = access.create_user(
            username=row["username"], name=row["name"], password_hash=hashed, must_change_password=False, actor=None, now=now
        )
        access.appoint(
            user=user, role=row["role"], unit=units[row["unit"]], title=row["title"], basis=opening["appointment_basis"],
            valid_from=opening["appointed_from"], actor=None, now=now,
        )  # fmt: skip
    return len(rows)
