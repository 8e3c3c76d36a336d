import { writeFileSync } from "node:fs";
import type { Connector } from "../../src/tools/connectors/connector.ts";
import { loadConnectors } from "../../src/tools/connectors/load-connectors.ts";
import type { Operation } from "../../src/tools/connectors/operation.ts";
import { cell } from "./schema-rows.ts";

const HEAD = `# Connectors

Business systems as declarations, one file each in \`connectors/\`; how a workspace uses one: [guide](../guides/connectors.md). Made by \`node scripts/reference/connectors-page.ts\` from those files, which the tools themselves are made of.

Arguments in brackets may be left out. What is bound, the server sets: nobody else can. *Repeatable* says why the same call made twice has one effect; what is never repeated goes to a person when it is not known whether it happened.
`;

/** docs/reference/connectors.md, made from connectors/*.yaml. */
export function connectorsPage(): string {
  const connectors = [...loadConnectors().values()].sort((a, b) => a.category.localeCompare(b.category) || a.title.localeCompare(b.title));
  const overview = ["| Connector | For | Tools |", "|---|---|---|", ...connectors.map(({ name, title, category, operations }) => `| [${title}](#${title.toLowerCase().replaceAll(" ", "-")}) \`${name}\` | ${category} | ${Object.keys(operations).length} |`), ""];
  return [HEAD, ...overview, ...connectors.map(section)].join("\n");
}

function section(connector: Connector): string {
  const parameters = Object.entries(connector.parameters).map(([name, { description, example, default: fallback }]) => `| \`${name}\` | ${cell(description)} | \`${cell(example)}\` | ${fallback === undefined ? "must be given" : fallback === "" ? "" : `\`${fallback}\``} |`);
  const ways = Object.entries(connector.authentications).map(([name, { about }], index) => `\`${name}\`${index === 0 ? " (unless said otherwise)" : ""}: ${about}`);
  return [
    `## ${connector.title}`, "", `\`connector: ${connector.name}\`. ${connector.about} [Its documentation](${connector.documentation}).`, "",
    ...(parameters.length === 0 ? [] : ["| Member | What it is | Such as | Without it |", "|---|---|---|---|", ...parameters, ""]),
    `- **Secret**: ${connector.secret ?? "none"}`, `- **Sign-in**: ${ways.join(" ")}`, `- **Limits**: ${connector.limits.about}`, "",
    "| Operation | What it does | Arguments | Risk | Bound | Repeatable | Undo |", "|---|---|---|---|---|---|---|", ...Object.entries(connector.operations).map(([name, operation]) => row(name, operation)), "",
    ...webhookLines(connector),
  ].join("\n");
}

function row(name: string, operation: Operation): string {
  const { purpose, risk, bind, idempotency, undo, verified } = operation;
  const given = Object.entries(operation.input).filter(([argument]) => !Object.hasOwn(bind, argument)).map(([argument, schema]) => (isOptional(schema) ? `[\`${argument}\`]` : `\`${argument}\``));
  const bound = Object.entries(bind).map(([argument, source]) => `\`${argument}\`: ${source}`);
  return `| \`${name}\` | ${cell(purpose)}${verified ? "" : " Also for contacts who have not signed in."} | ${given.join(", ")} | ${risk} | ${bound.join(", ")} | ${repeats(risk, idempotency)} | ${undo === undefined ? "" : `\`${undo.operation}\``} |`;
}

function isOptional(schema: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn(schema, "default") || (Array.isArray(schema["type"]) && schema["type"].includes("null"));
}

function repeats(risk: string, idempotency: Operation["idempotency"]): string {
  if (risk === "read") return "it reads";
  if (idempotency === "natural") return "it sets what it sets";
  if (idempotency === "key") return "the call's key, in the request";
  if (typeof idempotency === "object") return "header" in idempotency ? `header \`${idempotency.header}\`` : `field \`${idempotency.field}\``;
  return "never repeated";
}

function webhookLines({ webhook }: Connector): string[] {
  if (webhook === undefined) return [];
  const { signature } = webhook;
  const proof = signature.kind === "standard" ? "Standard Webhooks" : signature.kind === "token" ? `the token in \`${signature.header}\`` : `HMAC-SHA256 in \`${signature.header}\``;
  const events = Object.entries(webhook.events).map(([type, { what, contact, case: record }]) => `| \`${type}\` | ${cell(what)} | ${[...(record === undefined ? [] : ["case"]), ...(contact === undefined ? [] : ["contact"])].join(", ")} |`);
  return [`Webhooks: ${webhook.setUp} Proof: ${proof}.`, "", ...(events.length === 0 ? [] : ["| Event | What it says | Read out of it |", "|---|---|---|", ...events, ""])];
}

if (import.meta.main) writeFileSync("docs/reference/connectors.md", connectorsPage());
