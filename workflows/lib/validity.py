"""Periods of validity: half-open intervals of days, [valid_from, valid_to)."""

from datetime import date

from django.db.models import Q


def valid_on(day: date, prefix: str = "") -> Q:
    """Rows in force on `day`; `prefix` walks a relation (`"version__"`)."""
    started = Q(**{f"{prefix}valid_from__lte": day})
    unended = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": day})
    return started & unended


def covers(day: date, valid_from: date, valid_to: date | None) -> bool:
    """Whether `day` lies in the half-open period."""
    return valid_from <= day and (valid_to is None or day < valid_to)
