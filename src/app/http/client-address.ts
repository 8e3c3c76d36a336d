import type { Context } from "hono";
import { isPublicAddress } from "../../outbound/guard-address.ts";

/**
 * Where a request comes from. A proxy in our own network is believed what it has put last into `x-forwarded-for`; anybody else is not.
 * Empty where no connection is known.
 */
export function clientAddress(c: Pick<Context, "env" | "req">): string {
  const direct = remoteAddress(c.env);
  const last = c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
  return last === "" || isPublicAddress(direct) ? direct : last.slice(0, 100);
}

/** What the server of Node gives with a request; an IPv4 address that came as IPv6 is told as IPv4. */
function remoteAddress(env: unknown): string {
  const incoming = typeof env === "object" && env !== null && "incoming" in env ? env.incoming : null;
  const socket = typeof incoming === "object" && incoming !== null && "socket" in incoming ? incoming.socket : null;
  const address = typeof socket === "object" && socket !== null && "remoteAddress" in socket ? socket.remoteAddress : null;
  return typeof address === "string" ? address.replace(/^::ffff:(?=\d+\.)/, "") : "";
}
