-- After every migration, as the owner: history is taken out of the application's reach a second time, below the triggers.
\set ON_ERROR_STOP on
\if :{?app} \else \set app dingbian_app \endif

-- Nothing is deleted …
REVOKE DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public FROM :"app";
-- … but sessions, login counters, projected permissions, files of a draft, and days the office entered by mistake.
GRANT DELETE ON django_session, axes_accessattempt, axes_accessfailurelog, axes_accesslog, guardian_userobjectpermission,
    guardian_groupobjectpermission, cases_attachment, matters_calendarday TO :"app";
-- What is append-only cannot be updated either.
REVOKE UPDATE ON audit_entry, audit_reading, establishment_transfer, establishment_approval, cases_opinion, cases_return,
    cases_deliberation, cases_round FROM :"app";
-- The schema's own bookkeeping is read, never written.
REVOKE INSERT, UPDATE ON django_migrations FROM :"app";
