import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../lib/clock.ts";
import type { Database } from "../storage/database.ts";
import { endToken, leaseToken, readToken, releaseToken, storeToken, type TokenKey } from "./access-token.store.ts";
import type { KeyStore } from "./key-store.ts";
import { seal, unseal } from "./seal.ts";

export type AccessToken = { token: string; freshUntilMs: number };

/**
 * Access tokens that all processes share: however many calls in however many processes want one, the authority is asked once.
 *
 * Shapes: `key` says what makes tokens the same (authority, client, scopes); it holds no secret, a digest at most.
 * Throws what `obtain` throws; then the next one who wants the token asks.
 */
export type SharedTokens = {
  get(at: TokenKey, obtain: () => Promise<AccessToken>): Promise<string>;
  /** Ends the life of a token that was refused. False: it was not the one that is shared, so somebody has renewed it already. */
  drop(at: TokenKey, token: string): Promise<boolean>;
};

/** Longer than an authority may take to answer; a process that dies while it asks holds up the others for this long. */
const LEASE_MS = 35_000;
const LOOK_MS = 50;

type Held = AccessToken & { sealed: string };

export function createSharedTokens(deps: { database: Database; keys: KeyStore; clock: Clock }): SharedTokens {
  const { database, keys, clock } = deps;
  const held = new Map<string, Held>();
  const asked = new Map<string, Promise<string>>();
  const now = () => new Date(clock.nowMs());
  const contextOf = (at: TokenKey) => `access token\n${at.tenantId}\n${at.key}`;
  const nameOf = (at: TokenKey) => `${at.tenantId}\n${at.key}`;
  const readShared = async (at: TokenKey): Promise<string | null> => {
    const stored = await readToken(database, at, now());
    if (stored === null) return null;
    const token = await unseal(keys, stored, contextOf(at));
    held.set(nameOf(at), { token, freshUntilMs: stored.freshUntilMs, sealed: stored.sealed });
    return token;
  };
  const obtainShared = async (at: TokenKey, obtain: () => Promise<AccessToken>): Promise<string> => {
    for (;;) {
      const known = await readShared(at);
      if (known !== null) return known;
      const leasedUntil = new Date(clock.nowMs() + LEASE_MS);
      if (!(await leaseToken(database, at, now(), leasedUntil))) {
        await sleep(LOOK_MS * (0.5 + Math.random()));
        continue;
      }
      try {
        const fresh = await obtain();
        const sealed = await seal(keys, fresh.token, contextOf(at));
        await storeToken(database, at, { ...sealed, freshUntilMs: fresh.freshUntilMs }, leasedUntil);
        held.set(nameOf(at), { ...fresh, sealed: sealed.sealed });
        return fresh.token;
      } catch (error) {
        await releaseToken(database, at, leasedUntil);
        throw error;
      }
    }
  };
  return {
    async get(at, obtain) {
      const name = nameOf(at);
      const known = held.get(name);
      if (known !== undefined && known.freshUntilMs > clock.nowMs()) return known.token;
      const running = asked.get(name) ?? obtainShared(at, obtain).finally(() => asked.delete(name));
      asked.set(name, running);
      return running;
    },
    async drop(at, token) {
      const known = held.get(nameOf(at));
      if (known?.token !== token) return false;
      held.delete(nameOf(at));
      await endToken(database, at, known.sealed);
      return true;
    },
  };
}

/** Tokens of this process alone, for what runs without a store. */
export function createProcessTokens(deps: { clock: Clock }): SharedTokens {
  const held = new Map<string, AccessToken>();
  const asked = new Map<string, Promise<string>>();
  const nameOf = (at: TokenKey) => `${at.tenantId}\n${at.key}`;
  return {
    async get(at, obtain) {
      const name = nameOf(at);
      const known = held.get(name);
      if (known !== undefined && known.freshUntilMs > deps.clock.nowMs()) return known.token;
      const running = asked.get(name) ?? obtain().then((fresh) => {
        held.set(name, fresh);
        return fresh.token;
      }).finally(() => asked.delete(name));
      asked.set(name, running);
      return running;
    },
    drop: (at, token) => Promise.resolve(held.get(nameOf(at))?.token === token && held.delete(nameOf(at))),
  };
}
