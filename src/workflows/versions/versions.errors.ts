import { defineError } from "../../lib/app-error.ts";

export const versionUnknown = defineError({ code: "workflows.version_unknown", status: 404, message: "There is no such version of a workflow." });
export const workflowUnknown = defineError({ code: "workflows.unknown", status: 404, message: "There is no such workflow." });
export const publishUnknown = defineError({ code: "workflows.publish_unknown", status: 404, message: "There is no such publish." });
export const nothingBefore = defineError({ code: "workflows.nothing_before", status: 409, message: "There is no earlier publish to go back to." });
export const nameAmbiguous = defineError({ code: "workflows.name_ambiguous", status: 409, message: "Several workflows have this name: say the namespace." });
