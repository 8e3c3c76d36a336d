-- What the AI would have answered where the autonomy ladder lets it only draft or suggest: kept for a person, who sends,
-- changes or rejects it. The contact sees nothing of it before that.
create table reply_draft (
  tenant_id text not null references tenant,
  id text not null,
  conversation_id text not null,
  case_id text,
  turn_id text not null,
  rung text not null check (rung in ('suggest', 'draft')),
  -- The rule of the ladder that its outcome counts for.
  autonomy_rule text,
  -- `stale`: overtaken, by a newer draft or because the conversation went on without it.
  status text not null check (status in ('open', 'accepted', 'edited', 'rejected', 'stale')),
  -- Empty where there are only calls to propose.
  body text not null,
  citations jsonb not null,
  intent text,
  -- Calls the AI would have made, with their arguments.
  calls jsonb not null,
  -- The question that the text puts, which the next message may answer once it is sent as it is.
  pending jsonb,
  -- The last message it answers: one of the contact after it makes the draft stale.
  until_seq bigint not null,
  created_at timestamptz not null,
  decided_at timestamptz,
  decided_by text,
  decided_by_name text,
  reason text,
  message_id text,
  primary key (tenant_id, id)
);
create unique index reply_draft_one_open on reply_draft (tenant_id, conversation_id) where status = 'open';
create index reply_draft_by_conversation on reply_draft (tenant_id, conversation_id, created_at desc);

alter table reply_draft enable row level security;
alter table reply_draft force row level security;
create policy tenant_only on reply_draft to baton_app using (tenant_id = current_setting('baton.tenant', true)) with check (tenant_id = current_setting('baton.tenant', true));
grant select, insert, update, delete on reply_draft to baton_app;
