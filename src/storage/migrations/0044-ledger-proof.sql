-- The ledger can be proven to outsiders, and its contents can be forgotten while the chain stays whole.

-- `salt`: nobody can guess a forgotten entry from its hash. Null in entries from before.
alter table ledger_entry add column salt text;
alter table ledger_entry alter column salt set default gen_random_uuid()::text;
create index ledger_entry_by_kind on ledger_entry (tenant_id, kind, at desc, id desc);
-- The hash of the entry alone, which the link's hash is made of: it stays when the entry's contents are forgotten. Null in links
-- from before, whose hash is over the entry itself; those entries are never forgotten.
alter table ledger_link add column entry_hash text;

-- Keys that sign the ledger's heads. The private half is sealed under the master key; `id` is made from the public half.
create table ledger_key (
  tenant_id text not null references tenant,
  id text not null,
  public_key text not null,
  key_id text not null,
  wrapped_key text not null,
  sealed text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);

-- The chain's end, signed with every sealing: who cuts the end off cannot sign the new one. `at` as it was signed.
create table ledger_head (
  tenant_id text primary key references tenant,
  seq bigint not null,
  hash text not null,
  at text not null,
  key_id text not null,
  signature text not null
);

-- A signed head a day, which is also kept outside. `at` as it was signed.
create table ledger_anchor (
  tenant_id text not null references tenant,
  day text not null,
  seq bigint not null,
  hash text not null,
  at text not null,
  key_id text not null,
  signature text not null,
  primary key (tenant_id, day)
);

do $$
declare t text;
begin
  foreach t in array array['ledger_key','ledger_head','ledger_anchor'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to baton_app using (tenant_id = current_setting(''baton.tenant'', true)) with check (tenant_id = current_setting(''baton.tenant'', true))', t);
    execute format('grant select, insert on %I to baton_app', t);
  end loop;
end $$;
grant update on ledger_head to baton_app;
-- Another master key may wrap the private half; nothing else of a key ever changes.
grant update (key_id, wrapped_key) on ledger_key to baton_app;
create trigger ledger_anchor_append_only before update or delete or truncate on ledger_anchor for each statement execute function ledger_is_append_only();

-- One way to take contents out: the function below. Links stay for good.
create or replace function ledger_is_append_only() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and tg_table_name = 'ledger_entry' and current_setting('baton.ledger_forget', true) = 'on' then return null; end if;
  raise exception 'the ledger is append-only' using errcode = 'insufficient_privilege';
end $$;

-- Takes out the contents of entries that are a month old and chained in the way that allows it. What was taken out and what was signed is never forgotten.
-- Whoever calls it writes into the ledger which entries went, in the same transaction; without that the chain does not verify.
create function ledger_forget(p_tenant text, p_ids text[]) returns integer language plpgsql security definer set search_path = public, pg_temp as $$
declare
  gone integer;
begin
  if p_tenant is distinct from current_setting('baton.tenant', true) then raise exception 'not this tenant' using errcode = 'insufficient_privilege'; end if;
  perform set_config('baton.ledger_forget', 'on', true);
  delete from ledger_entry e where e.tenant_id = p_tenant and e.id = any(p_ids) and e.salt is not null and e.at < now() - interval '30 days'
    and e.kind not in ('ledger.contents_removed', 'ledger.anchored');
  get diagnostics gone = row_count;
  perform set_config('baton.ledger_forget', 'off', true);
  return gone;
end $$;
revoke execute on function ledger_forget(text, text[]) from public;
grant execute on function ledger_forget(text, text[]) to baton_app;
-- The function runs as its owner, who is held by row-level security as well.
create policy keeper_forgets on ledger_entry to current_user using (current_setting('baton.ledger_forget', true) = 'on' and tenant_id = current_setting('baton.tenant', true));

-- Who may sign in, and as what, stands in the ledger whichever way it was changed. `baton.actor`: who does it, where the way in knows.
create function ledger_record_access() returns trigger language plpgsql as $$
declare
  what jsonb;
  kind text;
begin
  if tg_table_name = 'api_key' then
    kind := case when tg_op = 'INSERT' then 'key.created' when new.revoked_at is not null and old.revoked_at is null then 'key.revoked' else 'key.changed' end;
    what := jsonb_build_object('name', new.name, 'scopes', to_jsonb(new.scopes));
  else
    kind := case when tg_op = 'INSERT' then 'user.created' when new.role is distinct from old.role then 'user.role_changed' else 'user.password_changed' end;
    what := jsonb_build_object('role', new.role) || case when tg_op = 'UPDATE' then jsonb_build_object('before', old.role) else '{}' end;
  end if;
  insert into ledger_entry (tenant_id, id, kind, subject_id, actor, at, body)
    values (new.tenant_id, 'led_' || left(replace(gen_random_uuid()::text, '-', ''), 22), kind, new.id, coalesce(nullif(current_setting('baton.actor', true), ''), 'baton'), date_trunc('milliseconds', clock_timestamp()), what::text);
  return null;
end $$;
create trigger api_key_made after insert on api_key for each row execute function ledger_record_access();
create trigger api_key_changed after update on api_key for each row
  when (old.revoked_at is distinct from new.revoked_at or old.scopes is distinct from new.scopes or old.secret_hash is distinct from new.secret_hash) execute function ledger_record_access();
create trigger user_made after insert on user_account for each row execute function ledger_record_access();
create trigger user_changed after update on user_account for each row
  when (old.role is distinct from new.role or old.password_hash is distinct from new.password_hash) execute function ledger_record_access();
