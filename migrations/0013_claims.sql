-- The register of claims: which person, known by a matching token alone, was claimed first under which of the contracts
-- that exclude one another. It stands apart from evidence. Nobody reads it, whatever their role; claim() asks it, for a
-- contract of one's own, and it answers only whether somebody else was first.

-- +goose Up
create table claims (
  contract  text collate "C" not null references contracts,
  unit_type text collate "C" not null,
  unit_key  text collate "C" not null,
  number    bigint generated always as identity,
  token     text collate "C" not null,
  name      text collate "C" not null,
  excludes  text[] not null,
  held      boolean not null,
  primary key (contract, unit_type, unit_key),
  constraint claims_are_of_tokens check (token ~ '^t-[a-z2-7]{32}$'),
  constraint claims_exclude_others check (not name = any (excludes))
);
comment on column claims.name is 'what the contract calls itself';
comment on column claims.excludes is 'what those call themselves that it excluded when it claimed: both must name the other';
comment on column claims.held is 'nobody else was first';
create index claims_by_token on claims (token, number);
create unique index claims_held_once on claims (contract, token) where held;
alter table claims enable row level security;

-- One claim waits for another to the end of its transaction, so that two at once cannot both be first.
-- +goose StatementBegin
create function claim(in_contract text, in_unit_type text, in_excludes text[], in_keys text[], in_tokens text[])
  returns table (at integer, elsewhere boolean, fresh boolean)
  language plpgsql security definer set search_path from current as $$
declare
  own_name text;
  mine record;
begin
  if not in_contract = any (visible_contracts()) then
    return;
  end if;
  select c.name into own_name from contracts c where c.id = in_contract;
  perform pg_advisory_xact_lock(hashtextextended('outturn.claims', 0));
  for i in 1 .. cardinality(in_keys) loop
    select c.token, c.held into mine from claims c where c.contract = in_contract and c.unit_type = in_unit_type and c.unit_key = in_keys[i];
    at := i;
    fresh := not found;
    if fresh then
      elsewhere := exists (select from claims c where c.token = in_tokens[i] and c.held
        and (c.contract = in_contract or c.name = any (in_excludes) and own_name = any (c.excludes)));
      insert into claims (contract, unit_type, unit_key, token, name, excludes, held)
        values (in_contract, in_unit_type, in_keys[i], in_tokens[i], own_name, in_excludes, not elsewhere);
    elsif mine.token <> in_tokens[i] then
      raise exception 'row % gives a unit another token than before; a unit is one person', i
        using errcode = 'unique_violation', constraint = 'claims_one_token_each';
    else
      elsewhere := not mine.held;
    end if;
    return next;
  end loop;
end
$$;
-- +goose StatementEnd
revoke all on function claim(text, text, text[], text[], text[]) from public;
grant execute on function claim(text, text, text[], text[], text[]) to outturn_app;
