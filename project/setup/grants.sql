-- After every migration, as the owner: history is taken out of the application's reach a second time, below the triggers.
\set ON_ERROR_STOP on
REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry, audit_reading, establishment_transfer, cases_opinion FROM dingbian_app;
REVOKE DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public FROM dingbian_app;
-- What may really go: sessions, login counters, projected permissions, draft attachments.
GRANT DELETE ON django_session, axes_accessattempt, axes_accessfailurelog, axes_accesslog, guardian_userobjectpermission,
    guardian_groupobjectpermission, cases_attachment, cases_caseversion, cases_case, access_passwordhistory TO dingbian_app;
