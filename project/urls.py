"""Every address of the site."""

from importlib.util import find_spec

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from project.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("language", login_not_required(set_language), name="set_language"),
]
if find_spec("workflows.views.urls"):
    urlpatterns.append(path("", include("workflows.views.urls")))

handler400 = "workflows.views.errors.bad_request"
handler403 = "workflows.views.errors.forbidden"
handler404 = "workflows.views.errors.missing"
handler500 = "workflows.views.errors.broken"
