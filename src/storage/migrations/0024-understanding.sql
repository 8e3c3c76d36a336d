-- What people have said a message means; an example beside the workspace's own. `text` is redacted. Learned once `learned_in` is set.
create table intent_example (
  tenant_id text not null references tenant,
  id text not null,
  text text not null,
  intent text not null,
  -- What was read in it before, null: nothing.
  read_as text,
  message_id text,
  made_by text not null,
  made_at timestamptz not null,
  learned_in bigint,
  primary key (tenant_id, id)
);
create index intent_example_by_message on intent_example (tenant_id, message_id);

-- Each time corrections were learned, with the figures before and after.
create table intent_training (
  tenant_id text not null references tenant,
  number bigint not null,
  learned integer not null,
  before jsonb not null,
  after jsonb not null,
  made_by text not null,
  made_at timestamptz not null,
  undone_by text,
  undone_at timestamptz,
  primary key (tenant_id, number)
);

-- Trained classifiers by what they were trained on, so that no start trains what was trained before.
create table intent_model (
  tenant_id text not null references tenant,
  hash text not null,
  model bytea not null,
  -- Figures by cross-validation; null until somebody asks.
  report jsonb,
  made_at timestamptz not null,
  primary key (tenant_id, hash)
);

do $$
declare t text;
begin
  foreach t in array array['intent_example','intent_training','intent_model'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to baton_app using (tenant_id = current_setting(''baton.tenant'', true)) with check (tenant_id = current_setting(''baton.tenant'', true))', t);
    execute format('grant select, insert, update, delete on %I to baton_app', t);
  end loop;
end $$;
