-- `from_version`: the first knowledge version that the vector is of, so that an index follows by the documents that got some.
alter table chunk_vector add column from_version bigint not null default 0;
alter table chunk_vector alter column from_version drop default;
create index chunk_vector_begun on chunk_vector (tenant_id, model, from_version);
alter table tenant drop column vector_version;

-- `embedder`: the model that the last started process makes vectors by; others of the tenant's processes make none.
alter table tenant add column embedder text;

-- `knowledge_snapshot`: the snapshot of what was served when it was published, `release:<number>`; null: before there were such.
alter table workflow_publish add column knowledge_snapshot text;
