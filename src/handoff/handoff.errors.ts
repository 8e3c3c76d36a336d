import { defineError } from "../lib/app-error.ts";

export const alreadyHeld = defineError({ code: "handoff.already_held", status: 409, message: "Another person holds this conversation." });
export const notHolder = defineError({ code: "handoff.not_holder", status: 409, message: "Take the conversation over first." });
export const noSuchConversation = defineError({ code: "handoff.no_such_conversation", status: 404, message: "There is no such conversation." });
export const noSuchDraft = defineError({ code: "handoff.no_such_draft", status: 404, message: "There is no such draft." });
export const draftDecided = defineError({ code: "handoff.draft_decided", status: 409, message: "A colleague has already decided this draft." });
export const draftStale = defineError({ code: "handoff.draft_stale", status: 409, message: "The conversation has moved on since this draft was written. Look at what is new, and at the next draft." });
