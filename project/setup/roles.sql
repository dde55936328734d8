-- The two PostgreSQL roles of an office. The owner changes the schema and is used by `manage.py migrate` alone; the
-- application may read and write rows, owns nothing, and therefore cannot alter a table, disable a trigger or drop history.
-- Run as a superuser, with names of your own if you like:
--   make -s roles | psql -v database=dingbian -v owner_password=… -v app_password=… postgres
\set ON_ERROR_STOP on
\if :{?owner} \else \set owner dingbian_owner \endif
\if :{?app} \else \set app dingbian_app \endif

CREATE ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
CREATE DATABASE :"database" OWNER :"owner" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"app";

\connect :"database"
ALTER SCHEMA public OWNER TO :"owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"app";

-- What the owner creates later is granted as it is created.
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"app";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE ON SEQUENCES TO :"app";
