import type { ContactView, RecordPanel } from "../shapes/conversation.ts";
import type { StaffActor } from "../identity/actor.ts";
import { newId } from "../lib/ids.ts";
import { callTool } from "../tools/call-tool.ts";
import type { App } from "./app.ts";
import { principalOf } from "./principal-of.ts";

const MAX_ROWS = 50;

/** The contact's records (orders in a shop), read by the workspace's panel tool as this person: same policies, same ledger. */
export async function readRecordPanel(app: App, actor: StaffActor, contact: ContactView): Promise<RecordPanel> {
  const panel = app.workspace.contactPanel;
  if (panel === null) return { title: "Records", columns: [], rows: [], notice: "This workspace names no tool for customer records (contactPanel in baton.yaml)." };
  const empty = (notice: string): RecordPanel => ({ title: panel.title, columns: [], rows: [], notice });
  if (!contact.isVerified || contact.email === null) return empty("The customer has not signed in, so no records can be shown.");
  const call = await callTool(app.toolCalls, {
    tenantId: actor.tenantId, callId: newId("call"), tool: panel.tool, arguments: {}, channel: "console", turnId: null, conversationId: null, caseId: null,
    contact: { contactId: contact.id, email: contact.email, externalId: contact.externalId, isVerified: true }, principal: principalOf(actor),
  });
  if (call.status !== "ok") return empty(call.reason ?? call.say ?? "The records could not be read.");
  const rows = rowsOf(call.output).slice(0, MAX_ROWS);
  return { title: panel.title, columns: [...new Set(rows.flatMap((row) => Object.keys(row)))], rows, notice: rows.length === 0 ? "No records." : null };
}

/** A tool's answer as a table: the answer itself when it is a list, else its first list. */
function rowsOf(output: unknown): Record<string, unknown>[] {
  const isRow = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
  const list = Array.isArray(output) ? output : isRow(output) ? Object.values(output).find((value) => Array.isArray(value)) : [];
  return Array.isArray(list) ? list.filter(isRow) : [];
}
