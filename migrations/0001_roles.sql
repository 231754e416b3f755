-- The roles, and what every later table stands on.
--
-- outturn_app serves people: it owns nothing, cannot bypass row-level security, and sees what one organisation may see,
-- named for one transaction by set_config('outturn.organisation', ..., true).
-- outturn_engine runs what no person asks for: schedules, settlements, signing in. It sees every organisation's rows and
-- still can change nothing that is append-only.
-- outturn_auditor reads everything but secrets and writes nothing: for an audit body's own SQL.

-- +goose Up
-- +goose StatementBegin
do $$
declare
  wanted text;
begin
  -- Roles belong to the whole server: two databases may be migrated at once.
  perform pg_advisory_xact_lock(hashtext('outturn.roles'));
  foreach wanted in array array['outturn_app', 'outturn_engine', 'outturn_auditor'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      execute format('create role %I nologin noinherit nosuperuser nocreatedb nocreaterole nobypassrls', wanted);
    end if;
    if not pg_has_role(session_user, wanted, 'member') then
      execute format('grant %I to %I', wanted, session_user);
    end if;
  end loop;
end
$$;
-- +goose StatementEnd

create table applied_files (
  name    text primary key,
  digest  bytea not null,
  applied timestamptz not null default now(),
  constraint applied_files_digest_is_sha256 check (octet_length(digest) = 32)
);
comment on table applied_files is 'SHA-256 of each migration as it was applied: a file that was changed afterwards is refused.';

-- +goose StatementBegin
create function current_organisation() returns text
  language sql stable parallel safe
  return coalesce(current_setting('outturn.organisation', true), '');
-- +goose StatementEnd

-- +goose StatementBegin
create function is_operator() returns boolean
  language sql stable parallel safe
  return coalesce(current_setting('outturn.operator', true), '') = 'on';
-- +goose StatementEnd

-- +goose StatementBegin
do $$
begin
  execute format('grant usage on schema %I to outturn_app, outturn_engine, outturn_auditor', current_schema());
end
$$;
-- +goose StatementEnd
grant select on goose_db_version, applied_files to outturn_app, outturn_engine, outturn_auditor;
