-- Where what was kept of some roots is to be found without reading it of all. What was kept before stands in larger rows and has no
-- index: it is let go, and each contract's next run is in full.

-- +goose Up
delete from kept;
alter table kept add column index bytea not null;
alter table kept alter column index set storage external;
comment on column kept.index is 'of all roots at this statement, block by block: the first, the hash, until when they hold, and where they stand with the base';
alter table kept_roots alter column bytes set storage main;
alter table kept_roots set (toast_tuple_target = 8160);
