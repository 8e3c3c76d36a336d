-- Approvals are of calls, whoever makes them: a turn, a task of a run, or a workflow that asks before it calls.
alter table approval alter column run_id drop not null, alter column workflow drop not null, alter column pointer drop not null, alter column task_name drop not null, alter column external_id drop not null;
alter table approval
  -- The call that waits for it; null where a workflow asks before it calls.
  add column call_id text,
  add column turn_id text,
  add column channel text not null default 'workflow',
  -- Who would make the call, as policies see it, and who had it made, as the ledger names them: they never approve it.
  add column principal text not null default 'AiAgent:assistant',
  add column requested_by text not null default 'AiAgent:assistant',
  -- What the caller set; `arguments` is the whole call, with what the server set.
  add column given jsonb,
  add column facts jsonb not null default '{}',
  add column amount_cents bigint,
  add column currency text,
  add column policy_rules text[] not null default '{}',
  add column policy_hash text,
  -- What the customer wrote last, and what the customer was told when this was asked.
  add column said text,
  add column told_as text,
  -- Who has to say yes now, and who had to at first: handing on changes the first only.
  add column rule jsonb,
  add column asked_rule jsonb,
  -- The call as it was asked for, when a person has changed it.
  add column asked_hash text,
  add column asked_arguments jsonb,
  add column edited_by text,
  -- A notice to those who decide is due; null: none is.
  add column notice_due_at timestamptz,
  add column notice_attempts integer not null default 0,
  add column notice_number integer not null default 0;
-- What stands there is brought along; the owner may see it for that long.
alter table approval no force row level security;
update approval set given = arguments, asked_hash = call_hash,
  rule = jsonb_build_object('deadlineMs', null, 'groups', jsonb_build_array(jsonb_build_object('people', 1, 'anyOf', case
    when decided_by_role = 'agent' and cardinality(assignees) > 0 then (select jsonb_agg(jsonb_build_object('kind', 'user', 'user', each)) from unnest(assignees) as each)
    else jsonb_build_array(jsonb_build_object('kind', 'role', 'role', decided_by_role)) end)));
update approval set asked_rule = rule;
update approval set told_at = coalesce(decided_at, now()) where status in ('withdrawn', 'expired') and told_at is null;
alter table approval force row level security;
alter table approval alter column given set not null, alter column asked_hash set not null, alter column rule set not null, alter column asked_rule set not null;
alter table approval drop column decided_by_role, drop column assignees;
drop index approval_untold;
create index approval_untold on approval (tenant_id, decided_at) where status in ('approved', 'refused', 'withdrawn') and told_at is null;
create index approval_notice_due on approval (tenant_id, notice_due_at) where notice_due_at is not null;
create unique index approval_by_call on approval (tenant_id, call_id) where call_id is not null;

alter table tool_call drop constraint tool_call_status_check;
alter table tool_call add constraint tool_call_status_check check (status in ('waiting', 'started', 'ok', 'not_found', 'refused', 'denied', 'failed'));

-- Each person who said yes to the call of this hash. `for_*`: whose place it was, when another had asked them to stand in.
create table approval_vote (
  tenant_id text not null references tenant,
  approval_id text not null,
  call_hash text not null,
  user_id text not null,
  email text not null,
  role text not null,
  for_user_id text,
  for_email text,
  for_role text,
  comment text,
  at timestamptz not null,
  primary key (tenant_id, approval_id, call_hash, user_id)
);

-- Who decides for whom while they are away.
create table approval_deputy (
  tenant_id text not null references tenant,
  user_id text not null,
  deputy_id text not null,
  until_at timestamptz not null,
  set_at timestamptz not null,
  primary key (tenant_id, user_id)
);

do $$
declare t text;
begin
  foreach t in array array['approval_vote','approval_deputy'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to baton_app using (tenant_id = current_setting(''baton.tenant'', true)) with check (tenant_id = current_setting(''baton.tenant'', true))', t);
    execute format('grant select, insert, update, delete on %I to baton_app', t);
  end loop;
end $$;
