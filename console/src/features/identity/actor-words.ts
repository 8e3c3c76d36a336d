import { sayCode } from "../../lib/format.ts";

/** Who did it, from "user:…", "key:…", "contact:…", "workflow:…", "turn". `name`: as the server knows it; null as long as that is not known. */
export function sayActor(actor: string, name: string | null): string {
  if (name !== null) return name;
  const named = namedActor(actor);
  if (named !== null) return UNNAMED[named.kind];
  // What began a run stands with a blank before what it was: "run run_…", "event com.example.paid".
  const [, kind = "", own = ""] = /^([^: ]*)[: ]?(.*)$/s.exec(actor) ?? [];
  return KINDS[kind]?.(own) ?? (own === "" ? sayCode(kind) : `${sayCode(kind).toLowerCase()} ${own}`);
}

/** The person or key that the server may know a name for, as it is asked for; null for everything else. */
export function namedActor(actor: string): { id: string; kind: keyof typeof UNNAMED } | null {
  const [, kind, own] = /^(user|key|contact|HumanAgent|Contact):([a-z]+_[a-z0-9_]+)$/.exec(actor) ?? [];
  if (own === undefined) return null;
  if (kind === "contact" || kind === "Contact") return { id: `contact:${own}`, kind: "contact" };
  return own.startsWith("key_") ? { id: `key:${own}`, kind: "key" } : { id: `user:${own}`, kind: "user" };
}

const UNNAMED = { user: "a person", key: "an API key", contact: "a customer" };

const KINDS: Record<string, (own: string) => string> = {
  turn: () => "a message",
  start: () => "the start of the server",
  schedule: () => "its schedule",
  run: () => "another run",
  baton: () => "Baton",
  ai: () => "the AI",
  AiAgent: () => "the AI",
  user: (own) => own,
  workflow: (own) => `workflow ${own}`,
};
