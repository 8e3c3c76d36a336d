import { defineError } from "../../lib/app-error.ts";
import type { Finding } from "../verify/finding.ts";

export const documentInvalid = defineError({ code: "workflows.document_invalid", status: 422, message: "The workflow document is not valid." });

/** One error for all findings; the first ones are in its message, all of them in `details.findings`. */
export function documentInvalidFrom(findings: readonly Finding[]) {
  const lines = findings.slice(0, 5).map(({ place, message, advice }) => `${place.file}:${place.line}:${place.column}: ${message} ${advice}`.trimEnd());
  if (findings.length > lines.length) lines.push(`… and ${findings.length - lines.length} more.`);
  return documentInvalid({ message: lines.join("\n"), details: { findings } });
}
