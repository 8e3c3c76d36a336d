import type { CallContext } from "../models/call-context.ts";
import type { Decision, Rights, TurnContext } from "./turn.ts";

/** On whose behalf a turn's model calls are made. Their prompts hold placeholders only. */
export function modelContextOf({ context, decision, rights }: { context: TurnContext; decision: Decision; rights: Rights }, use: Pick<CallContext, "purpose" | "stage" | "cache">): CallContext {
  const { understanding, intent } = decision;
  const risk = understanding.risks[0];
  return {
    ...use, tenantId: context.tenantId, turnId: context.turnId, conversationId: context.conversationId, caseId: context.caseId, contactId: context.contact.id, dataClasses: [], audiences: rights.audiences,
    traits: { language: understanding.language, channel: context.channel, ...(intent === null ? {} : { intent }), ...(risk === undefined ? {} : { risk }) },
  };
}
