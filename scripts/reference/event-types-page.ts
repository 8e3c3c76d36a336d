import { writeFileSync } from "node:fs";
import type { OwnEventType } from "../../src/workflows/events/cloud-event.ts";
import { OWN_EVENT_DATA, OWN_SOURCE } from "../../src/workflows/events/own/own-events.ts";
import { cell, schemaRows } from "./schema-rows.ts";

/** What a schema does not say: when an event is told, and what its `subject` is. */
const NOTES: Readonly<Record<OwnEventType, { when: string; subject: string }>> = {
  "message.received": { when: "A contact's message was stored. `caseId` is null before its turn.", subject: "the conversation" },
  "case.opened": { when: "A turn opened a case.", subject: "the case" },
  "case.resolved": { when: "A case was closed.", subject: "the case" },
  "handoff.requested": { when: "A person is wanted.", subject: "the conversation" },
  "sla.missed": { when: "A promise of people was missed: `handoff_wait`, a hand-off waits longer than promised for a person; `human_answer`, a message waits longer than promised for the person who holds the conversation. Looked for every 15 seconds, told once.", subject: "the conversation" },
  "volume.spiked": { when: "Contacts write more than usual; [how it is measured](events.md#what-baton-itself-tells). Told once an hour.", subject: "`volume`" },
  "approval.decided": { when: "An approval was decided or ran out.", subject: "the approval" },
  "tool.failed": { when: "A tool call ended as `failed`.", subject: "the conversation, else the call" },
  "knowledge.source_stale": { when: "A source of documents was not synced within its `staleAfterMinutes`. Looked for every 15 seconds, told once until it is synced.", subject: "the source" },
  "budget.warned": { when: "A budget's soft limit was passed. `budgetSubject`: whose amount it is (an id or a name). Told once a window.", subject: "the budget" },
};

/** docs/reference/event-types.md. */
export function eventTypesPage(): string {
  const sections = Object.entries(OWN_EVENT_DATA).map(([type, data]) => {
    const note = Object.entries(NOTES).find(([name]) => name === type)?.[1];
    const rows = schemaRows(data, "output").map((row) => `| \`${row.name}\` | ${cell(row.type)} |`);
    return [`## ${type}`, `${note?.when ?? ""} \`subject\`: ${note?.subject ?? ""}.`, "", "| Data | What it is |", "|---|---|", ...rows, ""].join("\n");
  });
  return [
    "# Event types", "", `What Baton itself tells, with the source \`${OWN_SOURCE}\`; how events start and resume workflows is in the [reference of events](events.md). \`data\` holds ids and figures, never what somebody wrote. Times are ISO 8601. Made by \`node scripts/reference/event-types-page.ts\` from their schemas.`, "", ...sections,
  ].join("\n");
}

if (import.meta.main) writeFileSync("docs/reference/event-types.md", eventTypesPage());
