-- Documents by version. What is alive at knowledge version N: from_version <= N and (to_version is null or to_version > N). So a
-- snapshot is a number, a rollback makes a new version equal to an old one, and an index catches up by the rows that began or
-- ended since.
-- `embedding_model`: whose vectors the index serves, null for none. `vector_version`: raised when vectors came after their chunks.
alter table tenant add column embedding_model text, add column vector_version bigint not null default 0;

alter table document drop constraint document_pkey, drop constraint document_tenant_id_path_key;
alter table document rename column content_hash to revision;
alter table document
  add column from_version bigint not null default 0,
  add column to_version bigint,
  add column source_id text not null default 'knowledge',
  add column uri text,
  add column product text,
  add column brand text,
  add column format text not null default 'markdown',
  -- What the source said of the item when it was taken, and how it was made; null: take it again.
  add column fingerprint text,
  -- What whoever keeps it should know: read by OCR, cut, a wrong extension.
  add column warnings jsonb not null default '[]',
  -- Where it stands in its source.
  add column item text;
alter table chunk add column revision text, add column text_hash text;

-- What stands there is brought along; the owner may see it for that long.
alter table document no force row level security;
alter table chunk no force row level security;
alter table tenant no force row level security;
update document d set from_version = t.knowledge_version, item = d.path from tenant t where t.id = d.tenant_id;
update chunk c set revision = d.revision from document d where c.is_current and d.tenant_id = c.tenant_id and d.id = c.document_id;
-- Superseded chunks stay for the answers that cite them, under the rights they had: by rows that no version ever shows.
update chunk set revision = 'before:' || md5(array_to_string(audience, ',')) where revision is null;
insert into document (tenant_id, id, from_version, to_version, path, item, title, language, audience, body, revision, updated_at)
  select tenant_id, document_id, -row_number() over (partition by tenant_id, document_id order by revision), 0, document_id, document_id, heading, 'und', audience, '', revision, now()
  from (select distinct on (tenant_id, document_id, revision) * from chunk where revision like 'before:%' order by tenant_id, document_id, revision) gone;
update chunk set text_hash = encode(sha256(convert_to(heading || E'\n' || body, 'UTF8')), 'hex');
alter table document force row level security;
alter table chunk force row level security;
alter table tenant force row level security;

alter table document alter column from_version drop default, alter column source_id drop default, alter column format drop default, alter column item set not null;
alter table document add primary key (tenant_id, id, from_version);
create unique index document_current on document (tenant_id, id) where to_version is null;
create unique index document_by_item on document (tenant_id, source_id, item) where to_version is null;
create index document_by_path on document (tenant_id, path, id) where to_version is null;
create index document_begun on document (tenant_id, from_version);
create index document_ended on document (tenant_id, to_version) where to_version is not null;
create index document_by_revision on document (tenant_id, id, revision);

drop index chunk_by_document;
alter table chunk drop column is_current, drop column audience, alter column revision set not null, alter column text_hash set not null;
create index chunk_by_revision on chunk (tenant_id, document_id, revision, ordinal);

-- Float32 little-endian, by model and text: a text that comes again is not embedded again.
create table chunk_vector (
  tenant_id text not null references tenant,
  model text not null,
  text_hash text not null,
  vector bytea not null,
  primary key (tenant_id, model, text_hash)
);

-- Where documents come from. `declared`: by the workspace, so that only the workspace changes it.
create table source (
  tenant_id text not null references tenant,
  id text not null,
  kind text not null,
  settings jsonb not null,
  defaults jsonb not null,
  schedule jsonb,
  stale_after_minutes integer,
  is_declared boolean not null,
  is_paused boolean not null default false,
  next_at timestamptz,
  last_ok_at timestamptz,
  stale_told_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
create index source_due on source (tenant_id, next_at) where next_at is not null and not is_paused;

-- One run over a source. `held`: done but for removals, which a person has to agree to.
create table source_sync (
  tenant_id text not null references tenant,
  id text not null,
  source_id text not null,
  status text not null check (status in ('waiting', 'running', 'done', 'held', 'failed', 'cancelled')),
  started_by text not null,
  accept_removals boolean not null,
  invocation_id text,
  phase text not null default 'waiting',
  listed integer not null default 0,
  added integer not null default 0,
  changed integer not null default 0,
  removed integer not null default 0,
  unchanged integer not null default 0,
  failed integer not null default 0,
  missing integer not null default 0,
  cursor text,
  version_before bigint,
  version_after bigint,
  error text,
  created_at timestamptz not null,
  touched_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id)
);
create unique index source_sync_one on source_sync (tenant_id, source_id) where status in ('waiting', 'running');
create index source_sync_by_time on source_sync (tenant_id, source_id, created_at desc, id desc);
create index source_sync_open on source_sync (tenant_id, touched_at) where status in ('waiting', 'running');

-- What a sync has found and not yet taken, so that it goes on where it was; gone with the sync's end.
create table sync_item (
  tenant_id text not null references tenant,
  sync_id text not null,
  item text not null,
  seq integer not null,
  fingerprint text,
  details jsonb not null,
  state text not null default 'open' check (state in ('open', 'seen', 'gone', 'moved', 'failed')),
  primary key (tenant_id, sync_id, item)
);
create index sync_item_open on sync_item (tenant_id, sync_id, seq) where state = 'open';

-- Files given in the console, as they were given.
create table source_file (
  tenant_id text not null references tenant,
  source_id text not null,
  name text not null,
  media_type text,
  bytes bytea not null,
  sha256 text not null,
  uploaded_by text not null,
  uploaded_at timestamptz not null,
  primary key (tenant_id, source_id, name)
);

-- What could not be taken at the last try; gone when it could.
create table document_problem (
  tenant_id text not null references tenant,
  source_id text not null,
  item text not null,
  uri text,
  code text not null,
  reason text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (tenant_id, source_id, item)
);

-- A knowledge version with a name.
create table knowledge_snapshot (
  tenant_id text not null references tenant,
  name text not null,
  version bigint not null,
  note text,
  made_by text not null,
  made_at timestamptz not null,
  primary key (tenant_id, name)
);

-- How each version came to be; a version that changed nothing has none.
create table knowledge_change (
  tenant_id text not null references tenant,
  version bigint not null,
  reason text not null,
  subject text,
  made_by text not null,
  made_at timestamptz not null,
  primary key (tenant_id, version)
);

do $$
declare t text;
begin
  foreach t in array array['chunk_vector','source','source_sync','sync_item','source_file','document_problem','knowledge_snapshot','knowledge_change'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to baton_app using (tenant_id = current_setting(''baton.tenant'', true)) with check (tenant_id = current_setting(''baton.tenant'', true))', t);
    execute format('grant select, insert, update, delete on %I to baton_app', t);
  end loop;
end $$;
