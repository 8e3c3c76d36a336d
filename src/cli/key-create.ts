import { KEY_SCOPES, type KeyScope } from "../identity/actor.ts";
import { createKey } from "../identity/authenticate.ts";
import { systemClock } from "../lib/clock.ts";
import { openStore } from "./open-store.ts";

/** `key create NAME [--scope gateway] [--scope vouch]`: an API key of the workspace's tenant. */
export async function createKeyCommand(given: readonly string[]): Promise<number> {
  const isScope = (at: number) => given[at - 1] === "--scope";
  const named = given.filter((_, at) => isScope(at));
  const scopes = named.flatMap((name): KeyScope[] => KEY_SCOPES.filter((each) => each === name));
  if (scopes.length < given.filter((each) => each === "--scope").length) {
    process.stderr.write(`There are these scopes: ${KEY_SCOPES.join(", ")}\n`);
    return 2;
  }
  const name = given.filter((each, at) => each !== "--scope" && !isScope(at)).join(" ").trim();
  if (name === "") {
    process.stderr.write("Give the key a name: baton key create reporting\n");
    return 2;
  }
  await using store = await openStore();
  const key = await createKey({ database: store.database, clock: systemClock }, store.tenantId, name, scopes.length === 0 ? null : scopes);
  process.stdout.write(`${key}\n`);
  process.stderr.write("Keep it now: it is not shown again.\n");
  return 0;
}
