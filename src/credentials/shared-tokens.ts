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
  const now = () => new Date(clock.nowMs());
  const contextOf = (at: TokenKey) => `access token\n${at.tenantId}\n${at.key}`;
  const readShared = async (at: TokenKey): Promise<Held | null> => {
    const stored = await readToken(database, at, now());
    return stored === null ? null : { token: await unseal(keys, stored, contextOf(at)), freshUntilMs: stored.freshUntilMs, sealed: stored.sealed };
  };
  const obtainShared = async (at: TokenKey, obtain: () => Promise<AccessToken>): Promise<Held> => {
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
        return { ...fresh, sealed: sealed.sealed };
      } catch (error) {
        await releaseToken(database, at, leasedUntil);
        throw error;
      }
    }
  };
  return holdTokens(clock, obtainShared, (at, { sealed }) => endToken(database, at, sealed));
}

/** Tokens of this process alone, for what runs without a store. */
export function createProcessTokens(deps: { clock: Clock }): SharedTokens {
  return holdTokens(deps.clock, (_at, obtain) => obtain(), () => Promise.resolve());
}

/** Gives the token in hand at once, and lets one request serve all in this process who wait for it. */
function holdTokens<Kept extends AccessToken>(clock: Clock, fetchToken: (at: TokenKey, obtain: () => Promise<AccessToken>) => Promise<Kept>, end: (at: TokenKey, kept: Kept) => Promise<void>): SharedTokens {
  const held = new Map<string, Kept>();
  const asked = new Map<string, Promise<string>>();
  const nameOf = (at: TokenKey) => `${at.tenantId}\n${at.key}`;
  return {
    async get(at, obtain) {
      const name = nameOf(at);
      const known = held.get(name);
      if (known !== undefined && known.freshUntilMs > clock.nowMs()) return known.token;
      const running = asked.get(name) ?? fetchToken(at, obtain).then((kept) => {
        held.set(name, kept);
        return kept.token;
      }).finally(() => asked.delete(name));
      asked.set(name, running);
      return running;
    },
    async drop(at, token) {
      const known = held.get(nameOf(at));
      if (known?.token !== token) return false;
      held.delete(nameOf(at));
      await end(at, known);
      return true;
    },
  };
}
