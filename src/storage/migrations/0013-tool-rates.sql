-- How often a tool was called in the window that is running: one row for each tool (and contact) that has a limit.
create table tool_rate (
  tenant_id text not null references tenant,
  key text not null,
  window_start timestamptz not null,
  calls integer not null,
  primary key (tenant_id, key)
);
alter table tool_rate enable row level security;
alter table tool_rate force row level security;
create policy tenant_only on tool_rate to baton_app using (tenant_id = current_setting('baton.tenant', true)) with check (tenant_id = current_setting('baton.tenant', true));
grant select, insert, update, delete on tool_rate to baton_app;

-- The health of tools is read by time.
create index tool_call_by_time on tool_call (tenant_id, created_at desc);
