import { z } from "zod";
import { messageOf } from "../../lib/app-error.ts";
import { durableUnavailable } from "../durable.errors.ts";

export type Registration = {
  adminUrl: string;
  /** Where Restate reaches this process. */
  uri: string;
  /** A service of ours, by which an earlier registration is found. */
  service: string;
  /** The address was chosen by ourselves and may differ from the last start's. */
  canMove: boolean;
};

const listed = z.object({ deployments: z.array(z.object({ id: z.string(), uri: z.string().optional(), services: z.array(z.object({ name: z.string() })) })) });

const TRIES = 50;
const LOOPBACK = /^https?:\/\/(127\.|localhost|\[::1\])/;

/**
 * Tells Restate where this process is. An invocation stays with the deployment it began on, so a process that comes back
 * on another port moves its earlier deployment instead of making a new one: what was under way goes on there.
 * Throws `durable.unavailable` when Restate refuses or cannot reach us.
 */
export async function registerEndpoint(registration: Registration): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const earlier = registration.canMove ? await findEarlier(registration) : null;
      if (earlier === null) await admin(registration, "POST", "/deployments", { uri: registration.uri, force: true });
      else await admin(registration, "PATCH", `/deployments/${earlier}`, { uri: registration.uri, overwrite: true });
      return;
    } catch (error) {
      if (attempt >= TRIES) throw durableUnavailable({ cause: error, message: `Restate cannot use this process at ${registration.uri}: ${messageOf(error)}` });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function findEarlier(registration: Registration): Promise<string | null> {
  const { deployments } = listed.parse(JSON.parse(await admin(registration, "GET", "/deployments", null)));
  const ours = deployments.filter((deployment) => deployment.uri !== undefined && LOOPBACK.test(deployment.uri) && deployment.services.some((service) => service.name === registration.service));
  return ours.at(-1)?.id ?? null;
}

async function admin(registration: Registration, method: string, path: string, body: unknown): Promise<string> {
  const answer = await fetch(new URL(path, registration.adminUrl), { method, headers: { "content-type": "application/json" }, signal: AbortSignal.timeout(10_000), ...(body === null ? {} : { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (!answer.ok) throw durableUnavailable({ message: `${method} ${path} was answered ${answer.status} ${text.slice(0, 300)}` });
  return text;
}

/** Asks Restate to cancel; what has ended, or never was, is `unknown`. Throws `durable.unavailable`. */
export async function cancelInvocation(adminUrl: string, invocationId: string): Promise<"accepted" | "unknown"> {
  const answer = await fetch(new URL(`/invocations/${encodeURIComponent(invocationId)}/cancel`, adminUrl), { method: "PATCH", signal: AbortSignal.timeout(10_000) }).catch((error: unknown) => {
    throw durableUnavailable({ cause: error });
  });
  const text = await answer.text();
  if (answer.ok) return "accepted";
  if (answer.status === 404 || answer.status === 400 || answer.status === 409) return "unknown";
  throw durableUnavailable({ message: `The durable engine answered ${answer.status} to a cancellation: ${text.slice(0, 300)}` });
}
