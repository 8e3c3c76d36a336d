-- What signed webhooks were taken from systems that sign no id of the delivery: a digest of the signed body, and nothing of what it says.
-- It outlives the event, so that a request which was recorded once cannot be used again later.
create table webhook_digest (
  tenant_id text not null references tenant,
  system text not null,
  digest text not null,
  taken_at timestamptz not null,
  primary key (tenant_id, system, digest)
);
create index webhook_digest_by_age on webhook_digest (tenant_id, taken_at);
alter table webhook_digest enable row level security;
alter table webhook_digest force row level security;
create policy tenant_only on webhook_digest to baton_app using (tenant_id = current_setting('baton.tenant', true)) with check (tenant_id = current_setting('baton.tenant', true));
-- "update" is what a row is locked with.
grant select, insert, update, delete on webhook_digest to baton_app;
