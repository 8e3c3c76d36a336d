import { communicationFault, fault } from "../../run/faults.ts";
import type { Outbound, OutboundAnswer, OutboundLimits, OutboundRequest } from "../../../outbound/outbound.ts";
import { notScripted, type Script } from "./script.ts";

/** The way out of a test: nothing leaves the process. The calls themselves (arguments, sign-in, answers) are the product's. */
export function scriptedOutbound(script: Script): Outbound {
  return {
    send: (request, limits) => exchange(script, request, limits),
    async fetch(url, init = {}) {
      const asked = new Request(url, init);
      const body = asked.body === null ? null : new Uint8Array(await asked.arrayBuffer());
      const answer = await exchange(script, { method: asked.method, url: new URL(asked.url), headers: Object.fromEntries(asked.headers), body }, { timeoutMs: 30_000, maxBytes: 1_000_000, timeUp: null, attempt: null });
      return new Response(answer.status === 204 ? null : new TextDecoder().decode(answer.body), { status: answer.status, headers: answer.headers });
    },
    close: () => {},
  };
}

async function exchange(script: Script, request: OutboundRequest, limits: OutboundLimits): Promise<OutboundAnswer> {
  const where = `${request.method} ${request.url.href}`;
  script.happened.requests.push(where);
  const fitting = script.test.http.flatMap((answer, place) => (answer.method.toUpperCase() === request.method && fits(answer.url, request.url.href) ? [{ answer, place }] : []));
  if (fitting.length === 0) {
    script.happened.problems.push(`The test gives no answer for ${where}.`);
    throw notScripted(where);
  }
  // Several for one address are taken in turn, the last one from then on.
  const [last] = fitting.slice(-1);
  const before = script.happened.requests.filter((each) => each === where).length - 1;
  const chosen = fitting[before] ?? last;
  if (chosen === undefined) throw notScripted(where);
  const { answer } = chosen;
  script.answered.add(chosen.place);
  if (answer.fault === "timeout") {
    await script.time.pass(limits.timeoutMs, limits.timeUp ?? new AbortController().signal);
    throw fault("timeout", { detail: `${where} did not answer in time.` });
  }
  if (answer.fault === 500) throw communicationFault({ status: 500, detail: `${where} answered 500.` });
  const text = answer.fault === "wrong shape" ? "{ not json" : typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body ?? null);
  const headers = { "content-type": typeof answer.body === "string" && answer.fault === undefined ? "text/plain" : "application/json", ...answer.headers };
  return { status: answer.status, headers, body: new TextEncoder().encode(text) };
}

function fits(pattern: string, address: string): boolean {
  return new RegExp(`^${pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join(".*")}$`).test(address);
}
