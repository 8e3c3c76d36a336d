import { isIP } from "node:net";
import { originForeign } from "./mcp.errors.ts";

/**
 * Refuses what a page of another site may have sent under a name that it had resolve to this machine (DNS rebinding).
 *
 * `host` must be the name people reach Baton by, this machine's own, or an address: no page can have those but Baton's own.
 * `origin`, when a browser sends one, must be Baton's own or this machine's. Pure. Throws `request.origin_foreign` (403).
 */
export function guardHost(publicUrl: string, { host, origin }: { host: string | undefined; origin: string | undefined }): void {
  const own = new URL(publicUrl);
  const name = host === undefined || !URL.canParse(`http://${host}`) ? "" : new URL(`http://${host}`).hostname;
  if (name !== own.hostname && !isLocal(name) && isIP(name.replace(/^\[|\]$/g, "")) === 0) throw originForeign({ message: `"${host ?? ""}" is not a name of this installation: set BATON_PUBLIC_URL to how it is reached.` });
  if (origin === undefined) return;
  const from = URL.canParse(origin) ? new URL(origin) : null;
  if (from === null || (from.origin !== own.origin && !isLocal(from.hostname))) throw originForeign();
}

function isLocal(name: string): boolean {
  return name === "localhost" || name === "127.0.0.1" || name === "[::1]";
}
