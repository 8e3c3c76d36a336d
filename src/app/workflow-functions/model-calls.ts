import type { SavedModelCall } from "../../agents/agent.ts";
import type { CallModelDeps } from "../../agents/call-model.ts";
import { loadModelCall, saveModelCall } from "../../conversation/model-call.store.ts";
import type { Redactor } from "../../guard/redactor.ts";
import { readContact } from "../../identity/contact.store.ts";
import type { Clock } from "../../lib/clock.ts";
import { newId } from "../../lib/ids.ts";
import type { CallContext } from "../../models/call-context.ts";
import type { Model } from "../../models/model.ts";
import type { Database } from "../../storage/database.ts";
import type { FunctionCall } from "../../workflows/functions/function.ts";
import { modelMissing } from "../../workflows/functions/functions.errors.ts";

/** What the functions that ask a model use. */
export type ModelFunctionDeps = { model: Model | null; redactor: Redactor; database: Database; clock: Clock };

/** The way to the model for one task. Prompts and answers are kept in PostgreSQL, the journal holds their ids. Throws `workflows.model_missing`. */
export function modelCallsOf(deps: ModelFunctionDeps, call: FunctionCall): CallModelDeps {
  const { model, database, clock } = deps;
  if (model === null) throw modelMissing();
  const { tenantId, turnId, runId } = call.subject;
  return {
    model, context: contextOf(call), clock, signal: call.durable.signal, step: (name, work) => call.durable.step(name, () => work()), onText: () => {},
    saveModelCall: (made: SavedModelCall) => saveModelCall(database, { tenantId, id: newId("call"), turnId: turnId ?? runId, call: made, at: new Date(clock.nowMs()) }),
    loadModelCall: (id) => loadModelCall(database, tenantId, id),
  };
}

/** The prompts of functions hold placeholders only. */
function contextOf(call: FunctionCall): CallContext {
  const { tenantId, turnId, runId, conversationId, caseId, contactId, workflow } = call.subject;
  return {
    tenantId, purpose: "workflow", workflow: workflow.name, runId, stage: call.task.name, dataClasses: [], audiences: [], cache: "off",
    ...(turnId === null ? {} : { turnId }), ...(conversationId === null ? {} : { conversationId }), ...(caseId === null ? {} : { caseId }), ...(contactId === null ? {} : { contactId }),
  };
}

/** The names of the people a run is about, for the redactor. */
export async function namesOf(deps: Pick<ModelFunctionDeps, "database">, call: FunctionCall): Promise<string[]> {
  const { tenantId, contactId } = call.subject;
  const name = contactId === null ? null : ((await readContact(deps.database, tenantId, contactId))?.name ?? null);
  return name === null ? [] : [name];
}
