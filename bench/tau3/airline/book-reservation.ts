import { z } from "zod";
import type { Tool, ToolResult } from "../../../src/tools/tool.ts";
import { done, makeTool, notFound, refused } from "../make-tool.ts";
import type { Records } from "../record.store.ts";
import type { Hearing } from "../trajectories/hearing.ts";
import { bookFacts } from "./airline-facts.ts";
import { cabin, findFlight, findUser, NOW, passenger, payment, reservation, segment, tripType, type BookedSegment, type Flight, type Reservation, type User } from "./airline-records.ts";
import { BAG_PRICE } from "./plan-change.ts";

export const bookInput = z.strictObject({
  user_id: z.string(), origin: z.string(), destination: z.string(), flight_type: tripType, cabin, flights: z.array(segment), passengers: z.array(passenger), payment_methods: z.array(payment),
  total_baggages: z.number().int(), nonfree_baggages: z.number().int(), insurance: z.enum(["yes", "no"]),
});
export type Booking = z.output<typeof bookInput>;

const INSURANCE_PRICE = 30;
/** The ids that the reference gives to new reservations, in this order. */
const NEW_IDS = ["HATHAT", "HATHAU", "HATHAV"];

export function bookReservation(hearing: Hearing): Tool {
  return makeTool({
    domain: "airline", name: "book_reservation", purpose: "Books flights for a customer.", risk: "money", input: bookInput, output: reservation,
    facts: (input, records, context) => bookFacts(input, records, context, hearing), run: book,
  });
}

async function book(input: Booking, records: Records): Promise<ToolResult<Reservation>> {
  const user = await findUser(records, input.user_id);
  if (user === null) return notFound(`User ${input.user_id} not found`);
  const taken = await takeSeats(input, records);
  if (taken.kind === "refused") return taken;
  const seats = input.passengers.length;
  const price = taken.segments.reduce((sum, each) => sum + each.price, 0) * seats + (input.insurance === "yes" ? INSURANCE_PRICE * seats : 0) + BAG_PRICE * input.nonfree_baggages;
  const fault = paymentFault(input, user, price);
  if (fault !== null) return refused(fault);
  const id = await newId(records);
  const { payment_methods, ...rest } = input;
  const made: Reservation = { ...rest, reservation_id: id, flights: taken.segments, payment_history: payment_methods, created_at: NOW, status: null };
  for (const flight of taken.flights) await records.put("flights", flight.flight_number, flight);
  await records.put("users", user.user_id, { ...afterPaying(user, payment_methods), reservations: [...user.reservations, id] });
  await records.put("reservations", id, made);
  return done(made);
}

type Taken = { kind: "taken"; segments: BookedSegment[]; flights: Flight[] };

/** The segments with today's prices, and the flights with as many seats fewer. */
async function takeSeats(input: Booking, records: Records): Promise<Taken | Extract<ToolResult<never>, { kind: "refused" }>> {
  const no = (reason: string) => ({ kind: "refused" as const, reason, say: reason });
  const flights = new Map<string, Flight>();
  const segments: BookedSegment[] = [];
  for (const { flight_number, date } of input.flights) {
    const flight = flights.get(flight_number) ?? (await findFlight(records, flight_number));
    const day = flight?.dates[date];
    if (flight === null) return no(`Flight ${flight_number} not found`);
    if (day?.status !== "available" || day.available_seats === undefined || day.prices === undefined) return no(`Flight ${flight_number} not available on date ${date}`);
    const left = day.available_seats[input.cabin] - input.passengers.length;
    if (left < 0) return no(`Not enough seats on flight ${flight_number}`);
    segments.push({ flight_number, origin: flight.origin, destination: flight.destination, date, price: day.prices[input.cabin] });
    flights.set(flight_number, { ...flight, dates: { ...flight.dates, [date]: { ...day, available_seats: { ...day.available_seats, [input.cabin]: left } } } });
  }
  return { kind: "taken", segments, flights: [...flights.values()] };
}

function paymentFault(input: Booking, user: User, price: number): string | null {
  for (const { payment_id, amount } of input.payment_methods) {
    const method = user.payment_methods[payment_id];
    if (method === undefined) return `Payment method ${payment_id} not found`;
    if (method.source !== "credit_card" && (method.amount ?? 0) < amount) return `Not enough balance in payment method ${payment_id}`;
  }
  const paid = input.payment_methods.reduce((sum, { amount }) => sum + amount, 0);
  return paid === price ? null : `Payment amount does not add up, total price is ${price}, but paid ${paid}`;
}

/** A gift card keeps what is left of it; a certificate is used up whole. */
function afterPaying(user: User, payments: Booking["payment_methods"]): User {
  const methods = { ...user.payment_methods };
  for (const { payment_id, amount } of payments) {
    const method = methods[payment_id];
    if (method?.source === "gift_card") methods[payment_id] = { ...method, amount: (method.amount ?? 0) - amount };
    else if (method?.source === "certificate") delete methods[payment_id];
  }
  return { ...user, payment_methods: methods };
}

async function newId(records: Records): Promise<string> {
  for (const id of NEW_IDS) if ((await records.find("reservations", id)) === undefined) return id;
  throw new Error("the reference knows three new reservations a task");
}
