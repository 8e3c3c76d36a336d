-- What a call was given, every expression replaced by its value; and rounds of loops, attempts of tries.
alter table workflow_task add column called_with jsonb;
alter table workflow_task add column rounds integer;

-- Runs that are over, the oldest first: what is no longer kept is found without looking at the rest.
create index workflow_run_ended on workflow_run (tenant_id, ended_at) where ended_at is not null;
