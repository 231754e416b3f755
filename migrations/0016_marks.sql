-- The records of some roots are found among a statement's lines without reading them all: the lines stand in rows so small that each is
-- kept whole where it is found, two to a page, and it is kept where some records begin. Statements of before have large rows and no
-- marks, and are read from end to end.

-- +goose Up
alter table statements add column chunk integer not null default 262144, add column marks bytea,
  add constraint statements_chunk_is_some_bytes check (chunk > 0);
alter table statements alter column marks set storage external;
comment on column statements.chunk is 'how many bytes of lines stand in a row of chunks';
comment on column statements.marks is 'where some of the records begin, and whose they are';
alter table chunks alter column bytes set storage main;
alter table chunks set (toast_tuple_target = 8160);
