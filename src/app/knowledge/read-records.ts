import { AppError, messageOf } from "../../lib/app-error.ts";
import { isRecord } from "../../lib/is-record.ts";
import { sourceAway, sourceInvalid } from "../../knowledge/knowledge.errors.ts";
import type { ReadRecords } from "../../knowledge/sources/source-kind.ts";
import type { SqlClient } from "../../storage/sql-client.ts";
import type { ToolRunner } from "../../tools/run-call.ts";
import type { Tool } from "../../tools/tool.ts";

/** Where tools put their lists. */
const LISTS = ["items", "rows", "records", "results"];

/**
 * Records by the workspace's tools that only read and are about nobody in particular, through the breaker and the places of their
 * system. No contact is behind such a call, so a tool that needs one is refused.
 */
export function createRecordReader(deps: { tools: ReadonlyMap<string, Tool>; runner: ToolRunner; sql: SqlClient }): ReadRecords {
  return async ({ tenantId, tool: name, arguments: given }, signal) => {
    const tool = deps.tools.get(name);
    if (tool === undefined) throw sourceInvalid({ message: `There is no tool "${name}" in the workspace's tools/.` });
    if (tool.risk !== "read") throw sourceInvalid({ message: `The tool "${name}" changes something; a source takes tools that only read.` });
    if (tool.needsVerifiedContact || Object.keys(tool.bound).length > 0) throw sourceInvalid({ message: `The tool "${name}" is about one contact (verified, bind); a source takes tools that are not.` });
    const input = tool.input.parse(given);
    if (!input.isFit) throw sourceInvalid({ message: `The arguments of "${name}" do not fit: ${input.reason}` });
    try {
      const contact = { contactId: "", email: "", externalId: null };
      const result = await deps.runner.run(tool, (attempt) => tool.run(input.value, { tenantId, contact, idempotencyKey: `knowledge:${name}`, sql: deps.sql, signal: AbortSignal.any([attempt, signal]) }));
      if (result.kind === "refused") throw sourceAway({ message: `"${name}" was refused: ${result.reason}` });
      return result.kind === "not_found" ? { records: [], isCut: false } : recordsOf(result.output);
    } catch (error) {
      if (error instanceof AppError && (error.isRetryable || error.code.startsWith("knowledge."))) throw error;
      throw sourceAway({ message: `"${name}" failed: ${messageOf(error)}`, cause: error });
    }
  };
}

/** A list, an object with a list, or one record. */
function recordsOf(output: unknown): { records: Record<string, unknown>[]; isCut: boolean } {
  if (Array.isArray(output)) return { records: output.filter(isRecord), isCut: false };
  if (!isRecord(output)) return { records: [], isCut: false };
  const list = LISTS.map((name) => output[name]).find(Array.isArray);
  return list === undefined ? { records: [output], isCut: false } : { records: list.filter(isRecord), isCut: output["isCut"] === true };
}
