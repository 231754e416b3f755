-- Members are held against their items a statement at a time.

-- +goose Up
-- The foreign key looked each member up by a plan that was made while a contract had few items, and read all of them
-- each time: a batch of 100,000 members took minutes.
alter table members drop constraint members_come_with_items;
-- +goose StatementBegin
create function members_come_with_items() returns trigger language plpgsql set search_path from current as $$
declare
  alone boolean;
begin
  -- Planned each time: a plan kept from a small batch would look each row of a large one up by reading all items.
  execute 'select exists (select from added a left join items i on i.contract = a.contract and i.sequence = a.sequence where i.sequence is null)' into alone;
  if alone then
    raise exception 'members come with an item that is recorded' using errcode = 'foreign_key_violation', constraint = 'members_come_with_items';
  end if;
  return null;
end
$$;
-- +goose StatementEnd
create trigger members_come_with_items after insert on members referencing new table as added
  for each statement execute function members_come_with_items();
