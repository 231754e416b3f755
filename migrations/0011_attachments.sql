-- Attachments: the documents that prove what an item says. An item names one by its digest, in its source; whether it
-- was sent is seen from here. They are kept as they came and never changed.

-- +goose Up
create table attachments (
  contract     text collate "C" not null references contracts,
  organisation text collate "C" not null references organisations,
  digest       bytea not null,
  place        bigint generated always as identity,
  person       text not null,
  name         text not null,
  media        text not null,
  size         bigint not null,
  body         bytea not null,
  at           timestamptz not null,
  primary key (contract, organisation, digest),
  constraint attachments_digest_is_of_the_body check (digest = sha256(body)),
  constraint attachments_are_of_their_size check (size = octet_length(body))
);
alter table attachments alter column body set storage external;
create index attachments_by_place on attachments (contract, place);
comment on column attachments.digest is 'SHA-256, by which an item names it: sha256: and 64 letters in its source';

create index items_naming_attachments on items (contract, sequence) where source like '%sha256:%';

alter table attachments enable row level security;
grant select, insert on attachments to outturn_app, outturn_engine;
grant select on attachments to outturn_auditor;
create policy attachments_of_my_contracts on attachments to outturn_app using (contract = any ((select visible_contracts())::text[]));
create policy attachments_of_all on attachments to outturn_engine using (true);
create policy attachments_for_auditors on attachments for select to outturn_auditor using (true);
