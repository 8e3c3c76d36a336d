import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { readConfig } from "../app/config.ts";
import { createSecretCache } from "../identity/authenticate.ts";
import { signIdentity } from "../identity/identity-token.ts";
import { systemClock } from "../lib/clock.ts";
import { advise } from "./advise.ts";
import { openStore, readRunning } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

const opened = z.object({ token: z.string() });
const message = z.object({ seq: z.number(), author: z.enum(["contact", "ai", "human", "system"]), authorName: z.string().nullable(), text: z.string(), citations: z.array(z.object({ marker: z.number(), title: z.string(), heading: z.string() })) });
const answered = z.object({ message: z.object({ seq: z.number() }), reply: message.nullable() });
const held = z.object({ holder: z.enum(["ai", "queue", "human"]) });
const thread = z.object({ items: z.array(message) });

/** After a reply, so long may the next one take: for somebody who has signed in a turn may have begun a run, which speaks for itself. */
const QUIET_MS = { visitor: 1_000, customer: 3_000 };
const LOOK_EVERY_MS = 150;
/** However much a run has to say, the prompt comes back. */
const LONGEST_MS = 30_000;

/** `ask "…" [--as mail] [--url URL]`: one message through the whole turn of the running Baton; prints every reply to it, with its sources. */
export async function ask(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: { as: { type: "string" }, url: { type: "string" } }, allowPositionals: true });
  const text = positionals.join(" ").trim();
  if (text === "") return advise('Say what to ask: baton ask "How long do I have to return something?" [--as mail@example.com]');
  const url = values.url ?? (await runningUrl());
  if (url === null) {
    process.stderr.write("No Baton runs on this data folder. Start it with `npm start`, then ask again in another terminal.\n");
    return 1;
  }
  const identityToken = values.as === undefined ? undefined : await vouch(values.as);
  const { token } = opened.parse(await send("POST", `${url}/api/chat/session`, {}, identityToken === undefined ? {} : { identityToken }));
  const headers = { authorization: `Bearer ${token}` };
  const { message: sent, reply } = answered.parse(await send("POST", `${url}/api/chat/messages`, { ...headers, prefer: "wait=60" }, { id: randomUUID(), text }));
  const read = async (after: number) => thread.parse(await send("GET", `${url}/api/chat/messages?after=${after}&limit=50`, headers)).items;
  if (reply === null) return waitsForPerson(await read(sent.seq), held.parse(await send("GET", `${url}/api/chat/session`, headers)).holder, write);
  await writeReplies(read, { after: sent.seq, quietMs: values.as === undefined ? QUIET_MS.visitor : QUIET_MS.customer }, write);
  return 0;
}

type Message = z.infer<typeof message>;

/** A turn without a reply: what the contact reads instead, and that a person goes on. Exit code 1 when it has not ended in time. */
function waitsForPerson(told: readonly Message[], holder: z.infer<typeof held>["holder"], write: (text: string) => void): number {
  if (holder === "ai") {
    process.stderr.write("No reply within 60 s. See under Conversations in the console what holds it up.\n");
    return 1;
  }
  for (const each of told) if (each.author !== "contact") write(replyText(each));
  write(holder === "queue" ? "No reply is sent yet: a draft, or the question itself, waits for a person under Handoffs in the console.\n" : "A person holds this conversation; it goes on in the console, where a draft may wait.\n");
  return 0;
}

/** Writes what is said after the message, until nobody has said anything for a while. */
async function writeReplies(read: (after: number) => Promise<Message[]>, from: { after: number; quietMs: number }, write: (text: string) => void): Promise<void> {
  const beganMs = performance.now();
  let { after } = from;
  for (let quietUntilMs = beganMs + from.quietMs; performance.now() < Math.min(quietUntilMs, beganMs + LONGEST_MS); await sleep(LOOK_EVERY_MS)) {
    for (const each of await read(after)) {
      after = each.seq;
      if (each.author === "contact") continue;
      write(replyText(each));
      quietUntilMs = performance.now() + from.quietMs;
    }
  }
}

function replyText({ author, authorName, text, citations }: Message): string {
  const who = author === "human" ? `${authorName ?? "A colleague"}: ` : "";
  return `${who}${text}\n${citations.map(({ marker, title, heading }) => `  [${marker}] ${title}${heading === "" ? "" : ` › ${heading}`}\n`).join("")}`;
}

async function runningUrl(): Promise<string | null> {
  const config = readConfig(process.env);
  const running = await readRunning(config);
  if (running !== null) return running.url;
  // With outside servers there is no data folder to look into: the settings say where Baton listens.
  return config.databaseUrl === undefined ? null : (config.publicUrl ?? `http://${config.host}:${config.port}`);
}

/** Signs an identity with the tenant's secret, as the company's own site would. */
export async function vouch(email: string): Promise<string> {
  await using store = await openStore();
  const secret = await createSecretCache(store.database).of(store.tenantId, "identity");
  return signIdentity(secret, store.tenantId, { email: z.email().parse(email), name: null, externalId: null }, systemClock.nowMs(), 86_400);
}

async function send(method: "GET" | "POST", url: string, headers: Record<string, string>, body?: unknown): Promise<unknown> {
  const given = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(url, { method, headers: { "content-type": "application/json", ...headers }, ...given }).catch((error: unknown) => {
    throw new Error(`Baton does not answer at ${new URL(url).origin}.`, { cause: error });
  });
  const value: unknown = await answer.json();
  if (answer.ok) return value;
  const detail = typeof value === "object" && value !== null && "detail" in value ? String(value.detail) : `status ${answer.status}`;
  throw new Error(detail);
}
