import { z } from "zod";
import { recordBlockedSearch } from "../../knowledge/block-search.ts";
import { loadPassages, retrieve, wholeText, type Passage } from "../../knowledge/retrieve.ts";
import type { CallContext } from "../../models/call-context.ts";
import { filterMembers, toSearchFilter } from "../../knowledge/search-filter.ts";
import { declareFunction, defineFunction, toolContact } from "./define-function.ts";
import type { FunctionDeps } from "./function-deps.ts";
import type { RunSubject } from "./function.ts";

const input = z.strictObject({
  query: z.string().min(1).max(4_000),
  limit: z.int().min(1).max(20).default(6),
  audiences: z.array(z.string()).optional().describe("Fewer audiences than the contact may read; never more."),
  ...filterMembers,
});
const passage = z.object({ documentId: z.string(), chunkId: z.string(), title: z.string(), heading: z.string(), text: z.string() });
const output = z.object({ passages: z.array(passage) });

export const retrieveDeclaration = declareFunction({ name: "retrieve", summary: "Finds the passages of the knowledge that fit a question.", input, output, traits: { waits: false, effects: false, needsConversation: false } });

/** `call: retrieve`: searches the articles that policy lets this run's contact read. Replay: the ids are journaled, the texts are read again. */
export function retrieveFunction(deps: Pick<FunctionDeps, "knowledge" | "policy" | "audiences" | "database" | "clock">) {
  return defineFunction({
    ...retrieveDeclaration,
    async run(call, given) {
      let found: Passage[] | null = null;
      const { tenantId } = call.subject;
      const searched = await call.durable.step("retrieve", async () => {
        const contact = await toolContact(deps.database, call.subject);
        const context = { isVerified: contact?.isVerified === true };
        const permitted = deps.audiences.filter((audience) => deps.policy.decide({ principal: { type: "AiAgent", id: "assistant" }, action: "readAudience", resource: { type: "Audience", id: audience }, context }).effect === "allow");
        const audiences = permitted.filter((audience) => given.audiences === undefined || given.audiences.includes(audience));
        if (audiences.length === 0) await recordBlockedSearch(deps.database, { tenantId, asker: { actor: `workflow:${call.subject.workflow.name}`, subjectId: call.subject.conversationId ?? call.subject.runId, caseId: call.subject.caseId }, at: new Date(deps.clock.nowMs()) });
        const filter = toSearchFilter(given);
        found = audiences.length === 0 ? [] : await retrieve(deps.knowledge, { tenantId, audiences, query: given.query, limit: given.limit, ...(filter && { filter }), call: callOf(call.subject), ...(filter && { filter }) });
        return { audiences, chunkIds: found.map((each) => each.chunkId) };
      });
      const passages = found ?? (searched.chunkIds.length === 0 ? [] : await loadPassages(deps.knowledge, { tenantId, ...searched }));
      return { passages: passages.map(({ documentId, chunkId, title, heading, ...read }) => ({ documentId, chunkId, title, heading, text: wholeText(read) })) };
    },
  });
}

/** A value of a run may hold anything. */
function callOf({ runId, workflow, caseId, contactId, conversationId }: RunSubject): Partial<CallContext> {
  return { stage: "retrieve", runId, workflow: workflow.name, ...(caseId === null ? {} : { caseId }), ...(contactId === null ? {} : { contactId }), ...(conversationId === null ? {} : { conversationId }) };
}
