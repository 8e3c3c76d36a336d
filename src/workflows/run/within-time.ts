import type { Durable } from "../../durable/durable.ts";
import { fault } from "./faults.ts";

/** The work, or the standard's timeout error when it does not end in time; `what` begins its sentence. */
export async function withinTime<T>(durable: Durable, timeoutMs: number, what: string, work: (durable: Durable) => Promise<T>): Promise<T> {
  const ended = await durable.within(timeoutMs, work);
  if (ended.kind === "timed_out") throw fault("timeout", { detail: `${what} did not end within ${timeoutMs} ms.` });
  return ended.value;
}
