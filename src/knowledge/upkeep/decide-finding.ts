import { recordInLedger } from "../../observe/ledger.ts";
import type { FindingView } from "../../shapes/knowledge-upkeep.ts";
import { findingUnknown } from "../knowledge.errors.ts";
import { decideStored, findFinding } from "./finding.store.ts";
import type { UpkeepDeps } from "./upkeep-deps.ts";

/** A person says that a finding needs nothing done, or takes that back. Throws `knowledge.finding_unknown`. Replay: the same again changes nothing. */
export async function decideFinding(deps: Pick<UpkeepDeps, "database" | "clock">, { tenantId, id, by, decision }: { tenantId: string; id: string; by: string; decision: "open" | "dismissed" }): Promise<FindingView> {
  const at = new Date(deps.clock.nowMs());
  await deps.database.transaction(tenantId, async (query) => {
    const isChanged = await decideStored(query, tenantId, id, { to: decision, by: decision === "open" ? null : by, at: decision === "open" ? null : at });
    if (isChanged) await recordInLedger(query, tenantId, [{ kind: decision === "open" ? "knowledge.finding_reopened" : "knowledge.finding_dismissed", subjectId: id, actor: by, at, body: {} }]);
  });
  const found = await findFinding(deps.database, tenantId, id);
  if (found === null) throw findingUnknown();
  return found;
}
