-- The business database of Fjord & Field. Money is in minor units (cents) of the row's currency, times are UTC.
create schema if not exists shop;

create table if not exists shop.customers (
  customer_id int primary key,
  name text not null,
  email text not null,
  street text not null,
  postal_code text not null,
  city text not null,
  country text not null check (length(country) = 2),
  loyalty_points int not null default 0 check (loyalty_points >= 0),
  created_at timestamptz not null
);
create unique index if not exists customers_email on shop.customers (lower(email));

create table if not exists shop.products (
  sku text primary key,
  name text not null,
  category text not null,
  price_eur_cents int not null check (price_eur_cents > 0),
  price_gbp_cents int not null check (price_gbp_cents > 0),
  price_usd_cents int not null check (price_usd_cents > 0)
);

create table if not exists shop.orders (
  order_number int primary key,
  customer_id int not null references shop.customers (customer_id),
  status text not null check (status in ('processing', 'shipped', 'delivered', 'cancelled', 'returned')),
  currency text not null check (currency in ('EUR', 'GBP', 'USD')),
  items_cents int not null check (items_cents > 0),
  shipping_cents int not null check (shipping_cents >= 0),
  total_cents int not null check (total_cents = items_cents + shipping_cents),
  payment_method text not null check (payment_method in ('card', 'apple_pay', 'google_pay', 'paypal', 'klarna', 'ideal')),
  shipping_address text not null,
  carrier text,
  tracking_number text,
  placed_at timestamptz not null,
  shipped_at timestamptz,
  expected_at timestamptz,
  delivered_at timestamptz,
  cancelled_at timestamptz,
  returned_at timestamptz
);
create index if not exists orders_customer on shop.orders (customer_id, placed_at desc);

create table if not exists shop.order_items (
  order_number int not null references shop.orders (order_number),
  line_number int not null,
  sku text not null references shop.products (sku),
  quantity int not null check (quantity > 0),
  unit_price_cents int not null check (unit_price_cents > 0),
  primary key (order_number, line_number)
);

-- One refund an order: the second one is a fault, whatever asked for it.
create table if not exists shop.refunds (
  order_number int primary key references shop.orders (order_number),
  amount_cents int not null check (amount_cents > 0),
  currency text not null,
  reason text,
  idempotency_key text not null unique,
  created_at timestamptz not null default now()
);

create table if not exists shop.address_changes (
  idempotency_key text primary key,
  order_number int not null references shop.orders (order_number),
  old_address text not null,
  new_address text not null,
  created_at timestamptz not null default now()
);
create index if not exists address_changes_order on shop.address_changes (order_number);

-- What tools have done, once per key. Written in the same transaction as the effect itself.
create table if not exists shop.effects (
  idempotency_key text primary key,
  tool text not null,
  order_number int,
  result jsonb not null,
  created_at timestamptz not null default now()
);
