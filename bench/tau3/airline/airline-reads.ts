import { z } from "zod";
import type { Tool } from "../../../src/tools/tool.ts";
import { done, makeTool, notFound } from "../make-tool.ts";
import type { Records } from "../record.store.ts";
import { findFlight, findReservation, findUser, flight, reservation, user, type Flight } from "./airline-records.ts";

const domain = "airline";
const DAY_MS = 86_400_000;
const route = z.strictObject({ origin: z.string(), destination: z.string(), date: z.string() });
const byCabin = z.record(z.string(), z.number());
const offer = z.object({
  flight_number: z.string(), origin: z.string(), destination: z.string(), status: z.literal("available"), scheduled_departure_time_est: z.string(), scheduled_arrival_time_est: z.string(), date: z.string().nullable(),
  available_seats: byCabin, prices: byCabin,
});
type Offer = z.output<typeof offer>;

const AIRPORTS = [
  ["SFO", "San Francisco"], ["JFK", "New York"], ["LAX", "Los Angeles"], ["ORD", "Chicago"], ["DFW", "Dallas"], ["DEN", "Denver"], ["SEA", "Seattle"], ["ATL", "Atlanta"], ["MIA", "Miami"], ["BOS", "Boston"],
  ["PHX", "Phoenix"], ["IAH", "Houston"], ["LAS", "Las Vegas"], ["MCO", "Orlando"], ["EWR", "Newark"], ["CLT", "Charlotte"], ["MSP", "Minneapolis"], ["DTW", "Detroit"], ["PHL", "Philadelphia"], ["LGA", "LaGuardia"],
] as const;

/** The tools of the airline that only look up. */
export function airlineReads(): Tool[] {
  return [
    makeTool({
      domain, name: "get_user_details", purpose: "Looks up a customer with their reservations.", risk: "read", input: z.strictObject({ user_id: z.string() }), output: user,
      run: async ({ user_id }, records) => {
        const found = await findUser(records, user_id);
        return found === null ? notFound(`User ${user_id} not found`) : done(found);
      },
    }),
    makeTool({
      domain, name: "get_reservation_details", purpose: "Looks up a reservation.", risk: "read", input: z.strictObject({ reservation_id: z.string() }), output: reservation,
      run: async ({ reservation_id }, records) => {
        const found = await findReservation(records, reservation_id);
        return found === null ? notFound(`Reservation ${reservation_id} not found`) : done(found);
      },
    }),
    makeTool({
      domain, name: "get_flight_status", purpose: "Tells whether a flight of a day is on time.", risk: "read", input: z.strictObject({ flight_number: z.string(), date: z.string() }), output: z.string(),
      run: async ({ flight_number, date }, records) => {
        const status = (await findFlight(records, flight_number))?.dates[date]?.status;
        return status === undefined ? notFound(`Flight ${flight_number} not found on date ${date}`) : done(status);
      },
    }),
    makeTool({
      domain, name: "list_all_airports", purpose: "Lists the airports.", risk: "read", input: z.strictObject({}), output: z.array(z.object({ iata: z.string(), city: z.string() })),
      run: async () => done(AIRPORTS.map(([iata, city]) => ({ iata, city }))),
    }),
    makeTool({
      domain, name: "search_direct_flight", purpose: "Searches direct flights of a day.", risk: "read", input: route, output: z.array(offer),
      run: async ({ origin, destination, date }, records) => done((await departing(records, origin)).filter((each) => each.destination === destination).flatMap((each) => offerOf(each, date, null))),
    }),
    makeTool({ domain, name: "search_onestop_flight", purpose: "Searches flights of a day with one stop.", risk: "read", input: route, output: z.array(z.array(offer)), run: async (asked, records) => done(await searchOneStop(asked, records)) }),
  ];
}

async function searchOneStop({ origin, destination, date }: z.output<typeof route>, records: Records): Promise<Offer[][]> {
  const found: Offer[][] = [];
  for (const first of await departing(records, origin)) {
    const arrival = first.scheduled_arrival_time_est;
    const onDate = arrival.includes("+1") ? nextDay(date) : date;
    for (const second of await departing(records, first.destination)) {
      if (second.destination !== destination || second.scheduled_departure_time_est < arrival.slice(0, 8)) continue;
      for (const from of offerOf(first, date, date)) for (const to of offerOf(second, onDate, onDate)) found.push([from, to]);
    }
  }
  return found;
}

async function departing(records: Records, origin: string): Promise<Flight[]> {
  return (await records.list("flights", { member: "origin", is: origin })).map(({ body }) => flight.parse(body));
}

/** The flight as it can be booked on a day; none when it cannot. `shown` is the date that the answer names. */
function offerOf({ dates, ...rest }: Flight, date: string, shown: string | null): Offer[] {
  const day = dates[date];
  if (day?.status !== "available" || day.available_seats === undefined || day.prices === undefined) return [];
  return [{ ...rest, status: "available", date: shown, available_seats: day.available_seats, prices: day.prices }];
}

function nextDay(date: string): string {
  return new Date(Date.parse(date) + DAY_MS).toISOString().slice(0, 10);
}
