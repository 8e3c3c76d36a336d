-- Requests that the policies have decided, each different one once, so that two versions of the policies can be compared
-- over what really happens. They hold ids, codes and facts, no texts of people; what was not seen for long is removed.
create table policy_request (
  tenant_id text not null references tenant,
  -- SHA-256 of the request.
  id text not null,
  request jsonb not null,
  effect text not null check (effect in ('allow', 'approve', 'deny')),
  rules text[] not null,
  policy_hash text not null,
  seen bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (tenant_id, id)
);
create index policy_request_by_time on policy_request (tenant_id, last_at desc);

-- The level of an autonomy rule where it differs from the workspace's: set by a person, or by the measured rate of overrides.
create table autonomy_level (
  tenant_id text not null references tenant,
  rule text not null,
  level text not null check (level in ('off', 'suggest', 'draft', 'act_with_approval', 'act')),
  changed_by text not null,
  reason text not null,
  changed_at timestamptz not null,
  primary key (tenant_id, rule)
);

-- A rung of the ladder that is closed, and with it all rungs above.
create table autonomy_switch (
  tenant_id text not null references tenant,
  rung text not null check (rung in ('suggest', 'draft', 'act_with_approval', 'act')),
  thrown_by text not null,
  reason text not null,
  thrown_at timestamptz not null,
  primary key (tenant_id, rung)
);

-- What became of each thing the AI did or proposed under a rule: kept as it was, or overridden by a person.
create table autonomy_outcome (
  tenant_id text not null references tenant,
  -- Of what was done: a call, a draft, an approval. The first outcome counts.
  id text not null,
  rule text not null,
  level text not null check (level in ('suggest', 'draft', 'act_with_approval', 'act')),
  is_overridden boolean not null,
  at timestamptz not null,
  primary key (tenant_id, id)
);
create index autonomy_outcome_by_rule on autonomy_outcome (tenant_id, rule, at desc);

do $$
declare t text;
begin
  foreach t in array array['policy_request','autonomy_level','autonomy_switch','autonomy_outcome'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to baton_app using (tenant_id = current_setting(''baton.tenant'', true)) with check (tenant_id = current_setting(''baton.tenant'', true))', t);
    execute format('grant select, insert, update, delete on %I to baton_app', t);
  end loop;
end $$;
