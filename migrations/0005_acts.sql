-- What was done: the audit log, answers kept for idempotency keys; and what is to be done: schedules and sources.

-- +goose Up
create table audit (
  contract     text collate "C" not null,
  place        bigint generated always as identity,
  organisation text collate "C" not null,
  person       text not null,
  operation    text not null,
  request_id   text not null,
  status       integer not null,
  subject      text not null,
  at           timestamptz not null,
  primary key (contract, place)
);
create index audit_by_organisation on audit (organisation, place);
comment on table audit is 'every act and every refusal, written in the transaction of the act; contract is empty for acts about organisations';

create table idempotency (
  contract     text collate "C" not null,
  organisation text collate "C" not null,
  key          text collate "C" not null,
  digest       bytea not null,
  status       integer not null,
  content_type text not null,
  location     text not null,
  etag         text not null,
  body         bytea not null,
  at           timestamptz not null,
  primary key (contract, organisation, key),
  constraint idempotency_digest_is_sha256 check (octet_length(digest) = 32)
);

create table schedules (
  contract text collate "C" not null references contracts,
  name     text collate "C" not null,
  cron     text not null,
  zone     text not null,
  next_at  timestamptz,
  primary key (contract, name)
);
create index schedules_due on schedules (next_at) where next_at is not null;

create table sources (
  contract text collate "C" not null references contracts,
  name     text collate "C" not null,
  kind     text not null,
  location text not null,
  cron     text not null,
  zone     text not null,
  next_at  timestamptz,
  etag     text not null default '',
  primary key (contract, name),
  constraint sources_kind_is_known check (kind in ('directory', 'https'))
);
create index sources_due on sources (next_at) where next_at is not null;
