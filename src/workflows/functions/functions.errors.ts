import { defineError } from "../../lib/app-error.ts";

/** Errors of our functions; a workflow's `catch` sees them as `https://baton.dev/errors/<code>`. */
export const conversationNeeded = defineError({ code: "workflows.conversation_needed", status: 400, message: "This function speaks to a contact, but the run belongs to no conversation." });
export const askGaveUp = defineError({ code: "workflows.ask_gave_up", status: 408, message: "The contact gave no usable answer." });
export const askDeclined = defineError({ code: "workflows.ask_declined", status: 409, message: "The contact has taken the wish back." });
export const questionWithdrawn = defineError({ code: "workflows.question_withdrawn", status: 410, message: "The case was closed while the question was open." });
export const modelMissing = defineError({ code: "workflows.model_missing", status: 503, message: "This function needs an AI model and none is set. Set OPENAI_API_KEY, ANTHROPIC_API_KEY or BATON_MODEL_URL." });
export const generateFailed = defineError({ code: "workflows.generate_failed", status: 502, message: "The model gave no answer in the wanted form." });
export const agentGaveUp = defineError({ code: "workflows.agent_gave_up", status: 502, message: "The AI agent came to no result." });
export const agentUnknown = defineError({ code: "workflows.agent_unknown", status: 404, message: "There is no such AI agent in this workspace." });
export const toolDenied = defineError({ code: "workflows.tool_denied", status: 403, message: "Policy does not allow this call." });
export const toolTakenBack = defineError({ code: "workflows.tool_taken_back", status: 409, message: "The contact has taken the call back before anybody decided it." });
export const toolFailed = defineError({ code: "workflows.tool_failed", status: 502, message: "The tool failed." });
export const notifyFailed = defineError({ code: "workflows.notify_failed", status: 502, message: "The notice could not be delivered." });
export const notifyRefused = defineError({ code: "workflows.notify_refused", status: 403, message: "This address may not be called." });
