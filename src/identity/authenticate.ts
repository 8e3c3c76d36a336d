import type { Clock } from "../lib/clock.ts";
import { createMinuteCounter } from "../lib/minute-counter.ts";
import { newId } from "../lib/ids.ts";
import type { Database } from "../storage/database.ts";
import type { ContactActor, KeyActor, KeyScope, StaffActor, UserActor } from "./actor.ts";
import { notAllowed, signInRequired, signInSlowDown, signInWrong, tokenExpired, tokenInvalid } from "./identity.errors.ts";
import { isContactVerified } from "./contact.store.ts";
import { deleteSession, ensureSecret, findKey, findSession, findUserByEmail, insertKey, insertSession } from "./identity.store.ts";
import { hashPassword, isPasswordRight } from "./password.ts";
import { hashSecret, isSameText, newSecret, readStoredToken, readVisitorToken, tenantOfVisitorToken, writeStoredToken } from "./secret-token.ts";

export type IdentityDeps = {
  database: Database;
  clock: Clock;
  secrets: SecretCache;
  /** Whether this process works for the tenant; its tools and articles are no other tenant's business. */
  serves(tenantId: string): boolean;
  attempts: AttemptCounter;
};

/** Slows down guessing: throws `identity.too_many_attempts` after ten a minute for one e-mail. Per process. */
export type AttemptCounter = { count(key: string, nowMs: number): void; clear(key: string): void };

/** The tenant's signing secrets, read once per process; they are made on first use. Throws `identity.token_invalid` when there is no such tenant. */
export type SecretCache = { of(tenantId: string, name: "visitor" | "identity"): Promise<string> };

export function createSecretCache(database: Database): SecretCache {
  const known = new Map<string, string>();
  return {
    async of(tenantId, name) {
      const key = `${tenantId}/${name}`;
      const cached = known.get(key);
      if (cached !== undefined) return cached;
      const secret = await ensureSecret(database, tenantId, name, newSecret());
      if (secret === null) throw tokenInvalid();
      known.set(key, secret);
      return secret;
    },
  };
}

export const SESSION_DAYS = 14;

const ATTEMPTS_PER_MINUTE = 10;
const decoyHash = hashPassword("not a password");

/** Throws `identity.sign_in_wrong`, also for an unknown e-mail and in the same time; `identity.too_many_attempts` after ten a minute. */
export async function signIn(deps: IdentityDeps, input: { tenantId: string; email: string; password: string }): Promise<{ token: string; user: UserActor }> {
  const email = input.email.trim().toLowerCase();
  deps.attempts.count(email, deps.clock.nowMs());
  const user = await findUserByEmail(deps.database, input.tenantId, email);
  const isRight = await isPasswordRight(input.password, user?.password_hash ?? (await decoyHash));
  if (!user || !isRight) throw signInWrong();
  deps.attempts.clear(email);
  const secret = newSecret();
  const nowMs = deps.clock.nowMs();
  const id = newId("sess", nowMs);
  await insertSession(deps.database, { tenantId: input.tenantId, id, userId: user.id, secretHash: hashSecret(secret), createdAt: new Date(nowMs), expiresAt: new Date(nowMs + SESSION_DAYS * 86_400_000) });
  return { token: writeStoredToken("bs", input.tenantId, id, secret), user: { kind: "user", tenantId: input.tenantId, userId: user.id, name: user.name, email: user.email, role: user.role } };
}

export function createAttemptCounter(): AttemptCounter {
  const attempts = createMinuteCounter(ATTEMPTS_PER_MINUTE);
  return {
    count(key, nowMs) {
      if (attempts.take(key, nowMs) > 0) throw signInSlowDown();
    },
    clear: (key) => attempts.clear(key),
  };
}

export async function signOut(deps: IdentityDeps, token: string): Promise<void> {
  const read = readStoredToken("bs", token);
  if (read) await deleteSession(deps.database, read.tenantId, read.id);
}

/** The user of a session token or the key of an API key, of a tenant that is served here. Throws `identity.*` (401). */
export async function authenticateStaff(deps: IdentityDeps, token: string | undefined): Promise<StaffActor> {
  if (token === undefined || token === "") throw signInRequired();
  const session = readStoredToken("bs", token);
  if (session) {
    if (!deps.serves(session.tenantId)) throw tokenInvalid();
    const row = await findSession(deps.database, session.tenantId, session.id);
    if (!row || !isSameText(row.secret_hash, hashSecret(session.secret))) throw tokenInvalid();
    if (Date.parse(row.expires_at) <= deps.clock.nowMs()) throw tokenExpired();
    return { kind: "user", tenantId: session.tenantId, userId: row.user_id, name: row.name, email: row.email, role: row.role };
  }
  return authenticateKey(deps, token, null);
}

/** What a key with scopes may open. */
type KeyDoor = Exclude<KeyScope, "vouch">;

/** The key of a token, for the door of this scope; null: for all others. Throws `identity.*`: 401 when there is no such key, `identity.not_allowed` when it is for other doors. */
export async function authenticateKey(deps: Pick<IdentityDeps, "database" | "serves">, token: string, door: KeyDoor | null): Promise<KeyActor> {
  const key = readStoredToken("bk", token);
  if (!key || !deps.serves(key.tenantId)) throw tokenInvalid();
  const row = await findKey(deps.database, key.tenantId, key.id);
  if (!row || !isSameText(row.secret_hash, hashSecret(key.secret))) throw tokenInvalid();
  if (row.scopes !== null && (door === null || !row.scopes.includes(door))) throw notAllowed({ message: `This API key is for other things: its scopes are ${row.scopes.join(", ") || "none"}.` });
  return { kind: "key", tenantId: key.tenantId, keyId: row.id, name: row.name, scopes: row.scopes };
}

/** The contact of a visitor token of a tenant that is served here. Throws `identity.*` (401). */
export async function authenticateContact(deps: IdentityDeps, token: string | undefined): Promise<ContactActor> {
  const actor = await readContactToken(deps, token);
  // A token given to an anonymous visitor ends when the visit becomes a verified person's: it may be in other hands.
  if (!actor.isVouched && (await isContactVerified(deps.database, actor.tenantId, actor.contactId))) throw tokenExpired();
  return actor;
}

/** What the token itself says, by its signature and time. Whoever uses it must see to anonymous tokens that have ended. Throws `identity.*` (401). */
export async function readContactToken(deps: IdentityDeps, token: string | undefined): Promise<ContactActor> {
  if (token === undefined || token === "") throw signInRequired();
  const tenantId = tenantOfVisitorToken(token);
  if (tenantId === null || !deps.serves(tenantId)) throw tokenInvalid();
  return readVisitorToken(await deps.secrets.of(tenantId, "visitor"), token, deps.clock.nowMs());
}

/** A new API key; the secret is shown once. `scopes` null: everything a key may do. */
export async function createKey(deps: Pick<IdentityDeps, "database" | "clock">, tenantId: string, name: string, scopes: readonly KeyScope[] | null = null): Promise<string> {
  const secret = newSecret();
  const id = newId("key", deps.clock.nowMs());
  await insertKey(deps.database, { tenantId, id, name, secretHash: hashSecret(secret), scopes: scopes === null ? null : [...scopes], at: new Date(deps.clock.nowMs()) });
  return writeStoredToken("bk", tenantId, id, secret);
}
