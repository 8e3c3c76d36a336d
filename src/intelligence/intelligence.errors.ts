import { defineError } from "../lib/app-error.ts";

export const patternInvalid = defineError({ code: "intelligence.pattern_invalid", status: 422, message: "An entity pattern cannot be used." });
export const answerUnreadable = defineError({ code: "intelligence.answer_unreadable", status: 502, message: "The AI model did not answer in the form it was asked for." });
export const intentUnknown = defineError({ code: "intelligence.intent_unknown", status: 422, message: "The workspace has no intent of this name." });
export const messageUnknown = defineError({ code: "intelligence.message_unknown", status: 404, message: "There is no such message of a contact." });
export const correctionUnknown = defineError({ code: "intelligence.correction_unknown", status: 404, message: "There is no such correction that still waits." });
export const nothingToLearn = defineError({ code: "intelligence.nothing_to_learn", status: 409, message: "No corrections are waiting: correct a message first." });
export const trainingNotLast = defineError({ code: "intelligence.training_not_last", status: 409, message: "Only the latest training can be undone; undo later ones first." });
