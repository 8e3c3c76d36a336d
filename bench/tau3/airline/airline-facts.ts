import type { ToolContext, ToolFacts } from "../../../src/tools/tool.ts";
import type { Records } from "../record.store.ts";
import { namesPayment, type Hearing } from "../trajectories/hearing.ts";
import { findFlight, findReservationOf, findUser, NOW, reservation as reservationShape, type Cabin, type Reservation, type Segment, type User } from "./airline-records.ts";
import type { Booking } from "./book-reservation.ts";
import { bagsAmount, planFlights } from "./plan-change.ts";

const HOUR_MS = 3_600_000;
const FREE_BAGS: Record<User["membership"], Record<Cabin, number>> = {
  regular: { basic_economy: 0, economy: 1, business: 2 }, silver: { basic_economy: 1, economy: 2, business: 3 }, gold: { basic_economy: 2, economy: 3, business: 4 },
};

/** What the policies ask for about a cancellation. Null, as everywhere here: there is no such target. */
export async function cancelFacts({ reservation_id }: { reservation_id: string }, records: Records, context: ToolContext, hearing: Hearing): Promise<ToolFacts | null> {
  const found = await findReservationOf(records, reservation_id);
  return found === null ? null : { ...common(found.user, context, hearing), ...(await reservationFacts(found.reservation, records)) };
}

export async function flightsFacts(input: { reservation_id: string; cabin: Cabin; flights: readonly Segment[]; payment_id: string }, records: Records, context: ToolContext, hearing: Hearing): Promise<ToolFacts | null> {
  const found = await findReservationOf(records, input.reservation_id);
  if (found === null) return null;
  const { reservation, user } = found;
  const textOf = (segments: readonly Segment[]) => segments.map(({ flight_number, date }) => `${flight_number} ${date}`).sort().join();
  const plan = await planFlights(input, reservation, records);
  const ends = await endsOf(input.flights, reservation, records);
  return {
    ...common(user, context, hearing), ...(await reservationFacts(reservation, records)), newCabin: input.cabin, isOtherFlights: textOf(input.flights) !== textOf(reservation.flights),
    isSameTrip: ends === null || (ends.origin === reservation.origin && ends.destination === reservation.destination),
    ...paymentFacts(user, [input.payment_id], plan.kind === "planned" ? plan.amount : null, hearing),
  };
}

export async function baggageFacts(input: { reservation_id: string; total_baggages: number; nonfree_baggages: number; payment_id: string }, records: Records, context: ToolContext, hearing: Hearing): Promise<ToolFacts | null> {
  const found = await findReservationOf(records, input.reservation_id);
  if (found === null) return null;
  const { reservation, user } = found;
  return {
    ...common(user, context, hearing), ...(await reservationFacts(reservation, records)), bagsBefore: reservation.total_baggages, bags: input.total_baggages, paidBags: input.nonfree_baggages,
    // What was paid for once stays so.
    bagsToPay: Math.max(reservation.nonfree_baggages, input.total_baggages - freeBags(user, reservation.cabin, reservation.passengers.length)),
    ...paymentFacts(user, [input.payment_id], bagsAmount(input.nonfree_baggages, reservation), hearing),
  };
}

export async function passengersFacts(input: { reservation_id: string; passengers: readonly unknown[] }, records: Records, context: ToolContext, hearing: Hearing): Promise<ToolFacts | null> {
  const found = await findReservationOf(records, input.reservation_id);
  return found === null ? null : { ...common(found.user, context, hearing), ...(await reservationFacts(found.reservation, records)), passengersBefore: found.reservation.passengers.length, passengers: input.passengers.length };
}

export async function bookFacts(input: Booking, records: Records, context: ToolContext, hearing: Hearing): Promise<ToolFacts | null> {
  const user = await findUser(records, input.user_id);
  if (user === null) return null;
  const { paymentKind: _, ...paid } = paymentFacts(user, input.payment_methods.map(({ payment_id }) => payment_id), input.payment_methods.reduce((sum, { amount }) => sum + amount, 0), hearing);
  const kinds = input.payment_methods.map(({ payment_id }) => user.payment_methods[payment_id]?.source ?? "none");
  const count = (kind: string) => kinds.filter((each) => each === kind).length;
  return {
    ...common(user, context, hearing), ...paid, passengers: input.passengers.length, certificates: count("certificate"), creditCards: count("credit_card"), giftCards: count("gift_card"), foreignPayments: count("none"),
    bags: input.total_baggages, paidBags: input.nonfree_baggages, bagsToPay: Math.max(0, input.total_baggages - freeBags(user, input.cabin, input.passengers.length)),
  };
}

/** Whether one of the customer's reservations has what a certificate of this amount is given for. */
export async function certificateFacts({ user_id, amount }: { user_id: string; amount: number }, records: Records, context: ToolContext, hearing: Hearing): Promise<ToolFacts | null> {
  const user = await findUser(records, user_id);
  if (user === null) return null;
  let [fitsCancelled, fitsDelayed] = [false, false];
  for (const { body } of await records.list("reservations", { member: "user_id", is: user_id })) {
    const made = reservationShape.parse(body);
    if (user.membership === "regular" && made.insurance === "no" && made.cabin !== "business") continue;
    const { isCancelledByAirline, isDelayed } = await reservationFacts(made, records);
    fitsCancelled ||= isCancelledByAirline === true && amount === 100 * made.passengers.length;
    fitsDelayed ||= isDelayed === true && amount === 50 * made.passengers.length;
  }
  return { ...common(user, context, hearing), fitsCancelled, fitsDelayed };
}

function common(user: User, { contact }: ToolContext, hearing: Hearing): ToolFacts {
  return { isOwn: user.user_id === contact.externalId, membership: user.membership, isConfirmed: hearing.isConfirmed };
}

/** `amountCents`: what would be charged; below 0, given back. `isPaymentNamed`: each way to pay has come up in the conversation. */
function paymentFacts(user: User, paymentIds: readonly string[], amount: number | null, hearing: Hearing): ToolFacts {
  const methods = paymentIds.map((id) => user.payment_methods[id]);
  const isNamed = methods.every((method) => method === undefined || namesPayment(hearing, { id: method.id, source: method.source, lastFour: typeof method["last_four"] === "string" ? method["last_four"] : null }));
  return { paymentKind: methods[0]?.source ?? "none", isPaymentNamed: isNamed, ...(amount === null ? {} : { amountCents: Math.round(amount * 100) }) };
}

async function reservationFacts(made: Reservation, records: Records): Promise<ToolFacts> {
  const statuses = await Promise.all(made.flights.map(async ({ flight_number, date }) => (await findFlight(records, flight_number))?.dates[date]?.status));
  return {
    status: made.status ?? "booked", cabin: made.cabin, hasInsurance: made.insurance === "yes", ageHours: Math.floor((Date.parse(`${NOW}Z`) - Date.parse(`${made.created_at}Z`)) / HOUR_MS),
    hasFlown: statuses.some((status) => status === "landed" || status === "flying"), isCancelledByAirline: statuses.includes("cancelled"), isDelayed: statuses.includes("delayed"),
  };
}

function freeBags(user: User, cabin: Cabin, passengers: number): number {
  return FREE_BAGS[user.membership][cabin] * passengers;
}

/** Where the trip begins and where it goes; a round trip that does not come back goes nowhere. Null when a flight is unknown, which the tool says itself. */
async function endsOf(segments: readonly Segment[], { flight_type, destination }: Reservation, records: Records): Promise<{ origin: string; destination: string } | null> {
  const flights = await Promise.all(segments.map(({ flight_number }) => findFlight(records, flight_number)));
  const [first, last] = [flights[0], flights.at(-1)];
  if (!first || !last || flights.includes(null)) return null;
  if (flight_type === "one_way") return { origin: first.origin, destination: last.destination };
  const isRound = first.origin === last.destination && flights.some((each) => each?.destination === destination);
  return { origin: first.origin, destination: isRound ? destination : "" };
}
