import type { Finding } from "./finding.ts";

/** `file:line:column: error rule: message`, and under it what to do; as editors make links of it. */
export function toText(findings: readonly Finding[]): string {
  return findings.map(({ place, severity, rule, message, advice }) => `${place.file}:${place.line}:${place.column}: ${severity} ${rule}: ${message}\n    → ${advice}\n`).join("");
}
