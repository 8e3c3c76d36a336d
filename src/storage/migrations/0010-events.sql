-- How many runs, each begun by an event of the one before, stand before an event that this row causes: 0 where no run caused it. Own
-- events carry it (`batondepth`), so that a workflow which starts on what it causes itself is stopped like any other circle.
alter table tool_call add column event_depth integer not null default 0;
alter table approval add column event_depth integer not null default 0;

drop function tell_event(text, text, text, text, jsonb, timestamptz);
create function tell_event(p_tenant text, p_type text, p_id text, p_subject text, p_data jsonb, p_at timestamptz, p_depth integer default 0) returns boolean language sql as $$
  with told as (
    insert into workflow_event (tenant_id, source, id, type, subject, event, status, received_at)
    select p_tenant, 'https://baton.dev', p_id, p_type, p_subject,
      jsonb_build_object('specversion', '1.0', 'id', p_id, 'source', 'https://baton.dev', 'type', p_type, 'subject', p_subject,
        'time', to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'datacontenttype', 'application/json', 'data', p_data)
        || case when p_depth > 0 then jsonb_build_object('batondepth', p_depth) else '{}' end, 'pending', p_at
    where event_is_heard(p_tenant, p_type)
    on conflict do nothing returning id)
  select exists (select from told)
$$;

create or replace function tell_of_tool_call() returns trigger language plpgsql as $$
begin
  if event_is_heard(new.tenant_id, 'tool.failed') then
    perform tell_event(new.tenant_id, 'tool.failed', 'tool.failed:' || new.id, coalesce(new.conversation_id, new.id),
      jsonb_build_object('callId', new.id, 'tool', new.tool, 'risk', new.risk, 'conversationId', new.conversation_id, 'turnId', new.turn_id), new.created_at, new.event_depth);
  end if;
  return null;
end $$;

create or replace function tell_of_approval() returns trigger language plpgsql as $$
begin
  if event_is_heard(new.tenant_id, 'approval.decided') then
    perform tell_event(new.tenant_id, 'approval.decided', 'approval.decided:' || new.id, new.id,
      jsonb_build_object('approvalId', new.id, 'runId', new.run_id, 'tool', new.tool, 'decision', 'expired', 'decidedBy', null, 'conversationId', new.conversation_id, 'caseId', new.case_id), coalesce(new.decided_at, now()), new.event_depth);
  end if;
  return null;
end $$;

-- With 100,000 waits of one type and fresh statistics, a plan made once for any type read the whole table for each message; in this
-- order the first entry of the index answers.
create or replace function event_is_heard(p_tenant text, p_type text) returns boolean language plpgsql stable as $$
begin
  return exists (select from workflow_listener l where l.tenant_id = p_tenant and l.event_type in (p_type, '*'))
    or (select true from workflow_wait_key k where k.tenant_id = p_tenant and k.event_type = p_type order by k.match_from, k.match_value limit 1) is not null
    or (select true from workflow_wait_key k where k.tenant_id = p_tenant and k.event_type = '*' order by k.match_from, k.match_value limit 1) is not null;
end $$;

-- Before statistics exist, an index without the tenant was combined with one of everything the tenant has.
drop index workflow_event_pending;
create index workflow_event_pending on workflow_event (tenant_id, received_at) where status = 'pending';
drop index workflow_delivery_due;
create index workflow_delivery_due on workflow_delivery (tenant_id, created_at) where delivered_at is null and external_id is not null;

-- Waits are found by their keys; nothing reads these.
drop index workflow_wait_by_type;
drop index workflow_wait_any;
