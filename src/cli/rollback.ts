import { systemClock } from "../lib/clock.ts";
import { rollBack } from "../workflows/versions/publish.ts";
import { openStore } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

/** `rollback [NUMBER]`: the publish before the active one becomes active again, or the one named. A running Baton follows within a second; runs under way keep their version. */
export async function rollbackCommand([to]: readonly string[], write = toStdout): Promise<number> {
  await using store = await openStore();
  const publish = await rollBack({ database: store.database, clock: systemClock, onPublished: async () => {} }, { tenantId: store.tenantId, to: to ?? null, by: "cli" });
  write(`Publish ${publish.number} is active again:\n${publish.members.map((member) => `  ${member.name} ${member.version}  ${member.hash.slice(0, 12)}`).join("\n")}\n`);
  return 0;
}
