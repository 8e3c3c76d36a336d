import type { DurableEngine } from "../../durable/durable.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { Config } from "../settings.ts";
import type { Servers } from "../start-servers.ts";

/** What every step of `compose` has, beside the parts that earlier steps made. */
export type Composing = {
  config: Config;
  servers: Servers;
  clock: Clock;
  log: Log;
  /** Of this Baton; "dev" where nobody says it. */
  version: string;
  /** Throws until the engine is started, which is when all that it runs is put together. */
  engine(): DurableEngine;
  /** Closes in reverse what steps have opened. */
  cleanup: AsyncDisposableStack;
};
