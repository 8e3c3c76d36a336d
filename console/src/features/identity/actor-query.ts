import { queryOptions } from "@tanstack/react-query";
import { fetchJson } from "../../lib/fetch-json.ts";

const GATHER_MS = 15;
const ASKED_AT_ONCE = 100;
const FRESH_MS = 10 * 60_000;

/** The name behind an actor (`namedActor`); null when nobody knows one. */
export function actorNameQuery(actor: string | null) {
  return queryOptions({ queryKey: ["actor", actor], queryFn: () => (actor === null ? null : loadName(actor)), staleTime: FRESH_MS, enabled: actor !== null });
}

type Waiting = { actor: string; resolve: (name: string | null) => void; reject: (error: unknown) => void };

let waiting: Waiting[] = [];

/** A list asks for the names of all its lines in one request. */
function loadName(actor: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    if (waiting.length === 0) window.setTimeout(() => void loadWaiting(), GATHER_MS);
    waiting.push({ actor, resolve, reject });
  });
}

async function loadWaiting(): Promise<void> {
  const batch = waiting;
  waiting = [];
  for (let from = 0; from < batch.length; from += ASKED_AT_ONCE) await loadBatch(batch.slice(from, from + ASKED_AT_ONCE));
}

async function loadBatch(batch: readonly Waiting[]): Promise<void> {
  try {
    const { items } = await fetchJson<{ items: { actor: string; name: string }[] }>(`/api/actors?ids=${batch.map(({ actor }) => actor).join(",")}`);
    const names = new Map(items.map(({ actor, name }) => [actor, name]));
    for (const { actor, resolve } of batch) resolve(names.get(actor) ?? null);
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
