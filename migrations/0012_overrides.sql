-- Overrides: evidence that a payer puts on record though it would come from somebody else, with its reason, signed by two
-- people. And what an upheld dispute is mended by; and the rest of a payment that was kept back while it was disputed.

-- +goose Up
create table overrides (
  contract     text collate "C" not null references contracts,
  id           text collate "C" not null,
  place        bigint generated always as identity,
  organisation text collate "C" not null references organisations,
  person       text not null,
  reason       text not null,
  clause       text not null,
  body         bytea not null,
  digest       bytea not null,
  state        text not null,
  batch        text collate "C",
  at           timestamptz not null,
  changed      timestamptz not null,
  primary key (contract, id),
  foreign key (contract, batch) references batches,
  constraint overrides_say_why check (reason <> ''),
  constraint overrides_digest_is_of_the_body check (digest = sha256(body)),
  constraint overrides_state_is_known check (state in ('proposed', 'applied', 'withdrawn')),
  constraint overrides_applied_by_a_batch check ((state = 'applied') = (batch is not null))
);
create index overrides_by_place on overrides (contract, place);

create table override_signatures (
  contract     text collate "C" not null,
  override     text collate "C" not null,
  organisation text collate "C" not null references organisations,
  person       text collate "C" not null,
  at           timestamptz not null,
  primary key (contract, override, person),
  foreign key (contract, override) references overrides
);

-- +goose StatementBegin
create function overrides_go_forward() returns trigger language plpgsql set search_path from current as $$
begin
  if old.state <> 'proposed' then
    raise exception 'the override is %, and stays so', old.state
      using errcode = 'check_violation', constraint = 'overrides_go_forward';
  end if;
  if new.state = 'applied' and (select count(*) from override_signatures s where s.contract = new.contract and s.override = new.id) < 2 then
    raise exception 'an override is signed by two people before it is applied'
      using errcode = 'check_violation', constraint = 'overrides_signed_by_two';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger overrides_go_forward before update on overrides for each row execute function overrides_go_forward();

-- +goose StatementBegin
create function overrides_begin_proposed() returns trigger language plpgsql set search_path from current as $$
begin
  if new.state <> 'proposed' then
    raise exception 'an override begins as a proposal, not %', new.state
      using errcode = 'check_violation', constraint = 'overrides_begin_proposed';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger overrides_begin_proposed before insert on overrides for each row execute function overrides_begin_proposed();

-- +goose StatementBegin
do $$
declare
  t text;
begin
  foreach t in array array['overrides', 'override_signatures'] loop
    execute format('alter table %I enable row level security', t);
    execute format('grant select, insert on %I to outturn_app, outturn_engine', t);
    execute format('grant select on %I to outturn_auditor', t);
    execute format('create policy %I on %I to outturn_app using (contract = any ((select visible_contracts())::text[]))', t || '_of_my_contracts', t);
    execute format('create policy %I on %I to outturn_engine using (true)', t || '_of_all', t);
    execute format('create policy %I on %I for select to outturn_auditor using (true)', t || '_for_auditors', t);
  end loop;
end
$$;
-- +goose StatementEnd
grant update (state, batch, changed) on overrides to outturn_app;

alter table disputes
  add column batch text collate "C",
  add column override text collate "C",
  add foreign key (contract, batch) references batches,
  add foreign key (contract, override) references overrides,
  add constraint disputes_upheld_are_mended check (state <> 'upheld' or batch is not null or override is not null) not valid;
grant update (batch, override) on disputes to outturn_app, outturn_engine;

alter table payments add column part integer not null default 0;
alter table payments add column rest numeric;
alter table payments drop constraint payments_pkey;
alter table payments add primary key (contract, statement, posting, part);
alter table payments add constraint payments_rests_are_figures check ((part = 0) = (rest is null) and (rest is null or rest not in ('NaN', 'Infinity', '-Infinity')));
alter table payments add constraint payments_rest_after_the_first check (part in (0, 1));
comment on column payments.rest is 'of part 1: what was kept back when the posting was released, because it was disputed';
