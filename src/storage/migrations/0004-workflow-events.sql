-- Where an event finds the waits it may concern: one row per filter of an open wait. `match_from` is an expression over the event
-- (`jq:...`, `cel:...`) or `@subject`, whose value must be `match_value`; both empty: every event of the type may match.
-- (The array of types in workflow_wait cannot be searched by index under row-level security; equality of texts can.)
create table workflow_wait_key (
  tenant_id text not null,
  wait_id text not null,
  filter integer not null,
  -- `*`: any type.
  event_type text not null,
  match_from text not null,
  match_value text not null,
  primary key (tenant_id, wait_id, filter)
);
create index workflow_wait_key_by_event on workflow_wait_key (tenant_id, event_type, match_from, match_value);

-- The pairs of type and `match_from` that waits have ever used; few, so an event evaluates each once.
create table workflow_wait_shape (
  tenant_id text not null,
  event_type text not null,
  match_from text not null,
  primary key (tenant_id, event_type, match_from)
);

-- Runs that an event or a schedule has begun and that the engine may not have yet. The id is made from the cause.
create table workflow_start (
  tenant_id text not null,
  run_id text not null,
  hash text not null,
  input jsonb not null,
  started_by text not null,
  created_at timestamptz not null,
  attempts integer not null default 0,
  last_error text,
  started_at timestamptz,
  failed_at timestamptz,
  primary key (tenant_id, run_id)
);
create index workflow_start_due on workflow_start (tenant_id, created_at) where started_at is null and failed_at is null;

-- Events that a workflow's `schedule.on` has gathered so far (`all`, `any` with `until`).
create table workflow_collection (
  tenant_id text not null,
  namespace text not null,
  name text not null,
  hash text not null,
  groups jsonb not null,
  updated_at timestamptz not null,
  primary key (tenant_id, namespace, name)
);

-- The next firing of every active workflow that runs by the clock. `next_at` is null while an `after` waits for its run to end.
create table workflow_schedule (
  tenant_id text not null,
  namespace text not null,
  name text not null,
  hash text not null,
  kind text not null check (kind in ('every', 'cron', 'after')),
  rule text not null,
  next_at timestamptz,
  last_fired_at timestamptz,
  last_run_id text,
  primary key (tenant_id, namespace, name)
);
create index workflow_schedule_due on workflow_schedule (tenant_id, next_at) where next_at is not null;

-- Event types that active workflows start on; `*`: any.
create table workflow_listener (
  tenant_id text not null,
  event_type text not null,
  primary key (tenant_id, event_type)
);

do $$
declare t text;
begin
  foreach t in array array['workflow_wait_key','workflow_wait_shape','workflow_start','workflow_collection','workflow_schedule','workflow_listener'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to baton_app using (tenant_id = current_setting(''baton.tenant'', true)) with check (tenant_id = current_setting(''baton.tenant'', true))', t);
    execute format('grant select, insert, update, delete on %I to baton_app', t);
  end loop;
end $$;

-- Baton's own events: written in the transaction of their cause, kept only when somebody listens, and carried on by the relay.
-- Answers whether it was kept. The same id is told once.
create function tell_event(p_tenant text, p_type text, p_id text, p_subject text, p_data jsonb, p_at timestamptz) returns boolean language sql as $$
  with told as (
    insert into workflow_event (tenant_id, source, id, type, subject, event, status, received_at)
    select p_tenant, 'https://baton.dev', p_id, p_type, p_subject,
      jsonb_build_object('specversion', '1.0', 'id', p_id, 'source', 'https://baton.dev', 'type', p_type, 'subject', p_subject,
        'time', to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'datacontenttype', 'application/json', 'data', p_data), 'pending', p_at
    where exists (select from workflow_listener l where l.tenant_id = p_tenant and l.event_type in (p_type, '*'))
       or exists (select from workflow_wait_key k where k.tenant_id = p_tenant and k.event_type in (p_type, '*'))
    on conflict do nothing returning id)
  select exists (select from told)
$$;

-- What contacts wrote, by time: read once a minute, so an index that costs an insert next to nothing.
create index message_by_time on message using brin (created_at) with (pages_per_range = 16);

-- Conversations a person holds; few, looked through for answers that are late.
create index conversation_held on conversation (tenant_id) where holder = 'human';
