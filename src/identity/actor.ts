/** Who makes a request, after sign-in was checked. */
export type ContactActor = { kind: "contact"; tenantId: string; contactId: string; conversationId: string; expiresAtMs: number; /** Opened by a signed identity, not anonymously. */ isVouched: boolean };
export type UserActor = { kind: "user"; tenantId: string; userId: string; name: string; email: string; role: "admin" | "agent" };
/** `scopes` null: all that keys may. */
export type KeyActor = { kind: "key"; tenantId: string; keyId: string; name: string; scopes: readonly string[] | null };
export type StaffActor = UserActor | KeyActor;
export type Actor = ContactActor | StaffActor;

/** How an actor is named in the ledger. */
export function actorName(actor: Actor): string {
  if (actor.kind === "contact") return `contact:${actor.contactId}`;
  return actor.kind === "user" ? `user:${actor.userId}` : `key:${actor.keyId}`;
}

/** What a key can be restricted to. A key without scopes may do all that keys may. `gateway` opens `/v1`; `vouch` lets its holder say there that a request holds nothing personal. */
export const KEY_SCOPES = ["gateway", "vouch"] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];
