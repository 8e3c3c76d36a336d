-- A version is never changed: it is found by the hash of its text, and a run keeps the one it began with.
create table workflow_version (
  tenant_id text not null references tenant,
  hash text not null,
  namespace text not null,
  name text not null,
  version text not null,
  file text not null,
  text text not null,
  published_at timestamptz not null,
  published_by text not null,
  is_active boolean not null,
  primary key (tenant_id, hash)
);
create index workflow_version_by_name on workflow_version (tenant_id, namespace, name, published_at desc);
create unique index workflow_version_one_active on workflow_version (tenant_id, namespace, name) where is_active;

-- What is kept of a run beside the engine's journal. Runs and tasks are written in batches, many runs in one statement; no
-- foreign keys here, so that no insert locks another row (row-level security holds the tenant).
create table workflow_run (
  tenant_id text not null,
  id text not null,
  namespace text not null,
  name text not null,
  version text not null,
  hash text not null,
  status text not null check (status in ('running', 'waiting', 'completed', 'failed', 'cancelled')),
  started_by text not null,
  conversation_id text,
  contact_id text,
  case_id text,
  turn_id text,
  parent_run_id text,
  depth integer not null,
  invocation_id text not null,
  -- 1 for the first start, one more for every resumption; an older attempt never overwrites a newer one.
  attempt integer not null,
  pointer text,
  input jsonb,
  output jsonb,
  context jsonb,
  error jsonb,
  -- Where a failed run can go on: the place, and the data as it was there.
  resume jsonb,
  started_at timestamptz not null,
  ended_at timestamptz,
  duration_us bigint,
  primary key (tenant_id, id)
) with (fillfactor = 80);
create index workflow_run_by_name on workflow_run (tenant_id, namespace, name, started_at desc);
create index workflow_run_by_time on workflow_run (tenant_id, started_at desc, id desc);
create index workflow_run_by_conversation on workflow_run (tenant_id, conversation_id, started_at desc) where conversation_id is not null;
create index workflow_run_by_parent on workflow_run (tenant_id, parent_run_id) where parent_run_id is not null;
create index workflow_run_open on workflow_run (tenant_id, started_at) where status in ('running', 'waiting');

-- `input_from`: null, the input stands in `input`; empty, it is the run's; else the output of that record (`pointer#iteration`).
create table workflow_task (
  tenant_id text not null,
  run_id text not null,
  pointer text not null,
  iteration integer not null,
  -- Order within one invocation.
  seq integer not null,
  attempt integer not null,
  name text not null,
  kind text not null,
  status text not null check (status in ('running', 'completed', 'skipped', 'failed', 'caught')),
  offset_us bigint not null,
  duration_us bigint not null,
  queued_us bigint not null,
  input jsonb,
  input_from text,
  output jsonb,
  branch text,
  reason text,
  error jsonb,
  primary key (tenant_id, run_id, pointer, iteration)
);

-- What runs listen for. `types` are the event types the filters name; empty: any.
create table workflow_wait (
  tenant_id text not null references tenant,
  id text not null,
  run_id text not null,
  types text[] not null,
  filters jsonb not null,
  language text not null check (language in ('jq', 'cel')),
  scope jsonb not null,
  is_once_per_filter boolean not null,
  -- What the wait's first match has set: correlation keys and their values; and the filters that have had their event.
  correlation jsonb not null default '{}',
  taken integer[] not null default '{}',
  last_seq integer not null default 0,
  external_id text,
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (tenant_id, id)
);
create index workflow_wait_by_type on workflow_wait using gin (types) where closed_at is null;
create index workflow_wait_any on workflow_wait (tenant_id) where closed_at is null and types = '{}';
create index workflow_wait_by_run on workflow_wait (tenant_id, run_id);

create table workflow_delivery (
  tenant_id text not null references tenant,
  wait_id text not null,
  seq integer not null,
  filter integer not null,
  event jsonb not null,
  -- The external to resolve; done when the engine has taken it.
  external_id text,
  created_at timestamptz not null,
  delivered_at timestamptz,
  primary key (tenant_id, wait_id, seq)
);
create index workflow_delivery_due on workflow_delivery (created_at) where delivered_at is null and external_id is not null;

create table workflow_event (
  tenant_id text not null references tenant,
  source text not null,
  id text not null,
  type text not null,
  subject text,
  event jsonb not null,
  status text not null check (status in ('pending', 'done')),
  listeners integer not null default 0,
  received_at timestamptz not null,
  primary key (tenant_id, source, id)
);
create index workflow_event_pending on workflow_event (received_at) where status = 'pending';
create index workflow_event_by_time on workflow_event (tenant_id, received_at desc);

do $$
declare t text;
begin
  foreach t in array array['workflow_version','workflow_run','workflow_task','workflow_wait','workflow_delivery','workflow_event'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to baton_app using (tenant_id = current_setting(''baton.tenant'', true)) with check (tenant_id = current_setting(''baton.tenant'', true))', t);
    execute format('grant select, insert, update, delete on %I to baton_app', t);
  end loop;
  foreach t in array array['workflow_delivery','workflow_event'] loop
    execute format('create policy system_reads on %I for select to baton_system using (true)', t);
    execute format('grant select on %I to baton_system', t);
  end loop;
end $$;
