import type { Finding } from "./finding.ts";
import { RULES } from "./rules.ts";

/**
 * Findings in SARIF 2.1.0, as code hosts and editors read it.
 *
 * Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function toSarif(findings: readonly Finding[], version: string, rules: Readonly<Record<string, string>> = RULES): Record<string, unknown> {
  const ids = [...new Set(findings.map(({ rule }) => rule))].sort();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: { driver: { name: "baton check", version, rules: ids.map((id) => ({ id, shortDescription: { text: rules[id] ?? id } })) } },
      columnKind: "utf16CodeUnits",
      results: findings.map(({ rule, severity, place, pointer, message, advice }) => ({
        ruleId: rule, ruleIndex: ids.indexOf(rule), level: severity, message: { text: `${message} ${advice}`.trim() },
        locations: [{ physicalLocation: { artifactLocation: { uri: toUri(place.file) }, region: { startLine: place.line, startColumn: place.column } }, ...(pointer === "" ? {} : { logicalLocations: [{ fullyQualifiedName: pointer }] }) }],
      })),
    }],
  };
}

function toUri(file: string): string {
  return file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
}
