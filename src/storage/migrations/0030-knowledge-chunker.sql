-- What must be read before a chunk where a block was cut: a table's head, or the end of the sentences before. Indexed and shown with
-- the chunk, never cited.
alter table chunk add column lead text not null default '';

-- By what a document's chunks were made ('': before this was kept). `next_revision`: chunks made by `next_chunker` wait under it for
-- the one switch of all documents.
alter table document add column chunker text not null default '', add column next_revision text, add column next_chunker text;
create index document_waiting on document (tenant_id, id) where to_version is null and next_revision is not null;

-- `chunker`: what the last started process wants all chunks to be made by. `knowledge_pruned_to`: of versions before it only those with
-- a name are whole. `knowledge_pruned_at`: when that was last looked at.
alter table tenant add column chunker text, add column knowledge_pruned_to bigint not null default 0, add column knowledge_pruned_at timestamptz;
create index chunk_by_text on chunk (tenant_id, text_hash);
