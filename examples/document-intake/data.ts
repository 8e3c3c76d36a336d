import type { SqlClient } from "baton/tools";

/** The accounts of the example: orders, documents and bookings. Safe to run at every start. */
export async function load(sql: SqlClient): Promise<void> {
  await sql.query("create schema if not exists accounts");
  await sql.query("create table if not exists accounts.orders (order_id text primary key, supplier text not null, total_cents integer not null check (total_cents > 0), currency text not null, is_open boolean not null default true)");
  await sql.query("create table if not exists accounts.documents (document_id text primary key, body text not null, status text not null default 'new' check (status in ('new', 'booked', 'set_aside')), reason text)");
  await sql.query("create table if not exists accounts.bookings (booking_id text primary key, document_id text not null references accounts.documents (document_id), order_id text not null references accounts.orders (order_id), invoice_number text not null, total_cents integer not null, currency text not null, is_reversed boolean not null default false)");
  await sql.query("insert into accounts.orders (order_id, supplier, total_cents, currency) values ('PO-2001', 'Adatum Paper', 48000, 'EUR'), ('PO-2002', 'Proseware Chairs', 420000, 'EUR'), ('PO-2003', 'Adatum Paper', 12500, 'EUR') on conflict do nothing");
  await sql.query(
    `insert into accounts.documents (document_id, body) values
       ('doc_1', 'Adatum Paper. Invoice A-77 for order PO-2001. Total 480.00 EUR.'), ('doc_2', 'Proseware Chairs. Invoice 9001, your order PO-2002. To pay: EUR 4,200.00'), ('doc_3', 'Dear team, please find our new catalogue attached.')
     on conflict do nothing`,
  );
}
