"""What was sent with a form, and a refusal of its operation shown at the field it concerns."""

from django.http import HttpRequest, QueryDict

from forms.fields import SkinForm
from workflows.lib.refusals import Refused


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also when it is nothing at all; None while the form is only being shown."""
    return request.POST if request.method == "POST" else None


def refuse(form: SkinForm, refusal: Refused) -> None:
    """Show `refusal` at its field when the form has it, else above the form; every value typed stays."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, refusal.message)
    if field:
        form.invalid(field)
