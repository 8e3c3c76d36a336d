import type { ToolResult } from "../../../src/tools/tool.ts";
import type { Records } from "../record.store.ts";
import { findFlight, type BookedSegment, type Cabin, type Reservation, type Segment } from "./airline-records.ts";

export const BAG_PRICE = 50;

export type FlightsPlan = { kind: "planned"; flights: BookedSegment[]; amount: number };

/** What other flights or another cabin would come to: `amount` in dollars for all passengers, below 0 when money is given back. */
export async function planFlights(input: { cabin: Cabin; flights: readonly Segment[] }, reservation: Reservation, records: Records): Promise<FlightsPlan | Extract<ToolResult<never>, { kind: "refused" }>> {
  const no = (reason: string) => ({ kind: "refused" as const, reason, say: reason });
  const flights: BookedSegment[] = [];
  for (const { flight_number, date } of input.flights) {
    const kept = reservation.flights.find((each) => each.flight_number === flight_number && each.date === date && input.cabin === reservation.cabin);
    if (kept !== undefined) {
      flights.push(kept);
      continue;
    }
    const flight = await findFlight(records, flight_number);
    const day = flight?.dates[date];
    if (flight === null) return no(`Flight ${flight_number} not found`);
    if (day?.status !== "available" || day.available_seats === undefined || day.prices === undefined) return no(`Flight ${flight_number} not available on date ${date}`);
    if (day.available_seats[input.cabin] < reservation.passengers.length) return no(`Not enough seats on flight ${flight_number}`);
    flights.push({ flight_number, origin: flight.origin, destination: flight.destination, date, price: day.prices[input.cabin] });
  }
  const priceOf = (segments: readonly BookedSegment[]) => segments.reduce((sum, each) => sum + each.price, 0) * reservation.passengers.length;
  return { kind: "planned", flights, amount: priceOf(flights) - priceOf(reservation.flights) };
}

/** What further paid bags cost; nothing is given back for fewer. */
export function bagsAmount(paidBags: number, reservation: Reservation): number {
  return BAG_PRICE * Math.max(0, paidBags - reservation.nonfree_baggages);
}
