-- What a model made of a prompt, 0..1, by an evaluation, a person or an import. `prompt` is redacted; micro_usd null: counted from the price list.
create table model_grade (
  tenant_id text not null references tenant,
  prompt_hash text not null,
  model text not null,
  prompt text not null,
  quality double precision not null check (quality between 0 and 1),
  micro_usd bigint check (micro_usd >= 0),
  intent text,
  language text not null,
  source text not null,
  made_by text not null,
  made_at timestamptz not null,
  primary key (tenant_id, prompt_hash, model)
);

-- Routers with the hash of what they were trained on and what was measured; none is ever changed.
create table model_router (
  tenant_id text not null references tenant,
  number bigint not null,
  cases integer not null,
  trained_on text not null,
  report jsonb not null,
  model bytea not null,
  made_by text not null,
  made_at timestamptz not null,
  primary key (tenant_id, number)
);

-- Which router was put to use when; the latest row holds, version null: none.
create table model_router_use (
  tenant_id text not null references tenant,
  number bigint not null,
  version bigint,
  made_by text not null,
  made_at timestamptz not null,
  primary key (tenant_id, number)
);

do $$
declare t text;
begin
  foreach t in array array['model_grade','model_router','model_router_use'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to baton_app using (tenant_id = current_setting(''baton.tenant'', true)) with check (tenant_id = current_setting(''baton.tenant'', true))', t);
    execute format('grant select, insert, update, delete on %I to baton_app', t);
  end loop;
end $$;
