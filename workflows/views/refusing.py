"""A refusal of an operation, shown at the field it concerns."""

from forms.fields import SkinForm
from workflows.lib.refusals import Refused


def refuse(form: SkinForm, refusal: Refused) -> None:
    """Show `refusal` at its field when the form has it, else above the form; every value typed stays."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, refusal.message)
    if field:
        form.invalid(field)
