import type { Live } from "../../observe/live.ts";
import type { RunRecords } from "../run/run-records.ts";

const GATHER_MS = 50;
const NAMED_LIMIT = 40;

/**
 * Records that tell open pages of what was written. The runs of one moment are one event, so that a thousand runs a second
 * are twenty events; a run that is written several times in it is named once.
 */
export function tellOfRuns(records: RunRecords, live: Pick<Live, "publish">): RunRecords {
  const changed = new Map<string, Set<string>>();
  const publish = () => {
    for (const [tenantId, runIds] of changed) {
      live.publish({ kind: "runs", tenantId, runIds: runIds.size > NAMED_LIMIT ? null : [...runIds] });
    }
    changed.clear();
  };
  return {
    ...records,
    async write(write) {
      await records.write(write);
      const { tenantId, runId } = write.run;
      if (changed.size === 0) setTimeout(publish, GATHER_MS).unref();
      changed.set(tenantId, (changed.get(tenantId) ?? new Set()).add(runId));
    },
  };
}
