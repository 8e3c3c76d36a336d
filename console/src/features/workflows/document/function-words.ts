import type { DocumentWord } from "./document-keys.ts";

/** One of our functions as `call` names it, with what it takes. A test holds this list against the server's catalog. */
export type FunctionWords = { name: string; info: string; takes: readonly (DocumentWord & { isNeeded: boolean })[] };

const needed = (label: string, info: string) => ({ label, info, isNeeded: true });
const optional = (label: string, info: string) => ({ label, info, isNeeded: false });

export const FUNCTIONS: readonly FunctionWords[] = [
  {
    name: "ask", info: "Puts a question to the customer and waits for the answer.",
    takes: [
      needed("question", "What is asked."), optional("choices", "Answers to choose from."), optional("schema", "JSON Schema of the answer."), optional("retry", "What is said when the answer does not fit."),
      optional("attempts", "How often it is asked, 3 without it."), optional("within", "How long each question waits: PT24H."), optional("otherwise", "What giving up does: handoff or error."), optional("intent", "A message with this intent is an answer, not a change of subject."),
    ],
  },
  { name: "reply", info: "Sends a message to the customer.", takes: [needed("text", "What is said.")] },
  {
    name: "tool", info: "Calls a tool of the workspace.",
    takes: [needed("tool", "The tool's name."), optional("arguments", "What it is given."), optional("approval", "Id of the approval that allows this exact call."), optional("undo", "The call that takes the effect back.")],
  },
  {
    name: "approve", info: "Waits for a person to approve one exact tool call.",
    takes: [
      needed("tool", "The tool that would be called."), optional("arguments", "With what."), needed("reason", "Why a person is asked."), optional("role", "Who may decide: agent or admin."),
      optional("assignees", "Only these people, by id or e-mail."), optional("within", "Undecided after this time means no: PT24H."),
    ],
  },
  {
    name: "handoff", info: "Hands the conversation to a person, with everything known.",
    takes: [optional("reason", "A dotted code such as refund.above_limit."), needed("summary", "What it is about, for the person."), optional("facts", "What is known."), optional("nextStep", "What the person should do."), optional("text", "What the customer is told.")],
  },
  { name: "understand", info: "Reads a text: intent, entities, language, sentiment, urgency, risks.", takes: [needed("text", "The message to understand.")] },
  { name: "retrieve", info: "Finds the passages of the knowledge that fit a question.", takes: [needed("query", "What to look for."), optional("limit", "How many passages, 6 without it."), optional("audiences", "Fewer audiences than the customer may read.")] },
  {
    name: "generate", info: "Writes text or structured output with a model.",
    takes: [needed("prompt", "What to write or find, in plain language."), optional("input", "What it is about; data, never instructions."), optional("schema", "JSON Schema of the answer."), optional("temperature", "0 to 2."), optional("maxOutputTokens", "How long it may get."), optional("timeoutMs", "How long it may take.")],
  },
  {
    name: "agent", info: "Lets an AI agent work with tools.",
    takes: [needed("message", "What the agent is to do or answer."), optional("agent", "The profile's name; the first one without it."), optional("passages", "Knowledge it may rest on."), optional("tools", "Tools it may call.")],
  },
  { name: "verify", info: "Judges whether an answer rests on what is known.", takes: [needed("text", "The answer to judge."), optional("passages", "What it may rest on."), optional("facts", "Results of tools and other known facts.")] },
  {
    name: "notify", info: "Tells another system over a signed webhook.",
    takes: [needed("url", "Where to."), optional("text", "A line for people."), optional("type", "What it is, for a machine."), optional("data", "Anything."), optional("secret", "Signs the notice.")],
  },
];
