-- Secrets that tools use, sealed: `sealed` under a data key of its own, that key wrapped by a master key which is not in the database.
create table credential (
  tenant_id text not null references tenant,
  name text not null,
  key_id text not null,
  wrapped_key text not null,
  sealed text not null,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (tenant_id, name)
);

-- Access tokens that processes share. `leased_until`: one of them is asking the authority for the next one.
create table access_token (
  tenant_id text not null references tenant,
  key text not null,
  key_id text,
  wrapped_key text,
  sealed text,
  fresh_until timestamptz,
  leased_until timestamptz,
  primary key (tenant_id, key)
);

do $$
declare t text;
begin
  foreach t in array array['credential','access_token'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to baton_app using (tenant_id = current_setting(''baton.tenant'', true)) with check (tenant_id = current_setting(''baton.tenant'', true))', t);
    execute format('grant select, insert, update, delete on %I to baton_app', t);
  end loop;
end $$;
