import { productNamed, products, type Product } from "./catalogue.ts";
import { countries, countryOf, drawAddress, writeAddress, writeEmail, type Address, type Carrier, type Country, type Currency } from "./people.ts";
import { createRandom, type Random } from "./random.ts";

export type OrderStatus = "processing" | "shipped" | "delivered" | "cancelled" | "returned";
export type PaymentMethod = "card" | "apple_pay" | "google_pay" | "paypal" | "klarna" | "ideal";

export type Customer = Address & { customerId: number; name: string; email: string; loyaltyPoints: number; createdAt: string };

/** Times are ISO 8601 UTC, money is in minor units of `currency`. */
export type Order = {
  orderNumber: number;
  customerId: number;
  status: OrderStatus;
  currency: Currency;
  itemsCents: number;
  shippingCents: number;
  totalCents: number;
  paymentMethod: PaymentMethod;
  shippingAddress: string;
  carrier: Carrier | null;
  trackingNumber: string | null;
  placedAt: string;
  shippedAt: string | null;
  expectedAt: string | null;
  deliveredAt: string | null;
  cancelledAt: string | null;
  returnedAt: string | null;
};

export type OrderItem = { orderNumber: number; lineNumber: number; sku: string; quantity: number; unitPriceCents: number };

export type Shop = { customers: Customer[]; products: Product[]; orders: Order[]; orderItems: OrderItem[] };

const CUSTOMER_COUNT = 500;
const FIRST_ORDER_NUMBER = 1000;
const ORDER_COUNT = 2000;
const HISTORY_DAYS = 400;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const iso = (timeMs: number): string => new Date(timeMs).toISOString();

/**
 * The sample data of the shop: 500 customers, 80 products, 2,000 orders numbered 1000 to 2999.
 * Order numbers are drawn, not counted, so a low number says nothing about an order's age.
 *
 * Units: `nowMs` milliseconds since the epoch; every time in the data is relative to it.
 * Replay: pure; the same seed and time give the same data.
 */
export function generateShop(seed: number, nowMs: number): Shop {
  const random = createRandom(seed);
  const customers = drawCustomers(random, nowMs);
  const orders: Order[] = [];
  const orderItems: OrderItem[] = [];
  for (let index = 0; index < ORDER_COUNT; index += 1) {
    const orderNumber = FIRST_ORDER_NUMBER + index;
    const demo = DEMO_ORDERS.find((candidate) => candidate.orderNumber === orderNumber);
    const customer = demo === undefined ? random.pick(customers.slice(DEMO_CUSTOMERS.length)) : customerAt(customers, demo.customerId);
    const basket = demo === undefined ? drawBasket(random) : demo.products.map((name) => ({ product: productNamed(name), quantity: 1 }));
    const journey = demo === undefined ? drawJourney(random, countryOf(customer.country), nowMs) : demoJourney(demo, nowMs);
    const lines = basket.map(({ product, quantity }, line) => ({
      orderNumber,
      lineNumber: line + 1,
      sku: product.sku,
      quantity,
      unitPriceCents: priceOf(product, countryOf(customer.country).currency),
    }));
    orders.push(writeOrder(random, { orderNumber, customer, lines, journey, paymentMethod: demo?.paymentMethod }));
    orderItems.push(...lines);
  }
  return { customers, products: [...products], orders, orderItems };
}

type Journey = Pick<Order, "status" | "placedAt" | "shippedAt" | "expectedAt" | "deliveredAt" | "cancelledAt" | "returnedAt">;

/** The people and orders every walk through the demo relies on. Both live where the currency is the euro. */
const DEMO_CUSTOMERS: readonly Omit<Customer, "customerId" | "createdAt">[] = [
  { name: "Emma Larsson", email: "emma.larsson@example.com", street: "Linnégatan 24", postalCode: "413 04", city: "Göteborg", country: "SE", loyaltyPoints: 640 },
  { name: "Jonas Weber", email: "jonas.weber@example.com", street: "Eppendorfer Weg 118", postalCode: "20259", city: "Hamburg", country: "DE", loyaltyPoints: 210 },
];

type DemoOrder = { orderNumber: number; customerId: number; products: string[]; paymentMethod: PaymentMethod } & (
  | { status: "processing"; placedHoursAgo: number }
  | { status: "shipped"; shippedDaysAgo: number; expectedInDays: number }
  | { status: "delivered"; deliveredDaysAgo: number }
);

const DEMO_ORDERS: readonly DemoOrder[] = [
  { orderNumber: 1042, customerId: 1, products: ["Lav 25 Daypack", "Merino Beanie"], paymentMethod: "card", status: "processing", placedHoursAgo: 5 },
  { orderNumber: 1043, customerId: 1, products: ["Tinde Leather Hiking Boots Women"], paymentMethod: "card", status: "shipped", shippedDaysAgo: 1, expectedInDays: 2 },
  { orderNumber: 1044, customerId: 1, products: ["Havn Rain Jacket Women"], paymentMethod: "card", status: "delivered", deliveredDaysAgo: 10 },
  { orderNumber: 1045, customerId: 1, products: ["Skarvik 2 Tent", "Skarvik 2 Footprint"], paymentMethod: "card", status: "delivered", deliveredDaysAgo: 5 },
  { orderNumber: 1049, customerId: 1, products: ["Glo Gas Stove"], paymentMethod: "card", status: "shipped", shippedDaysAgo: 9, expectedInDays: -4 },
  { orderNumber: 1046, customerId: 2, products: ["Lav 40 Backpack"], paymentMethod: "paypal", status: "delivered", deliveredDaysAgo: 45 },
  { orderNumber: 1047, customerId: 2, products: ["Tinde Shell Jacket Men"], paymentMethod: "klarna", status: "shipped", shippedDaysAgo: 2, expectedInDays: 1 },
  { orderNumber: 1048, customerId: 2, products: ["Glo Gas Stove", "Hytte Pot Set"], paymentMethod: "paypal", status: "processing", placedHoursAgo: 20 },
];

function demoJourney(demo: DemoOrder, nowMs: number): Journey {
  const never = { shippedAt: null, expectedAt: null, deliveredAt: null, cancelledAt: null, returnedAt: null };
  if (demo.status === "processing") return { ...never, status: demo.status, placedAt: iso(nowMs - demo.placedHoursAgo * HOUR_MS) };
  if (demo.status === "shipped") {
    const shippedMs = nowMs - demo.shippedDaysAgo * DAY_MS;
    return { ...never, status: demo.status, placedAt: iso(shippedMs - DAY_MS), shippedAt: iso(shippedMs), expectedAt: iso(nowMs + demo.expectedInDays * DAY_MS) };
  }
  // A quarter of an hour more than whole days, so that the age in days is right for the day that follows.
  const deliveredMs = nowMs - demo.deliveredDaysAgo * DAY_MS - HOUR_MS / 4;
  const shippedMs = deliveredMs - 2 * DAY_MS;
  return { ...never, status: demo.status, placedAt: iso(shippedMs - DAY_MS), shippedAt: iso(shippedMs), expectedAt: iso(deliveredMs), deliveredAt: iso(deliveredMs) };
}

function drawCustomers(random: Random, nowMs: number): Customer[] {
  const createdAt = (): string => iso(nowMs - random.between(HISTORY_DAYS, HISTORY_DAYS + 1_400) * DAY_MS - random.between(0, 86_399) * 1_000);
  const customers = DEMO_CUSTOMERS.map((customer, index): Customer => ({ ...customer, customerId: index + 1, createdAt: createdAt() }));
  const taken = new Set(customers.map((customer) => customer.email));
  while (customers.length < CUSTOMER_COUNT) {
    const country = random.pickWeighted(countries, (candidate) => candidate.share);
    const name = `${random.pick(country.firstNames)} ${random.pick(country.lastNames)}`;
    const domain = random.pick(["example.com", "example.org", "example.net"]);
    let email = writeEmail(name, domain, null);
    for (let number = 2; taken.has(email); number += 1) email = writeEmail(name, domain, number);
    taken.add(email);
    const address = drawAddress(random, country);
    customers.push({ customerId: customers.length + 1, name, email, ...address, loyaltyPoints: random.between(0, 90) * 10, createdAt: createdAt() });
  }
  return customers;
}

function customerAt(customers: readonly Customer[], customerId: number): Customer {
  const customer = customers[customerId - 1];
  if (customer === undefined) throw new RangeError(`no customer ${customerId}`);
  return customer;
}

function drawBasket(random: Random): { product: Product; quantity: number }[] {
  const basket = new Map<string, { product: Product; quantity: number }>();
  for (let left = random.pickWeighted([1, 2, 3, 4], (count) => 5 - count); left > 0; left -= 1) {
    const product = random.pick(products);
    const isSmall = product.priceEurCents < 3_000;
    basket.set(product.sku, { product, quantity: isSmall && random.next() < 0.25 ? 2 : 1 });
  }
  return [...basket.values()];
}

/** Midnight UTC of the day so many working days later, or of the next working day when `days` is 0 and this is a weekend. */
function workingDayAfter(timeMs: number, days: number): number {
  const isWeekend = (dayMs: number): boolean => [0, 6].includes(new Date(dayMs).getUTCDay());
  let dayMs = timeMs - (timeMs % DAY_MS);
  for (let left = days; left > 0; left -= 1) {
    dayMs += DAY_MS;
    while (isWeekend(dayMs)) dayMs += DAY_MS;
  }
  while (isWeekend(dayMs)) dayMs += DAY_MS;
  return dayMs;
}

/** What is ordered before noon UTC (13:00 in Malmö) leaves the same working day. More orders lately than long ago: an even draw, squared. */
function drawJourney(random: Random, country: Country, nowMs: number): Journey {
  const placedMs = nowMs - Math.floor(random.next() ** 2 * HISTORY_DAYS * DAY_MS) - HOUR_MS;
  const isBeforeNoon = placedMs % DAY_MS < 12 * HOUR_MS;
  const shippedMs = workingDayAfter(placedMs, isBeforeNoon ? 0 : 1) + 15 * HOUR_MS + random.between(0, 7_200) * 1_000;
  const [fastest, slowest] = country.deliveryDays;
  const expectedMs = workingDayAfter(shippedMs, slowest) + 18 * HOUR_MS;
  const deliveredMs = workingDayAfter(shippedMs, random.between(fastest, slowest)) + random.between(28_800, 63_000) * 1_000;
  const cancelledMs = placedMs + random.between(10, 160) * 60_000;
  const returnedMs = workingDayAfter(deliveredMs, random.between(4, 24)) + random.between(28_800, 54_000) * 1_000;
  const fate = random.next();
  const none = { shippedAt: null, expectedAt: null, deliveredAt: null, cancelledAt: null, returnedAt: null };
  const placedAt = iso(placedMs);
  if (fate < 0.05 && cancelledMs < nowMs) return { ...none, status: "cancelled", placedAt, cancelledAt: iso(cancelledMs) };
  if (shippedMs > nowMs) return { ...none, status: "processing", placedAt };
  const sent = { ...none, placedAt, shippedAt: iso(shippedMs), expectedAt: iso(expectedMs) };
  if (deliveredMs > nowMs) return { ...sent, status: "shipped" };
  const arrived = { ...sent, deliveredAt: iso(deliveredMs) };
  if (fate > 0.9 && returnedMs < nowMs) return { ...arrived, status: "returned", returnedAt: iso(returnedMs) };
  return { ...arrived, status: "delivered" };
}

const TRACKING_PATTERNS: Record<Carrier, string> = {
  PostNord: "UJ#########SE", DHL: "JJD0139############", GLS: "Z#?##??#", "Royal Mail": "RM#########GB", UPS: "1Z??####03########",
};

function drawPaymentMethod(random: Random, country: Country): PaymentMethod {
  const hasKlarna = ["SE", "DE", "NL", "DK", "FI", "AT", "GB", "US"].includes(country.code);
  const method = random.pickWeighted<PaymentMethod>(["card", "paypal", "klarna", "apple_pay", "google_pay", "ideal"], (candidate) =>
    candidate === "card" ? 9 : candidate === "paypal" ? 5 : candidate === "klarna" && !hasKlarna ? 0 : 3,
  );
  return method === "ideal" && country.code !== "NL" ? "card" : method;
}

const priceOf = (product: Product, currency: Currency): number =>
  currency === "EUR" ? product.priceEurCents : currency === "GBP" ? product.priceGbpCents : product.priceUsdCents;

function writeOrder(
  random: Random,
  given: { orderNumber: number; customer: Customer; lines: readonly OrderItem[]; journey: Journey; paymentMethod: PaymentMethod | undefined },
): Order {
  const country = countryOf(given.customer.country);
  const itemsCents = given.lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0);
  const shippingCents = itemsCents >= country.freeShippingFromCents ? 0 : country.shippingCents;
  const wasSent = given.journey.shippedAt !== null;
  return {
    orderNumber: given.orderNumber,
    customerId: given.customer.customerId,
    currency: country.currency,
    itemsCents,
    shippingCents,
    totalCents: itemsCents + shippingCents,
    paymentMethod: given.paymentMethod ?? drawPaymentMethod(random, country),
    shippingAddress: writeAddress(given.customer),
    carrier: wasSent ? country.carrier : null,
    trackingNumber: wasSent ? random.fill(TRACKING_PATTERNS[country.carrier]) : null,
    ...given.journey,
  };
}
