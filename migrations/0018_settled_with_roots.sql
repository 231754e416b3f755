-- What was settled of a root is kept with it, and no longer looked for among the lines of every statement: the marks by which it was found
-- go. What was kept before does not say it: it is let go, and each contract's next run is in full.

-- +goose Up
delete from kept;
alter table statements drop column marks;
