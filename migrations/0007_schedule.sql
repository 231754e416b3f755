-- What the scheduler needs to know: who works on a run and how long they are waited for, why a contract's schedule
-- rests, on whose behalf a source is read, and what became of each of its files.

-- +goose Up
alter table runs
  add column lease  timestamptz,
  add column holder text not null default '',
  add column job    bigint,
  add constraint runs_running_are_held check (state <> 'running' or (holder <> '' and lease is not null));
comment on column runs.lease is 'by the database''s clock: until then whoever took the run, or the queue, is waited for';
comment on column runs.job is 'by which the queue knows it: while the job stands there, the run is not lost';
create index runs_open on runs (contract, due) where state in ('due', 'running');
create index runs_waited_for on runs (lease) where state in ('due', 'running');

alter table schedules add column why text not null default '';
comment on column schedules.why is 'why nothing can be scheduled; the schedule then rests';

alter table sources
  add column organisation text collate "C" not null references organisations,
  add column sound boolean not null default false,
  add column why text not null default '',
  add column looked timestamptz;
comment on column sources.sound is 'take the sound rows of a file with faults; else all or none';

create table source_files (
  contract text collate "C" not null,
  source   text collate "C" not null,
  place    bigint generated always as identity,
  name     text not null,
  digest   bytea,
  state    text not null,
  batch    text collate "C",
  why      text not null default '',
  at       timestamptz not null,
  primary key (contract, source, place),
  foreign key (contract, batch) references batches,
  constraint source_files_state_is_known check (state in ('accepted', 'part', 'refused')),
  constraint source_files_digest_is_sha256 check (octet_length(digest) = 32),
  constraint source_files_say_why check (batch is not null or why <> '')
);
comment on table source_files is 'one report for each file that a source gave; the faults are in its batch';
alter table source_files enable row level security;
grant select, insert on source_files to outturn_app, outturn_engine;
grant select on source_files to outturn_auditor;
create policy source_files_of_my_contracts on source_files to outturn_app using (contract = any ((select visible_contracts())::text[]));
create policy source_files_of_all on source_files to outturn_engine using (true);
create policy source_files_for_auditors on source_files for select to outturn_auditor using (true);

-- A version that comes into force is looked at at once, in the transaction that brings it into force.
-- +goose StatementBegin
create function versions_are_scheduled() returns trigger language plpgsql set search_path from current as $$
begin
  insert into schedules (contract, name, cron, zone, next_at) values (new.contract, 'settle', '', '', new.activated)
    on conflict (contract, name) do update set next_at = least(schedules.next_at, excluded.next_at), why = '';
  return null;
end
$$;
-- +goose StatementEnd
create trigger versions_are_scheduled after update on versions for each row
  when (new.state = 'active' and old.state <> 'active') execute function versions_are_scheduled();

grant update (lease, holder, job) on runs to outturn_app, outturn_engine;
grant update (why) on schedules to outturn_app, outturn_engine;
grant update (organisation, sound, why, looked) on sources to outturn_app, outturn_engine;
