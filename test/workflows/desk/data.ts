import type { SqlClient } from "baton/tools";

/** The business records of the test desk: four orders, and what was paid back. */
export async function load(sql: SqlClient): Promise<void> {
  await sql.query("create schema if not exists desk");
  await sql.query("create table if not exists desk.orders (number text primary key, amount integer not null)");
  await sql.query("create table if not exists desk.payments (key text primary key, number text not null, amount integer not null, taken_back boolean not null default false)");
  await sql.query("create table if not exists desk.tries (name text primary key, tries integer not null, key text not null)");
  await sql.query("insert into desk.orders (number, amount) values ('1001', 40), ('1002', 900), ('1003', 900), ('1004', 900) on conflict do nothing");
}
