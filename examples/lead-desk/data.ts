import type { SqlClient } from "baton/tools";

/** The CRM of the example: leads with their owners and notes. Safe to run at every start. */
export async function load(sql: SqlClient): Promise<void> {
  await sql.query("create schema if not exists crm");
  await sql.query("create table if not exists crm.leads (lead_id text primary key, email text not null, name text not null, company text not null, employees integer not null, message text not null, owner text, status text not null default 'open' check (status in ('open', 'archived')))");
  await sql.query("create unique index if not exists leads_email on crm.leads (lower(email)) where status = 'open'");
  await sql.query("create table if not exists crm.notes (note_id text primary key, lead_id text not null references crm.leads (lead_id), text text not null, created_at timestamptz not null default now())");
  await sql.query(
    `insert into crm.leads (lead_id, email, name, company, employees, message, owner)
     values ('lead_1', 'ana@fabrikam.example', 'Ana Costa', 'Fabrikam', 900, 'Looks for a support platform.', 'ingrid@northwind.example'), ('lead_2', 'tom@contoso.example', 'Tom Reed', 'Contoso', 12, 'Asked for prices.', 'piet@northwind.example')
     on conflict do nothing`,
  );
}
