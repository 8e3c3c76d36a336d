import { createKey, KEY_SCOPES, type KeyScope } from "../identity/authenticate.ts";
import { systemClock } from "../lib/clock.ts";
import { openStore } from "./open-store.ts";

/** `key create NAME [--scope gateway]`: an API key of the workspace's tenant. */
export async function createKeyCommand(given: readonly string[]): Promise<number> {
  const place = given.indexOf("--scope");
  const scope = place === -1 ? null : KEY_SCOPES.find((each) => each === given[place + 1]);
  if (scope === undefined) {
    process.stderr.write(`There are these scopes: ${KEY_SCOPES.join(", ")}\n`);
    return 2;
  }
  const scopes: KeyScope[] | null = scope === null ? null : [scope];
  const name = given.filter((_, at) => place === -1 || (at !== place && at !== place + 1)).join(" ").trim();
  if (name === "") {
    process.stderr.write("Give the key a name: baton key create reporting\n");
    return 2;
  }
  await using store = await openStore();
  const key = await createKey({ database: store.database, clock: systemClock }, store.tenantId, name, scopes);
  process.stdout.write(`${key}\n`);
  process.stderr.write("Keep it now: it is not shown again.\n");
  return 0;
}
