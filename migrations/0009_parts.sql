-- A large run is divided into parts, each a range of roots that some process assesses. What is here is of runs under way:
-- it is deleted with the statement that it went into.

-- +goose Up
create table parts (
  contract   text collate "C" not null,
  run        text collate "C" not null,
  attempt    integer not null,
  pass       integer not null,
  number     integer not null,
  begins     text[] collate "C" not null,
  ends       text[] collate "C" not null,
  version    integer not null,
  prior      integer not null,
  state      text not null default 'open',
  takes      integer not null default 0,
  holder     text not null default '',
  lease      timestamptz,
  why        text not null default '',
  found      bytea,
  stretch    bytea,
  primary key (contract, run, attempt, pass, number),
  foreign key (contract, run) references runs (contract, id),
  constraint parts_state_is_known check (state in ('open', 'done', 'failed')),
  constraint parts_done_found_something check ((state = 'done') = (found is not null))
);
comment on column parts.begins is 'type and key of its first root; empty from the beginning';
comment on column parts.ends is 'type and key of the root behind its last; empty to the end';
comment on column parts.attempt is 'of the run, whose number of attempts it must still be';
comment on column parts.takes is 'how often it was taken up; who took it up last is known by this number';
alter table parts alter column found set storage external, alter column stretch set storage external;

create table part_lines (
  contract text collate "C" not null,
  run      text collate "C" not null,
  attempt  integer not null,
  pass     integer not null,
  number   integer not null,
  take     integer not null,
  place    integer not null,
  bytes    bytea not null,
  primary key (contract, run, attempt, pass, number, take, place),
  foreign key (contract, run, attempt, pass, number) references parts on delete cascade
);
alter table part_lines alter column bytes set storage external;

-- +goose StatementBegin
do $$
declare
  t text;
begin
  foreach t in array array['parts', 'part_lines'] loop
    execute format('alter table %I enable row level security', t);
    execute format('grant select, insert, delete on %I to outturn_engine', t);
    execute format('grant select on %I to outturn_auditor', t);
    execute format('create policy %I on %I to outturn_engine using (true)', t || '_of_all', t);
    execute format('create policy %I on %I for select to outturn_auditor using (true)', t || '_for_auditors', t);
  end loop;
end
$$;
-- +goose StatementEnd
grant update (state, takes, holder, lease, why, found, stretch) on parts to outturn_engine;
