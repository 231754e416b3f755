-- An override is signed for each payer whose money it can move, by two people: a signature says for whom. Those of before
-- say nobody, and count for nobody.

-- +goose Up
alter table override_signatures add column party text collate "C" not null default '';
