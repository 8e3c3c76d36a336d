import type { SqlClient } from "baton/tools";

/** The directory of the example: employees, systems and who may use them. Safe to run at every start. */
export async function load(sql: SqlClient): Promise<void> {
  await sql.query("create schema if not exists directory");
  await sql.query("create table if not exists directory.employees (email text primary key, employee_number text not null unique, name text not null, department text not null, manager text not null)");
  await sql.query("create table if not exists directory.systems (system text primary key, title text not null, is_sensitive boolean not null)");
  await sql.query("create table if not exists directory.access (grant_id text primary key, email text not null references directory.employees (email), system text not null references directory.systems (system), is_revoked boolean not null default false, granted_at timestamptz not null default now())");
  await sql.query("create table if not exists directory.changes (change_id text primary key, email text not null, text text not null, created_at timestamptz not null default now())");
  await sql.query(
    `insert into directory.employees (email, employee_number, name, department, manager)
     values ('lena.vogt@woodgrove.example', '40-1187', 'Lena Vogt', 'Support', 'omar.haddad@woodgrove.example'), ('ravi.nair@woodgrove.example', '40-1203', 'Ravi Nair', 'Finance', 'greta.lind@woodgrove.example') on conflict do nothing`,
  );
  await sql.query("insert into directory.systems (system, title, is_sensitive) values ('crm', 'CRM', false), ('warehouse', 'Data warehouse', true), ('payroll', 'Payroll', true), ('wiki', 'Wiki', false) on conflict do nothing");
}
