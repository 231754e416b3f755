-- Runs and what they made: statements, their lines in chunks of bytes, postings, the ledger; payments and disputes.

-- +goose Up
create table runs (
  contract  text collate "C" not null references contracts,
  id        text collate "C" not null,
  place     bigint generated always as identity,
  kind      text not null,
  through   date not null,
  cut_off   date not null,
  sequence  bigint not null,
  state     text not null,
  statement bigint,
  attempts  integer not null default 0,
  why       text not null default '',
  due       timestamptz not null,
  began     timestamptz,
  ended     timestamptz,
  primary key (contract, id),
  constraint runs_once unique (contract, through, kind),
  constraint runs_kind_is_known check (kind in ('provisional', 'final')),
  constraint runs_state_is_known check (state in ('due', 'running', 'done', 'failed')),
  constraint runs_done_have_a_statement check ((state = 'done') = (statement is not null)),
  constraint runs_cut_off_after_the_end check (cut_off >= through)
);
create index runs_by_place on runs (contract, place);

create table statements (
  contract text collate "C" not null references contracts,
  place    bigint generated always as identity,
  status   text not null,
  number   integer not null,
  version  integer not null,
  through  date not null,
  cut_off  date not null,
  sequence bigint not null,
  digest   bytea not null,
  head     bytea not null,
  size     bigint not null,
  currency text not null,
  made_by  text not null,
  at       timestamptz not null,
  primary key (contract, place),
  foreign key (contract, version) references versions,
  constraint statements_status_is_known check (status in ('provisional', 'final')),
  constraint statements_are_numbered_from_1 check (number >= 1),
  constraint statements_digest_is_of_the_head check (digest = sha256(head)),
  constraint statements_cut_off_after_the_end check (cut_off >= through)
);
create unique index statements_one_per_number on statements (contract, number) where status = 'final';
create unique index statements_one_per_period on statements (contract, through, cut_off) where status = 'final';

-- Statements follow one another: number n stands on the n-1 before it, and none settles an earlier day.
-- +goose StatementBegin
create function statements_follow() returns trigger language plpgsql set search_path from current as $$
declare
  before record;
begin
  select max(number) as number, max(through) as through, max(cut_off) as cut_off into before
    from statements s where s.contract = new.contract and s.status = 'final';
  if new.number <> coalesce(before.number, 0) + 1 then
    raise exception 'statement % does not follow statement %', new.number, coalesce(before.number, 0)
      using errcode = 'unique_violation', constraint = 'statements_follow';
  end if;
  if new.through < before.through or new.cut_off < before.cut_off then
    raise exception 'statement % settles a day before that of an earlier one', new.number
      using errcode = 'check_violation', constraint = 'statements_follow';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger statements_follow before insert on statements for each row execute function statements_follow();

create table chunks (
  contract  text collate "C" not null,
  statement bigint not null,
  number    integer not null,
  bytes     bytea not null,
  primary key (contract, statement, number),
  constraint chunks_are_of_a_statement foreign key (contract, statement) references statements deferrable initially deferred,
  constraint chunks_are_numbered_from_0 check (number >= 0),
  constraint chunks_hold_something check (octet_length(bytes) > 0)
);
alter table chunks alter column bytes set storage external;

create table postings (
  contract  text collate "C" not null,
  statement bigint not null,
  number    integer not null,
  payer     text not null,
  payee     text not null,
  payment   text not null,
  amount    numeric not null,
  primary key (contract, statement, number),
  foreign key (contract, statement) references statements,
  constraint postings_are_between_two check (payer <> payee),
  constraint postings_are_figures check (amount not in ('NaN', 'Infinity', '-Infinity'))
);

create table entries (
  contract  text collate "C" not null,
  place     bigint generated always as identity,
  statement bigint not null,
  number    integer not null,
  party     text not null,
  payment   text not null,
  amount    numeric not null,
  at        timestamptz not null,
  primary key (contract, statement, number),
  foreign key (contract, statement) references statements,
  constraint entries_are_figures check (amount not in ('NaN', 'Infinity', '-Infinity'))
);
create index entries_by_place on entries (contract, place);
create index entries_by_party on entries (contract, party) include (amount);

-- The ledger of a statement sums to nought, and gives each party what the postings move. Looked at when all is written.
-- +goose StatementBegin
create function ledger_balances() returns trigger language plpgsql set search_path from current as $$
declare
  total numeric;
  apart text;
begin
  select coalesce(sum(amount), 0) into total from entries e where e.contract = new.contract and e.statement = new.statement;
  if total <> 0 then
    raise exception 'the entries of a statement sum to %, not to nought', total
      using errcode = 'check_violation', constraint = 'entries_sum_to_nought';
  end if;
  select party into apart from (
    select party, amount from entries e where e.contract = new.contract and e.statement = new.statement
    union all select payer, amount from postings p where p.contract = new.contract and p.statement = new.statement
    union all select payee, -amount from postings p where p.contract = new.contract and p.statement = new.statement) moved
    group by party having sum(amount) <> 0 limit 1;
  if found then
    raise exception 'the entries of a statement move % by another amount than its postings', apart
      using errcode = 'check_violation', constraint = 'entries_are_the_postings';
  end if;
  return null;
end
$$;
-- +goose StatementEnd
create constraint trigger entries_sum_to_nought after insert on entries deferrable initially deferred
  for each row execute function ledger_balances();
create constraint trigger postings_have_entries after insert on postings deferrable initially deferred
  for each row execute function ledger_balances();

create table payments (
  contract  text collate "C" not null,
  statement bigint not null,
  posting   integer not null,
  state     text not null,
  preparer  text not null default '',
  releaser  text not null default '',
  disputed  numeric not null default 0,
  why       text not null default '',
  changed   timestamptz not null,
  primary key (contract, statement, posting),
  constraint payments_pay_postings foreign key (contract, statement, posting) references postings,
  constraint payments_state_is_known check (state in ('due', 'prepared', 'released', 'held')),
  constraint payments_prepared_by_somebody check (state not in ('prepared', 'released') or preparer <> ''),
  constraint payments_released_by_another check (state <> 'released' or (releaser <> '' and releaser <> preparer)),
  constraint payments_dispute_figures check (disputed not in ('NaN', 'Infinity', '-Infinity'))
);

-- +goose StatementBegin
create function payments_once_released() returns trigger language plpgsql set search_path from current as $$
begin
  if old.state = 'released' then
    raise exception 'the payment was released by % and stays so', old.releaser
      using errcode = 'check_violation', constraint = 'payments_once_released';
  end if;
  if new.state = 'released' and old.state <> 'prepared' then
    raise exception 'a payment is released after it was prepared, and this one is %', old.state
      using errcode = 'check_violation', constraint = 'payments_prepared_before_released';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger payments_once_released before update on payments for each row execute function payments_once_released();

create table disputes (
  contract     text collate "C" not null,
  id           text collate "C" not null,
  place        bigint generated always as identity,
  statement    bigint not null,
  organisation text collate "C" not null references organisations,
  person       text not null,
  unit         text not null,
  of           text not null,
  payment      text not null,
  period       integer not null,
  amount       numeric not null,
  state        text not null,
  reason       text not null,
  answer       text not null default '',
  due          date,
  at           timestamptz not null,
  changed      timestamptz not null,
  primary key (contract, id),
  foreign key (contract, statement) references statements,
  constraint disputes_state_is_known check (state in ('raised', 'answered', 'escalated', 'upheld', 'rejected', 'withdrawn')),
  constraint disputes_are_figures check (amount not in ('NaN', 'Infinity', '-Infinity'))
);
create unique index disputes_one_open_a_line on disputes (contract, statement, unit, of, payment, period)
  where state in ('raised', 'answered', 'escalated');
create index disputes_by_place on disputes (contract, place);
