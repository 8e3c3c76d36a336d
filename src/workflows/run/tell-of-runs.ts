import type { Live } from "../../observe/live.ts";
import type { RunRecords } from "./run-records.ts";

const GATHER_MS = 50;
const NAMED_LIMIT = 40;

/**
 * Records that tell open pages of what was written. The runs of one moment are one event, so that a thousand runs a second
 * are twenty events; a run that is written several times in it is named once.
 */
export function tellOfRuns(records: RunRecords, live: Pick<Live, "publish">): RunRecords {
  const changed = new Map<string, Map<string, string | null>>();
  const publish = () => {
    for (const [tenantId, runs] of changed) {
      live.publish({ kind: "runs", tenantId, runs: runs.size > NAMED_LIMIT ? null : [...runs].map(([runId, conversationId]) => ({ runId, conversationId })) });
    }
    changed.clear();
  };
  return {
    ...records,
    async write(write) {
      await records.write(write);
      const { tenantId, runId, conversationId } = write.run;
      if (changed.size === 0) setTimeout(publish, GATHER_MS).unref();
      const runs = changed.get(tenantId) ?? new Map<string, string | null>();
      changed.set(tenantId, runs.set(runId, conversationId));
    },
  };
}
