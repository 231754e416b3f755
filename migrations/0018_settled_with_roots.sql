-- What was settled of a root is kept with it, and no longer looked for among the lines of every statement: the marks by which it was found
-- go. Of the index it is kept what changed, where that is less than the whole. What was kept before says neither: it is let go, and each
-- contract's next run is in full.

-- +goose Up
delete from kept;
alter table statements drop column marks;
alter table kept alter column index drop not null, add column changes bytea,
  add constraint kept_has_its_index check ((index is null) <> (changes is null));
alter table kept alter column changes set storage external;
comment on column kept.index is 'of all roots at this statement, block by block: the first, the hash, until when they hold, and where they stand with the base; null where changes says it';
comment on column kept.changes is 'what of the index is not as the statement before left it';
