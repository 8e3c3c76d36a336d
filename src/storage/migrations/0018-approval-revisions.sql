-- A yes is to the call as it stood when it was said. A call that is changed and changed back has the hash of before, but is another
-- revision: what was said to the first one does not count for it.
alter table approval add column revision integer not null default 0;
alter table approval_vote add column revision integer not null default 0;
alter table approval_vote drop constraint approval_vote_pkey;
alter table approval_vote add primary key (tenant_id, approval_id, revision, call_hash, user_id);
