-- Answers of models that may be given again. `partition` is a hash over all that must be the same (rights, person, instructions,
-- passages, settings) but the question; `question_hash` is the question's. The vector is of the question, for near ones.
create table model_cache (
  tenant_id text not null references tenant,
  partition text not null,
  question_hash text not null,
  contact_id text,
  embedder text,
  vector bytea,
  answer jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, partition, question_hash)
);
create index model_cache_contact on model_cache (tenant_id, contact_id) where contact_id is not null;
create index model_cache_expiry on model_cache (tenant_id, expires_at);

alter table model_cache enable row level security;
alter table model_cache force row level security;
create policy tenant_only on model_cache to baton_app using (tenant_id = current_setting('baton.tenant', true)) with check (tenant_id = current_setting('baton.tenant', true));
grant select, insert, update, delete on model_cache to baton_app;
