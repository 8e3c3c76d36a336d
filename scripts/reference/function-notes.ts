import type { AppError } from "../../src/lib/app-error.ts";
import { toolUnknown } from "../../src/tools/tools.errors.ts";
import { approvalMismatch } from "../../src/tools/approvals/approvals.errors.ts";
import { agentGaveUp, agentUnknown, askDeclined, askGaveUp, conversationNeeded, generateFailed, modelMissing, notifyFailed, notifyRefused, questionWithdrawn, toolDenied, toolFailed } from "../../src/workflows/functions/functions.errors.ts";

/** What a function's declaration does not say: when it fails in which way, and how it looks in a document. */
export type FunctionNote = {
  errors: readonly (readonly [error: () => AppError, when: string])[];
  /** Tasks of a `do`, in CEL; `baton check` reads them against the example shop. */
  example: string;
  /** Words for an output that has no fields of its own. */
  output?: string;
};

const noModel = [modelMissing, "no model is set"] as const;
const noConversation = [conversationNeeded, "the run was begun by an event or by the clock, so there is nobody to speak to"] as const;

export const FUNCTION_NOTES: Readonly<Record<string, FunctionNote>> = {
  understand: {
    errors: [],
    example: `- read:
    call: understand
    with: { text: Where is my order 1042? }
- isItAboutAnOrder:
    switch:
      - order: { when: '\${ "order_number" in input.entities }', then: end }
      - other: { then: end }`,
  },
  retrieve: {
    errors: [],
    example: `- find:
    call: retrieve
    with: { query: How long do I have to return something?, limit: 3 }`,
  },
  generate: {
    errors: [noModel, [generateFailed, "two answers did not have the wanted form, or the model did not answer"]],
    output: "What `schema` says; `{ text }` without one.",
    example: `- summarise:
    call: generate
    with:
      prompt: Sum up the complaint in one sentence and say how urgent it is.
      input: My tent leaks and I leave tomorrow.
      schema: { type: object, required: [summary, isUrgent], properties: { summary: { type: string }, isUrgent: { type: boolean } } }
    timeout: { after: PT2M }`,
  },
  agent: {
    errors: [noModel, [agentUnknown, "there is no profile of this name in `agents/`"], [agentGaveUp, "it came to no result within its limits"]],
    example: `- lookInto:
    call: agent
    with: { message: Which of the customer's orders are on their way?, tools: [list_orders] }
    timeout: { after: PT2M }`,
  },
  tool: {
    errors: [
      [toolUnknown, "the workspace has no tool of this name"],
      [toolDenied, "policy says no; `detail` is the reason"],
      [toolFailed, "the system did not answer, or answered in another form"],
      [approvalMismatch, "the approval is not for this very call, or is used up"],
    ],
    example: `- lookUp:
    call: tool
    with: { tool: get_order, arguments: { order_number: 1042 } }
    timeout: { after: PT30S }
- tell:
    call: reply
    with: { text: '\${ input.say }' }`,
  },
  ask: {
    errors: [
      [askGaveUp, "no usable answer after all attempts, or none in time; with `otherwise: handoff` a person has it then"],
      [askDeclined, "the contact takes the wish back (\"no, forget it\") and \"no\" is none of the choices; uncaught it ends the run, and the contact is told that nothing was done"],
      [questionWithdrawn, "the case was closed"],
      noConversation,
    ],
    example: `- askNumber:
    call: ask
    with:
      question: Which order is it about?
      schema: { type: integer, minimum: 1000, maximum: 9999 }
      retry: Please send me the four digits of the order number.
- confirm:
    call: ask
    with: { question: Shall I go on?, choices: ['yes', 'no'] }`,
  },
  approve: {
    errors: [[toolUnknown, "the workspace has no tool of this name"]],
    example: `- askColleague:
    call: approve
    with: { tool: refund_order, arguments: { order_number: 1045 }, reason: Above the limit., within: PT24H }
- decided:
    switch:
      - yes: { when: '\${ input.isApproved }', then: payBack }
      - no: { then: end }
- payBack:
    call: tool
    with: { tool: refund_order, arguments: { order_number: 1045 }, approval: '\${ input.approvalId }' }
    timeout: { after: PT1M }`,
  },
  reply: {
    errors: [noConversation],
    example: `- thank:
    call: reply
    with: { text: Thank you! }`,
  },
  verify: {
    errors: [],
    example: `- judge:
    call: verify
    with: { text: You have 30 days to return it., passages: [Unused items can be returned within 30 days of delivery.] }`,
  },
  handoff: {
    errors: [noConversation],
    example: `- passOn:
    call: handoff
    with: { reason: order.lost, summary: The parcel has not arrived after three more days., nextStep: Start a search with the carrier. }`,
  },
  notify: {
    errors: [[notifyFailed, "no answer, or a fault there, three times"], [notifyRefused, "the address may not be called, or said no"]],
    example: `- tellTeam:
    call: notify
    with: { url: https://chat.example.com/hooks/team, text: The checkout is down., data: { isUrgent: true } }
    timeout: { after: PT1M }`,
  },
};
