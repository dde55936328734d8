-- The two PostgreSQL roles of an office. The owner changes the schema and is used by `manage.py migrate` alone; the
-- application may read and write rows, cannot change a table or a trigger, and cannot alter what is append-only.
-- Run as a superuser:  make roles | psql -v database=dingbian -v owner_password=… -v app_password=…  postgres
\set ON_ERROR_STOP on

CREATE ROLE dingbian_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE dingbian_app   LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
CREATE DATABASE :"database" OWNER dingbian_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO dingbian_app;

\connect :"database"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO dingbian_owner;
GRANT USAGE ON SCHEMA public TO dingbian_app;

-- What the owner creates later is granted as it is created; triggers keep append-only tables append-only.
ALTER DEFAULT PRIVILEGES FOR ROLE dingbian_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO dingbian_app;
ALTER DEFAULT PRIVILEGES FOR ROLE dingbian_owner IN SCHEMA public GRANT USAGE ON SEQUENCES TO dingbian_app;
ALTER DEFAULT PRIVILEGES FOR ROLE dingbian_owner IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO dingbian_app;
