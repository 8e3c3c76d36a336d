-- A publish: the set of workflow documents that became active together. One set per tenant is active; rolling back
-- activates an earlier one. Members are (namespace, name, version, hash) of rows of workflow_version, which never change.
create table workflow_publish (
  tenant_id text not null references tenant,
  id text not null,
  number integer not null,
  set_hash text not null,
  members jsonb not null,
  note text,
  -- The set that was active before: where a rollback goes.
  previous_id text,
  published_at timestamptz not null,
  published_by text not null,
  is_active boolean not null,
  primary key (tenant_id, id),
  unique (tenant_id, number)
);
create unique index workflow_publish_one_active on workflow_publish (tenant_id) where is_active;

-- A person decides on one exact call. `call_hash` is made from tool and arguments; `used_by` is the key of the one call it allowed.
create table approval (
  tenant_id text not null references tenant,
  id text not null,
  run_id text not null,
  workflow text not null,
  pointer text not null,
  task_name text not null,
  conversation_id text,
  case_id text,
  contact_id text,
  tool text not null,
  risk text not null check (risk in ('read', 'write', 'money', 'irreversible')),
  arguments jsonb not null,
  call_hash text not null,
  described_as text not null,
  reason text not null,
  decided_by_role text not null check (decided_by_role in ('admin', 'agent')),
  assignees text[] not null,
  status text not null check (status in ('waiting', 'approved', 'refused', 'expired', 'withdrawn')),
  external_id text not null,
  requested_at timestamptz not null,
  deadline_at timestamptz,
  decided_at timestamptz,
  decided_by text,
  comment text,
  used_by text,
  -- The run has been told. A decision that a crash kept from it is told again by the sweeper.
  told_at timestamptz,
  primary key (tenant_id, id)
);
create index approval_untold on approval (tenant_id, decided_at) where status in ('approved', 'refused') and told_at is null;
create index approval_by_time on approval (tenant_id, requested_at desc, id desc);
create index approval_by_run on approval (tenant_id, run_id);
create index approval_waiting on approval (tenant_id, conversation_id) where status = 'waiting';

-- A question of a run that waits for the contact's next message. `expects` says what an answer looks like.
create table workflow_question (
  tenant_id text not null references tenant,
  id text not null,
  run_id text not null,
  workflow text not null,
  pointer text not null,
  conversation_id text not null,
  message_id text not null,
  attempt integer not null,
  expects jsonb not null,
  status text not null check (status in ('waiting', 'answered', 'expired', 'withdrawn')),
  external_id text not null,
  turn_id text,
  answer text,
  asked_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id)
);
create index workflow_question_waiting on workflow_question (tenant_id, conversation_id, asked_at desc) where status = 'waiting';
create index workflow_question_by_turn on workflow_question (tenant_id, turn_id) where turn_id is not null;
create index workflow_question_by_run on workflow_question (tenant_id, run_id);

-- What a run has said in its conversation, so that it says each thing once, and nobody is left without a word at its end.
create table workflow_message (
  tenant_id text not null references tenant,
  message_id text not null,
  run_id text not null,
  kind text not null check (kind in ('reply', 'question', 'handoff')),
  created_at timestamptz not null,
  primary key (tenant_id, message_id)
);
create index workflow_message_by_run on workflow_message (tenant_id, run_id);

do $$
declare t text;
begin
  foreach t in array array['workflow_publish','approval','workflow_question','workflow_message'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to baton_app using (tenant_id = current_setting(''baton.tenant'', true)) with check (tenant_id = current_setting(''baton.tenant'', true))', t);
    execute format('grant select, insert, update, delete on %I to baton_app', t);
  end loop;
end $$;
