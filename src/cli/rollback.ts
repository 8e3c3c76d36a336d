import { parseArgs } from "node:util";
import { rollBackKnowledge } from "../knowledge/snapshots/snapshots.ts";
import { systemClock } from "../lib/clock.ts";
import { rollBack } from "../workflows/versions/publish.ts";
import { openStore } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

/**
 * `rollback [NUMBER] [--knowledge]`: the publish before the active one becomes active again, or the one named; with `--knowledge` what was served
 * when it was published is served again as well. A running Baton follows within a second; runs under way keep their version.
 */
export async function rollbackCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals: [to] } = parseArgs({ args: [...args], allowPositionals: true, options: { knowledge: { type: "boolean", default: false } } });
  await using store = await openStore();
  const { database, tenantId } = store;
  const publish = await rollBack({ database, clock: systemClock, onPublished: async () => {} }, { tenantId, to: to ?? null, by: "cli" });
  write(`Publish ${publish.number} is active again:\n${publish.members.map((member) => `  ${member.name} ${member.version}  ${member.hash.slice(0, 12)}`).join("\n")}\n`);
  const { knowledge_snapshot: snapshot } = publish;
  if (!values.knowledge) {
    if (snapshot !== null) write(`The knowledge stays as it is; what was served then: baton knowledge rollback ${snapshot}\n`);
    return 0;
  }
  if (snapshot === null) {
    write("Its knowledge stays as it is: it was published before releases named theirs.\n");
    return 1;
  }
  const { version, restored, removed } = await rollBackKnowledge({ database, clock: systemClock, onKnowledgeChanged: () => {} }, { tenantId, to: snapshot, sourceId: null, by: "cli" });
  write(`Knowledge version ${version} equals ${snapshot}: ${restored} documents are back as they were, ${removed} are out. The next sync takes the sources as they are then.\n`);
  return 0;
}
