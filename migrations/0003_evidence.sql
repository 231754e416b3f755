-- Evidence: batches as they came, and one row for each row that was sound. Rows are never changed: a correction or a
-- withdrawal is a further row.

-- +goose Up
create table batches (
  contract     text collate "C" not null references contracts,
  id           text collate "C" not null,
  place        bigint generated always as identity,
  organisation text collate "C" not null references organisations,
  person       text not null,
  format       text not null,
  name         text not null,
  digest       bytea not null,
  state        text not null,
  rows         bigint not null,
  accepted     bigint not null,
  refused      bigint not null,
  first        bigint not null,
  last         bigint not null,
  faults       jsonb not null default '[]',
  more_faults  bigint not null default 0,
  at           timestamptz not null,
  primary key (contract, id),
  constraint batches_state_is_known check (state in ('accepted', 'part', 'refused')),
  constraint batches_digest_is_sha256 check (octet_length(digest) = 32),
  constraint batches_add_up check (rows = accepted + refused and accepted >= 0 and refused >= 0),
  constraint batches_hold_what_they_accepted check ((accepted = 0 and first = 0 and last = 0) or last - first + 1 = accepted),
  constraint batches_refuse_whole check (state <> 'refused' or accepted = 0)
);
create unique index batches_once on batches (contract, organisation, digest) where state <> 'refused';
create index batches_by_place on batches (contract, place);

create table items (
  contract  text collate "C" not null,
  sequence  bigint not null,
  root_type text collate "C" not null,
  root_key  text collate "C" not null,
  batch     text collate "C" not null,
  line      bigint not null,
  leaf      text collate "C" not null,
  path      text[],
  kind      text collate "C",
  first     date,
  last      date,
  learned   date,
  is_item   boolean not null,
  withdraws boolean not null,
  withheld  boolean not null,
  id        text collate "C",
  points    text collate "C",
  source    text,
  party     text,
  cohort    integer,
  facts     text[],
  said      text[],
  primary key (contract, sequence),
  constraint items_learned_after_nothing check (not is_item or learned is not null)
);
comment on column items.path is 'keys of the members below the root, down to the unit it is about; null when that is the root';
comment on column items.said is 'name=canonical text, for each field that was observed';
comment on column items.facts is 'unit type.name=canonical text, for each fact that the row says';
create index items_by_root on items (contract, root_type, root_key, sequence);
create index items_by_batch on items (contract, batch, line);
create index items_by_id on items (contract, root_type, root_key, id) where id is not null;

-- A foreign key would be looked up once a row, and rows come by the million; a batch's rows come in one statement.
-- +goose StatementBegin
create function items_come_in_batches() returns trigger language plpgsql set search_path from current as $$
begin
  if exists (select from (select distinct contract, batch from added) a
      where not exists (select from batches b where b.contract = a.contract and b.id = a.batch)) then
    raise exception 'items come in a batch that is recorded' using errcode = 'foreign_key_violation', constraint = 'items_come_in_batches';
  end if;
  return null;
end
$$;
-- +goose StatementEnd
create trigger items_come_in_batches after insert on items referencing new table as added
  for each statement execute function items_come_in_batches();

create table members (
  contract   text collate "C" not null,
  unit_type  text collate "C" not null,
  key        text collate "C" not null,
  parent_key text collate "C" not null,
  sequence   bigint not null,
  primary key (contract, unit_type, key),
  constraint members_come_with_items foreign key (contract, sequence) references items
);
comment on table members is 'what each unit that is part of another is part of, and the row that first said so';
