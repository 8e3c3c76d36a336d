-- How the knowledge is kept good: what was asked in vain, and which articles contradict each other, are out of date, serve nobody or
-- had to be corrected by people. All texts here are redacted.

-- Questions of one meaning that the knowledge did not answer. `terms`: how many of its questions hold each term; `vector`: the sum of
-- their embeddings by `vector_model`. `draft`: an article out of what people replied. `file`: in the source of written articles.
create table knowledge_gap (
  tenant_id text not null references tenant,
  id text not null,
  subject text not null,
  status text not null default 'open' check (status in ('open', 'published', 'dismissed')),
  questions integer not null default 0,
  people integer not null default 0,
  terms jsonb not null,
  vector bytea,
  vector_model text,
  first_at timestamptz not null,
  last_at timestamptz not null,
  draft jsonb,
  drafted_from timestamptz,
  file text,
  decided_by text,
  decided_at timestamptz,
  reason text,
  primary key (tenant_id, id)
);
create index knowledge_gap_by_people on knowledge_gap (tenant_id, status, people desc, id);

-- One question in vain; its id is its turn's, so that it counts once.
create table knowledge_question (
  tenant_id text not null references tenant,
  id text not null,
  gap_id text not null,
  conversation_id text not null,
  case_id text,
  contact_id text not null,
  why text not null check (why in ('declined', 'handed_off', 'unanswered')),
  body text not null,
  reply text,
  replied_at timestamptz,
  asked_at timestamptz not null,
  primary key (tenant_id, id)
);
create index knowledge_question_by_gap on knowledge_question (tenant_id, gap_id, asked_at desc, id);
create index knowledge_question_by_contact on knowledge_question (tenant_id, contact_id);
create index knowledge_question_by_time on knowledge_question (tenant_id, asked_at, id);

-- When a document was last found for a question, and last cited in an answer.
create table document_use (
  tenant_id text not null references tenant,
  document_id text not null,
  last_found_at timestamptz not null,
  last_cited_at timestamptz,
  primary key (tenant_id, document_id)
);

-- A person set right what the AI had said from a passage. Its id is that of the draft or turn and of the passage.
create table passage_correction (
  tenant_id text not null references tenant,
  id text not null,
  document_id text not null,
  heading text not null,
  quote text not null,
  kind text not null check (kind in ('draft_rejected', 'draft_edited', 'contradicted')),
  conversation_id text not null,
  said text not null,
  became text,
  at timestamptz not null,
  primary key (tenant_id, id)
);
create index passage_correction_by_document on passage_correction (tenant_id, document_id, at desc);

-- What somebody should look at in an article. Its id follows from what was found, so it is found once and stays dismissed; `gone`:
-- the last look did not find it any more.
create table knowledge_finding (
  tenant_id text not null references tenant,
  id text not null,
  kind text not null check (kind in ('contradiction', 'outdated', 'unused', 'corrected')),
  document_id text not null,
  other_id text,
  passage text,
  other_passage text,
  reason text not null,
  weight integer not null,
  status text not null default 'open' check (status in ('open', 'dismissed', 'gone')),
  first_at timestamptz not null,
  last_at timestamptz not null,
  decided_by text,
  decided_at timestamptz,
  primary key (tenant_id, id)
);
create index knowledge_finding_by_weight on knowledge_finding (tenant_id, status, kind, weight desc, id);
create index knowledge_finding_by_document on knowledge_finding (tenant_id, document_id);

-- How far the daily look has come. `checked_version`: articles up to it were compared with each other.
create table knowledge_upkeep (
  tenant_id text primary key references tenant,
  next_at timestamptz not null,
  handed_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  turns_until timestamptz not null,
  corrections_until timestamptz not null,
  checked_version bigint not null default 0,
  checked_document text not null default '',
  error text
);

do $$
declare t text;
begin
  foreach t in array array['knowledge_gap','knowledge_question','document_use','passage_correction','knowledge_finding','knowledge_upkeep'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to baton_app using (tenant_id = current_setting(''baton.tenant'', true)) with check (tenant_id = current_setting(''baton.tenant'', true))', t);
    execute format('grant select, insert, update, delete on %I to baton_app', t);
  end loop;
end $$;
