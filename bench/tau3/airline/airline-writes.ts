import { z } from "zod";
import type { Tool, ToolResult } from "../../../src/tools/tool.ts";
import { done, makeTool, notFound, refused } from "../make-tool.ts";
import type { Records } from "../record.store.ts";
import type { Hearing } from "../trajectories/hearing.ts";
import { baggageFacts, cancelFacts, certificateFacts, flightsFacts, passengersFacts } from "./airline-facts.ts";
import { cabin, findReservationOf, findUser, passenger, reservation, segment, type Reservation, type User } from "./airline-records.ts";
import { bagsAmount, planFlights } from "./plan-change.ts";

const domain = "airline";
const CERTIFICATES = ["certificate_3221322", "certificate_3221323", "certificate_3221324"];

export const updateFlightsInput = z.strictObject({ reservation_id: z.string(), cabin, flights: z.array(segment), payment_id: z.string() });
export const updateBaggagesInput = z.strictObject({ reservation_id: z.string(), total_baggages: z.number().int(), nonfree_baggages: z.number().int(), payment_id: z.string() });

/** The tools of the airline that change what was booked. `hearing`: what is known of the conversation, for the facts. */
export function airlineWrites(hearing: Hearing): Tool[] {
  return [
    makeTool({
      domain, name: "cancel_reservation", purpose: "Cancels a whole reservation and refunds it.", risk: "irreversible", input: z.strictObject({ reservation_id: z.string() }), output: reservation,
      facts: (input, records, context) => cancelFacts(input, records, context, hearing), run: cancel,
    }),
    makeTool({ domain, name: "update_reservation_flights", purpose: "Changes the cabin or the flights of a reservation.", risk: "money", input: updateFlightsInput, output: reservation, facts: (input, records, context) => flightsFacts(input, records, context, hearing), run: updateFlights }),
    makeTool({ domain, name: "update_reservation_baggages", purpose: "Adds checked bags to a reservation.", risk: "money", input: updateBaggagesInput, output: reservation, facts: (input, records, context) => baggageFacts(input, records, context, hearing), run: updateBaggages }),
    makeTool({
      domain, name: "update_reservation_passengers", purpose: "Changes who flies.", risk: "write", input: z.strictObject({ reservation_id: z.string(), passengers: z.array(passenger) }), output: reservation,
      facts: (input, records, context) => passengersFacts(input, records, context, hearing),
      run: async ({ reservation_id, passengers }, records) => {
        const found = await findReservationOf(records, reservation_id);
        if (found === null) return notFound("Reservation not found");
        return passengers.length === found.reservation.passengers.length ? save(records, { ...found.reservation, passengers }) : refused("Number of passengers does not match");
      },
    }),
    makeTool({
      domain, name: "send_certificate", purpose: "Gives a customer a travel certificate.", risk: "money", input: z.strictObject({ user_id: z.string(), amount: z.number().int() }), output: z.string(),
      facts: (input, records, context) => certificateFacts(input, records, context, hearing),
      run: async ({ user_id, amount }, records) => {
        const found = await findUser(records, user_id);
        const id = CERTIFICATES.find((each) => found?.payment_methods[each] === undefined);
        if (found === null || id === undefined) return notFound(`User ${user_id} not found`);
        await records.put("users", user_id, { ...found, payment_methods: { ...found.payment_methods, [id]: { source: "certificate", amount, id } } });
        return done(`Certificate ${id} added to user ${user_id} with amount ${amount}.`);
      },
    }),
  ];
}

async function cancel({ reservation_id }: { reservation_id: string }, records: Records): Promise<ToolResult<Reservation>> {
  const found = await findReservationOf(records, reservation_id);
  if (found === null) return notFound("Reservation not found");
  const refunds = found.reservation.payment_history.map(({ payment_id, amount }) => ({ payment_id, amount: -amount }));
  return save(records, { ...found.reservation, payment_history: [...found.reservation.payment_history, ...refunds], status: "cancelled" });
}

async function updateFlights(input: z.output<typeof updateFlightsInput>, records: Records): Promise<ToolResult<Reservation>> {
  const found = await findReservationOf(records, input.reservation_id);
  if (found === null) return notFound("Reservation not found");
  const planned = await planFlights(input, found.reservation, records);
  return planned.kind === "refused" ? planned : charge(records, found, input.payment_id, planned.amount, { flights: planned.flights, cabin: input.cabin });
}

async function updateBaggages(input: z.output<typeof updateBaggagesInput>, records: Records): Promise<ToolResult<Reservation>> {
  const found = await findReservationOf(records, input.reservation_id);
  if (found === null) return notFound("Reservation not found");
  const { total_baggages, nonfree_baggages } = input;
  return charge(records, found, input.payment_id, bagsAmount(nonfree_baggages, found.reservation), { total_baggages, nonfree_baggages });
}

/** Takes (or, below 0, gives back) an amount by one payment method and makes the change. */
async function charge(records: Records, { reservation, user }: { reservation: Reservation; user: User }, methodId: string, amount: number, change: Partial<Reservation>): Promise<ToolResult<Reservation>> {
  const method = user.payment_methods[methodId];
  if (method === undefined) return notFound("Payment method not found");
  if (method.source === "certificate") return refused("Certificate cannot be used to update reservation");
  if (method.source === "gift_card") {
    if ((method.amount ?? 0) < amount) return refused("Gift card balance is not enough");
    if (amount !== 0) await records.put("users", user.user_id, { ...user, payment_methods: { ...user.payment_methods, [methodId]: { ...method, amount: (method.amount ?? 0) - amount } } });
  }
  return save(records, { ...reservation, ...change, payment_history: amount === 0 ? reservation.payment_history : [...reservation.payment_history, { payment_id: methodId, amount }] });
}

async function save(records: Records, changed: Reservation): Promise<ToolResult<Reservation>> {
  await records.put("reservations", changed.reservation_id, changed);
  return done(changed);
}
