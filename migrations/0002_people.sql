-- Who uses the service: organisations, people, their keys; contracts, and who takes part in them.

-- +goose Up
create table organisations (
  id      text collate "C" primary key,
  place   bigint generated always as identity,
  name    text not null,
  created timestamptz not null,
  constraint organisations_are_named check (id <> '' and name <> '')
);

create table people (
  id           text collate "C" primary key,
  place        bigint generated always as identity,
  organisation text collate "C" not null references organisations,
  name         text not null,
  roles        text[] not null,
  issuer       text not null,
  subject      text not null,
  active       boolean not null,
  created      timestamptz not null,
  constraint people_have_a_whole_identity check ((issuer = '') = (subject = ''))
);
create unique index people_one_per_identity on people (issuer, subject) where subject <> '';
create index people_by_organisation on people (organisation, place);

create table api_keys (
  id           text collate "C" primary key,
  place        bigint generated always as identity,
  organisation text collate "C" not null references organisations,
  person       text collate "C" not null references people,
  prefix       text collate "C" not null,
  hash         bytea not null,
  created      timestamptz not null,
  expires      timestamptz not null,
  revoked      timestamptz,
  constraint api_keys_one_per_prefix unique (prefix),
  constraint api_keys_hash_is_sha256 check (octet_length(hash) = 32)
);
create index api_keys_by_person on api_keys (person, place);

create table contracts (
  id            text collate "C" primary key,
  place         bigint generated always as identity,
  name          text not null,
  organisation  text collate "C" not null references organisations,
  next_sequence bigint not null default 1,
  created       timestamptz not null,
  constraint contracts_are_named check (id <> '' and name <> ''),
  constraint contracts_count_upwards check (next_sequence >= 1)
);

create table grants (
  contract     text collate "C" not null references contracts,
  organisation text collate "C" not null references organisations,
  role         text not null,
  party        text not null,
  kinds        text[] not null default '{}',
  place        bigint generated always as identity,
  granted_by   text not null,
  at           timestamptz not null,
  primary key (contract, organisation, role, party)
);
create index grants_by_organisation on grants (organisation, contract);

-- What an organisation may see is worked out with the owner's eyes, once a statement: a policy that read grants itself
-- would ask itself.
-- +goose StatementBegin
create function visible_contracts() returns text[]
  language sql stable security definer parallel safe
  begin atomic
    select coalesce(array_agg(distinct g.contract), '{}') from grants g where g.organisation = current_organisation();
  end;
-- +goose StatementEnd
-- +goose StatementBegin
create function visible_organisations() returns text[]
  language sql stable security definer parallel safe
  begin atomic
    select coalesce(array_agg(distinct o.organisation), '{}') || current_organisation()
    from grants mine join grants o on o.contract = mine.contract
    where mine.organisation = current_organisation();
  end;
-- +goose StatementEnd

create table versions (
  contract    text collate "C" not null references contracts,
  number      integer not null,
  state       text not null,
  document    bytea not null,
  digest      bytea not null,
  payers      text[] not null default '{}',
  written_by  text not null,
  created     timestamptz not null,
  proposed_by text not null default '',
  proposed    timestamptz,
  activated   timestamptz,
  primary key (contract, number),
  constraint versions_are_numbered_from_1 check (number >= 1),
  constraint versions_state_is_known check (state in ('draft', 'proposed', 'active', 'replaced', 'dropped')),
  constraint versions_digest_is_of_the_document check (digest = sha256(document)),
  constraint versions_propose_in_a_name check (state not in ('proposed', 'active', 'replaced') or proposed_by <> '' and proposed is not null),
  constraint versions_activate_on_a_day check (state not in ('active', 'replaced') or activated is not null)
);
create unique index versions_one_active on versions (contract) where state = 'active';

create table signatures (
  contract     text collate "C" not null,
  version      integer not null,
  party        text not null,
  organisation text collate "C" not null,
  person       text collate "C" not null,
  at           timestamptz not null,
  primary key (contract, version, person),
  foreign key (contract, version) references versions
);

-- A version that was proposed is fixed: its document stays what was signed, and it goes forward only.
-- +goose StatementBegin
create function versions_go_forward() returns trigger language plpgsql set search_path from current as $$
declare
  payer text;
begin
  if old.state <> 'draft' and (new.document <> old.document or new.payers <> old.payers) then
    raise exception 'version % of contract % was proposed, so its document stands; write a new version', old.number, old.contract
      using errcode = 'check_violation', constraint = 'versions_fixed_once_proposed';
  end if;
  if new.state <> old.state and not (old.state || '>' || new.state = any (array[
      'draft>proposed', 'draft>dropped', 'proposed>active', 'proposed>dropped', 'active>replaced'])) then
    raise exception 'a version does not go from % to %', old.state, new.state
      using errcode = 'check_violation', constraint = 'versions_go_forward';
  end if;
  if new.state = 'active' and old.state <> 'active' then
    foreach payer in array new.payers loop
      if (select count(*) from signatures s where s.contract = new.contract and s.version = new.number and s.party = payer) < 2 then
        raise exception 'payer % has not signed version % with two people', payer, new.number
          using errcode = 'check_violation', constraint = 'versions_signed_by_two_of_each_payer';
      end if;
    end loop;
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger versions_go_forward before update on versions for each row execute function versions_go_forward();

-- +goose StatementBegin
create function versions_begin_as_drafts() returns trigger language plpgsql set search_path from current as $$
begin
  if new.state <> 'draft' then
    raise exception 'a version begins as a draft, not %', new.state
      using errcode = 'check_violation', constraint = 'versions_begin_as_drafts';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger versions_begin_as_drafts before insert on versions for each row execute function versions_begin_as_drafts();

-- +goose StatementBegin
create function signatures_are_of_the_proposed() returns trigger language plpgsql set search_path from current as $$
begin
  if not exists (select from versions v where v.contract = new.contract and v.number = new.version and v.state = 'proposed') then
    raise exception 'version % is not proposed, so there is nothing to sign', new.version
      using errcode = 'check_violation', constraint = 'signatures_are_of_the_proposed';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger signatures_are_of_the_proposed before insert on signatures for each row execute function signatures_are_of_the_proposed();
