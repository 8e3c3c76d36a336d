import type { Tool } from "../../../src/tools/tool.ts";
import { generalTools } from "../general-tools.ts";
import { NOTHING_HEARD, type Hearing } from "../trajectories/hearing.ts";
import { airlineReads } from "./airline-reads.ts";
import { airlineWrites } from "./airline-writes.ts";
import { bookReservation } from "./book-reservation.ts";

export function airlineTools(hearing: Hearing = NOTHING_HEARD): Tool[] {
  return [...airlineReads(), bookReservation(hearing), ...airlineWrites(hearing), ...generalTools("airline")];
}
