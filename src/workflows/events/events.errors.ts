import { defineError } from "../../lib/app-error.ts";

export const eventInvalid = defineError({ code: "events.invalid", status: 422, message: "The event is not a CloudEvent 1.0." });
export const eventForeign = defineError({ code: "events.not_yours", status: 403, message: "This event is told by Baton itself; nobody else may send it." });
export const signatureInvalid = defineError({ code: "events.signature_invalid", status: 401, message: "The signature of the event is not right." });
export const signatureUnset = defineError({ code: "events.no_secret", status: 401, message: "Signed events are not set up here: set BATON_EVENTS_SECRET, or use an API key." });
