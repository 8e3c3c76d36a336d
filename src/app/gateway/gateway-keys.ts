import type { KeyActor } from "../../identity/actor.ts";
import { authenticateKey, type IdentityDeps } from "../../identity/authenticate.ts";
import { signInRequired } from "../../identity/identity.errors.ts";
import { hashSecret } from "../../identity/secret-token.ts";

/** How long a key that was taken back may still open the gateway in a process that has just seen it. */
const KNOWN_MS = 5_000;
const MOST_KNOWN = 10_000;

/** The key of an `Authorization` header. Throws `identity.*`. */
export type GatewayKeys = { of(authorization: string | undefined): KeyActor | Promise<KeyActor> };

/** Looks keys up and remembers them for five seconds, by a hash: a look-up per request would be a third of its time. */
export function createGatewayKeys(deps: Pick<IdentityDeps, "database" | "serves">): GatewayKeys {
  const known = new Map<string, { actor: KeyActor; untilMs: number }>();
  const look = async (token: string, hash: string): Promise<KeyActor> => {
    const actor = await authenticateKey(deps, token, "gateway");
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(hash, { actor, untilMs: performance.now() + KNOWN_MS });
    return actor;
  };
  return {
    of(authorization) {
      const token = authorization !== undefined && /^bearer /i.test(authorization) ? authorization.slice(7).trim() : "";
      if (token === "") throw signInRequired({ message: "Send an API key of Baton: Authorization: Bearer bk.… (npm run baton -- key create NAME --scope gateway)." });
      const hash = hashSecret(token);
      const found = known.get(hash);
      return found !== undefined && found.untilMs > performance.now() ? found.actor : look(token, hash);
    },
  };
}
