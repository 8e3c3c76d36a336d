import { z } from "zod";
import type { Records } from "../record.store.ts";

/** The moment all of the airline's data speak of (EST), as text without a zone. */
export const NOW = "2024-05-15T15:00:00";

export const cabin = z.enum(["business", "economy", "basic_economy"]);
const byCabin = z.object({ basic_economy: z.number(), economy: z.number(), business: z.number() });
const day = z.looseObject({ status: z.enum(["available", "landed", "cancelled", "delayed", "flying", "on time"]), available_seats: byCabin.optional(), prices: byCabin.optional() });
export const flight = z.object({ flight_number: z.string(), origin: z.string(), destination: z.string(), scheduled_departure_time_est: z.string(), scheduled_arrival_time_est: z.string(), dates: z.record(z.string(), day) });

export const passenger = z.object({ first_name: z.string(), last_name: z.string(), dob: z.string() });
export const segment = z.object({ flight_number: z.string(), date: z.string() });
const bookedSegment = z.object({ flight_number: z.string(), origin: z.string(), destination: z.string(), date: z.string(), price: z.number() });
export const payment = z.object({ payment_id: z.string(), amount: z.number() });
export const tripType = z.enum(["round_trip", "one_way"]);
export const reservation = z.object({
  reservation_id: z.string(), user_id: z.string(), origin: z.string(), destination: z.string(), flight_type: tripType, cabin, flights: z.array(bookedSegment), passengers: z.array(passenger),
  payment_history: z.array(payment), created_at: z.string(), total_baggages: z.number(), nonfree_baggages: z.number(), insurance: z.enum(["yes", "no"]), status: z.literal("cancelled").nullable(),
});

const paymentMethod = z.looseObject({ source: z.enum(["credit_card", "gift_card", "certificate"]), id: z.string(), amount: z.number().optional() });
export const user = z.looseObject({
  user_id: z.string(), name: z.object({ first_name: z.string(), last_name: z.string() }), email: z.string(), dob: z.string(), payment_methods: z.record(z.string(), paymentMethod),
  membership: z.enum(["regular", "silver", "gold"]), reservations: z.array(z.string()),
});

export type Flight = z.output<typeof flight>;
export type Day = z.output<typeof day>;
export type Segment = z.output<typeof segment>;
export type BookedSegment = z.output<typeof bookedSegment>;
export type Reservation = z.output<typeof reservation>;
export type User = z.output<typeof user>;
export type Cabin = z.output<typeof cabin>;

export async function findReservation(records: Records, id: string): Promise<Reservation | null> {
  const found = await records.find("reservations", id, true);
  return found === undefined ? null : reservation.parse(found);
}

export async function findUser(records: Records, id: string): Promise<User | null> {
  const found = await records.find("users", id, true);
  return found === undefined ? null : user.parse(found);
}

export async function findFlight(records: Records, number: string): Promise<Flight | null> {
  const found = await records.find("flights", number, true);
  return found === undefined ? null : flight.parse(found);
}

/** A reservation with the customer who made it. */
export async function findReservationOf(records: Records, id: string): Promise<{ reservation: Reservation; user: User } | null> {
  const found = await findReservation(records, id);
  const owner = found === null ? null : await findUser(records, found.user_id);
  return found === null || owner === null ? null : { reservation: found, user: owner };
}
