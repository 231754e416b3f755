-- What a final statement leaves for the next, so that it need not go over every unit again. It is a convenience: what is
-- deleted here is worked out anew, and no statement rests on it that would come out otherwise without.

-- +goose Up
create table kept (
  contract  text collate "C" not null,
  statement bigint not null,
  base      bigint not null,
  roots     bigint not null,
  counts    bigint[] not null,
  found     bytea not null,
  digest    bytea not null,
  primary key (contract, statement),
  foreign key (contract, statement) references statements,
  constraint kept_digest_is_sha256 check (octet_length(digest) = 32)
);
comment on column kept.base is 'the statement with which every root was kept; later ones keep those that changed';
comment on column kept.digest is 'of what is kept of roots with this statement';

create table kept_roots (
  contract  text collate "C" not null,
  statement bigint not null,
  number    integer not null,
  bytes     bytea not null,
  primary key (contract, statement, number),
  foreign key (contract, statement) references kept on delete cascade
);
alter table kept_roots alter column bytes set storage external;

-- +goose StatementBegin
do $$
declare
  t text;
begin
  foreach t in array array['kept', 'kept_roots'] loop
    execute format('alter table %I enable row level security', t);
    execute format('grant select, insert, delete on %I to outturn_engine', t);
    execute format('grant select on %I to outturn_auditor', t);
    execute format('create policy %I on %I to outturn_engine using (true)', t || '_of_all', t);
    execute format('create policy %I on %I for select to outturn_auditor using (true)', t || '_for_auditors', t);
  end loop;
end
$$;
-- +goose StatementEnd
