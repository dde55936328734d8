"""The only writers of accounts, appointments, stand-ins and guardian's rows; every act is in the person's chain."""

from workflows.access.operations.accounts import create_user, deactivate, reactivate
from workflows.access.operations.offices import appoint, end_appointment, revoke_stand_in, stand_in
from workflows.access.operations.projecting import Drift, grant_reading, reconcile, revoke_reading
from workflows.access.operations.signing_in import change_password, locked_out, reset_password, signed_in, signed_out, unlock

__all__ = [
    "Drift",
    "appoint",
    "change_password",
    "create_user",
    "deactivate",
    "end_appointment",
    "grant_reading",
    "locked_out",
    "reactivate",
    "reconcile",
    "reset_password",
    "revoke_reading",
    "revoke_stand_in",
    "signed_in",
    "signed_out",
    "stand_in",
    "unlock",
]
