"""Addresses of the shell and of the work on cases; the registers bring their own."""

from django.urls import include, path

from workflows.views import acts, attachments, cases, desk, exchange, handover, new_case, offers, operating, search

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("notices/unread/", desk.unread, name="unread"),
    path("search/", search.search, name="search"),
    path("cases/", cases.case_list, name="case-list"),
    path("cases/new/", new_case.new, name="case-new"),
    path("cases/<int:pk>/", cases.page, name="case"),
    path("cases/<int:pk>/process/<slug:tab>/", cases.process_tab, name="case-process"),
    path("cases/phrases/<slug:duty>/", cases.phrases, name="case-phrases"),
    path("cases/<int:pk>/figures/", cases.figures, name="case-figures"),
    path("cases/<int:pk>/wording/", cases.wording, name="case-wording"),
    path("cases/<int:pk>/checks/", cases.checks, name="case-checks"),
    path("cases/<int:pk>/print/", cases.print_page, name="case-print"),
    path("cases/<int:pk>/form.pdf", cases.approval_form, name="case-form"),
    path("cases/<int:pk>/act/<int:assignment>/", acts.act, name="case-act"),
    path("cases/<int:pk>/record/<int:assignment>/", acts.record, name="case-record"),
    path("cases/<int:pk>/evidence/<int:n>/", acts.evidence, name="case-evidence"),
    path("cases/<int:pk>/versions/<int:n>/", cases.compare, name="case-compare"),
    path("cases/<int:pk>/others/", offers.others, name="case-others"),
    path("cases/<int:pk>/do/<slug:operation>/", operating.operate, name="case-do"),
    path("hand-over/", handover.hand_over, name="hand-over"),
    path("consultations/<int:pk>/", exchange.answer, name="consultation"),
    path("consultations/<int:pk>/silence/", exchange.silence, name="consultation-silence"),
    path("circulations/<int:pk>/read/", exchange.read, name="circulation-read"),
    path("circulations/<int:pk>/recall/", exchange.recall, name="circulation-recall"),
    path("supervisions/<int:pk>/", exchange.report, name="supervision"),
    path("cases/<int:pk>/files/<slug:sha256>/", attachments.download, name="case-file"),
    path("cases/<int:pk>/edit/", new_case.edit, name="case-edit"),
    path("cases/<int:pk>/edit/materials/", new_case.materials, name="case-materials"),
    path("cases/<int:pk>/edit/materials/upload/", attachments.upload, name="case-upload"),
    path("cases/<int:pk>/edit/materials/<int:attachment>/remove/", attachments.remove, name="case-detach"),
    path("cases/<int:pk>/edit/check/", new_case.check, name="case-check"),
    path("cases/<int:pk>/edit/live/", new_case.live, name="case-live"),
    path("cases/<int:pk>/edit/discard/", new_case.discard, name="case-discard"),
    path("cases/<int:pk>/edit/<slug:section>/", new_case.section, name="case-section"),
    path("cases/<int:pk>/edit/<slug:section>/typed/", new_case.typed, name="case-typed"),
    path("", include("workflows.views.urls_registers")),
]
