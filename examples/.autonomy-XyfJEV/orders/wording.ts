import type { OrderStatus, OwnOrder, PaymentMethod } from "./order.store.ts";

const dateFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** `12 November 2026`, in UTC. */
export function formatDate(isoTime: string): string {
  return dateFormat.format(new Date(isoTime));
}

/** `€89.90`; `cents` in minor units. */
export function formatMoney(cents: number, currency: string): string {
  return new Intl.NumberFormat("en-GB", { style: "currency", currency, currencyDisplay: "narrowSymbol" }).format(cents / 100);
}

/** `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(words);
}

/** The status as the shop's pages write it. */
export function labelOf(status: OrderStatus): string {
  return { processing: "Processing", shipped: "Shipped", delivered: "Delivered", cancelled: "Cancelled", returned: "Returned" }[status];
}

const PAYMENT_NAMES: Record<PaymentMethod, string> = {
  card: "your card", apple_pay: "Apple Pay", google_pay: "Google Pay", paypal: "PayPal", klarna: "Klarna", ideal: "iDEAL",
};

export function nameOfPayment(method: PaymentMethod): string {
  return PAYMENT_NAMES[method];
}

/** The same for an order that does not exist and for one of somebody else. */
export function sayOrderNotFound(orderNumber: number): string {
  return `I could not find order ${orderNumber} in your account. Please check the number in your order confirmation.`;
}

/** Where the order is now, in whole sentences. */
export function sayStatus(order: OwnOrder): string {
  const total = formatMoney(order.totalCents, order.currency);
  const start = `Order ${order.orderNumber} of ${formatDate(order.placedAt)} (${total})`;
  switch (order.status) {
    case "processing":
      return `${start} is being prepared in our warehouse. You will get an email with a tracking link as soon as it is sent to ${order.shippingAddress}.`;
    case "shipped":
      return `${start} is on its way to you${saySent(order)}.${saySoon(order)}`;
    case "delivered":
      return `${start} was delivered on ${formatDate(order.deliveredAt ?? order.placedAt)}${saySent(order)}.`;
    case "cancelled":
      return `${start} was cancelled on ${formatDate(order.cancelledAt ?? order.placedAt)} and will not be sent.`;
    case "returned":
      return `${start} was returned on ${formatDate(order.returnedAt ?? order.placedAt)}, and the refund goes to ${nameOfPayment(order.paymentMethod)}.`;
  }
}

function saySoon(order: OwnOrder): string {
  if (order.expectedAt === null) return "";
  return order.isLate ? ` It should have arrived by ${formatDate(order.expectedAt)}, so it is late.` : ` It should arrive by ${formatDate(order.expectedAt)}.`;
}

function saySent(order: OwnOrder): string {
  return order.carrier === null || order.trackingNumber === null ? "" : ` with ${order.carrier}, tracking number ${order.trackingNumber}`;
}

/** What happens to the money of a cancelled order; the same rules as in the help articles. */
export function sayMoneyAfterCancelling(order: OwnOrder): string {
  const total = formatMoney(order.totalCents, order.currency);
  switch (order.paymentMethod) {
    case "card":
    case "apple_pay":
    case "google_pay":
      return `You have not been charged: the reservation of ${total} on your card is released within 3 to 5 working days.`;
    case "klarna":
      return `Klarna cancels the invoice of ${total}, so there is nothing left to pay.`;
    case "paypal":
    case "ideal":
      return `The ${total} you paid with ${nameOfPayment(order.paymentMethod)} will be back with you within 5 to 7 working days.`;
  }
}
