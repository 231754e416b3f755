-- Who may do what to which rows. What is append-only has no update or delete granted to anybody; row-level security shows
-- the application what one organisation may see.

-- +goose Up
-- +goose StatementBegin
do $$
declare
  t text;
begin
  -- Rows of one contract.
  foreach t in array array['contracts', 'grants', 'versions', 'signatures', 'batches', 'items', 'members', 'runs', 'statements',
      'chunks', 'postings', 'entries', 'payments', 'disputes', 'schedules', 'sources'] loop
    execute format('alter table %I enable row level security', t);
    execute format('grant select, insert on %I to outturn_app, outturn_engine', t);
    execute format('create policy %I on %I to outturn_app using (%s = any ((select visible_contracts())::text[]))',
      t || '_of_my_contracts', t, case t when 'contracts' then 'id' else 'contract' end);
    execute format('create policy %I on %I to outturn_engine using (true)', t || '_of_all', t);
  end loop;
  foreach t in array array['organisations', 'people', 'api_keys', 'audit', 'idempotency'] loop
    execute format('alter table %I enable row level security', t);
    execute format('grant select, insert on %I to outturn_app, outturn_engine', t);
    execute format('create policy %I on %I to outturn_engine using (true)', t || '_of_all', t);
  end loop;
  -- Everything but secrets, for auditors.
  foreach t in array array['contracts', 'grants', 'versions', 'signatures', 'batches', 'items', 'members', 'runs', 'statements',
      'chunks', 'postings', 'entries', 'payments', 'disputes', 'schedules', 'sources', 'organisations', 'people', 'audit'] loop
    execute format('grant select on %I to outturn_auditor', t);
    execute format('create policy %I on %I for select to outturn_auditor using (true)', t || '_for_auditors', t);
  end loop;
end
$$;
-- +goose StatementEnd

-- A contract begins with the organisation that makes it, which sees nothing of it yet: its grant follows at once.
create policy contracts_begun on contracts for insert to outturn_app with check (organisation = current_organisation());
create policy grants_begun on grants for insert to outturn_app with check (organisation = current_organisation());

-- Organisations, people and keys: one's own, and for whoever runs the service all of them. Contracts are not theirs to see.
create policy organisations_i_see on organisations for select to outturn_app
  using (id = any ((select visible_organisations())::text[]) or (select is_operator()));
create policy organisations_begun on organisations for insert to outturn_app with check ((select is_operator()));
create policy people_of_mine on people to outturn_app using (organisation = (select current_organisation()) or (select is_operator()));
create policy keys_of_mine on api_keys to outturn_app using (organisation = (select current_organisation()) or (select is_operator()));
create policy idempotency_of_mine on idempotency to outturn_app using (organisation = (select current_organisation()));
create policy audit_written on audit for insert to outturn_app with check (organisation = (select current_organisation()));
create policy audit_i_see on audit for select to outturn_app
  using (organisation = (select current_organisation()) or contract = any ((select visible_contracts())::text[]));

grant usage on sequence statements_place_seq to outturn_app, outturn_engine;

-- What may be changed, column by column; nothing may be deleted but a grant that is taken back.
grant update (name, roles, issuer, subject, active) on people to outturn_app;
grant update (revoked) on api_keys to outturn_app;
grant update (next_sequence) on contracts to outturn_app, outturn_engine;
grant update (state, document, digest, payers, written_by, proposed_by, proposed, activated) on versions to outturn_app;
grant delete on grants to outturn_app;
grant update (state, statement, attempts, why, cut_off, sequence, began, ended) on runs to outturn_app, outturn_engine;
grant update (state, preparer, releaser, disputed, why, changed) on payments to outturn_app;
grant update (state, answer, due, changed) on disputes to outturn_app, outturn_engine;
grant update (cron, zone, next_at) on schedules to outturn_app, outturn_engine;
grant update (location, cron, zone, next_at, etag) on sources to outturn_app, outturn_engine;
grant delete on schedules, sources to outturn_app, outturn_engine;
