import { z } from "zod";
import { didYouMean } from "../../lib/did-you-mean.ts";
import type { Connector } from "../connectors/connector.ts";
import { loadConnectors } from "../connectors/load-connectors.ts";
import { argumentsIn } from "../declared/fill-request.ts";
import { toolRules } from "../declared/tool-rules.ts";

const { name, purpose, risk, bind, accepts, timeoutMs, retry, rateLimit, maxOutputBytes, undo, facts, describe, say, notFound } = toolRules.shape;

/** What a workspace may change of an operation: anything that does not make it laxer. */
const override = z.strictObject({
  name: name.optional(),
  purpose: purpose.optional(),
  risk: risk.optional().describe("May be raised, never lowered."),
  verified: z.literal(true, "an operation may be kept for verified contacts, and not opened to others").optional(),
  bind: bind.unwrap().optional().describe("Beside what the connector binds already; that stays bound."),
  accepts: accepts.unwrap().optional(),
  timeoutMs: timeoutMs.unwrap().optional(),
  retry: retry.unwrap().optional(),
  rateLimit: rateLimit.unwrap().optional(),
  maxOutputBytes: maxOutputBytes.unwrap().optional(),
  undo: undo.unwrap().optional(),
  facts: facts.unwrap().optional(),
  describe, say,
  notFound: notFound.unwrap().optional(),
});
export type Override = z.output<typeof override>;

const secretName = z.string().regex(/^(\$\{secret:)?[A-Za-z][A-Za-z0-9_.-]{0,63}\}?$/, "the name of a secret such as zendesk_token; the value itself never stands in the file").transform((text) => text.replace(/^\$\{secret:|\}$/g, ""));

const OWN = ["kind", "connector", "secret", "webhookSecret", "authentication", "server", "prefix", "operations", "overrides"];

/** `tools/*.yaml` of kind connector: which connector, where the company's own system is, and which operations become tools. */
export const connectorDeclaration = z
  .looseObject({
    kind: z.literal("connector"),
    connector: z.string().describe("Which one: `zendesk`, `stripe`, ...; the reference lists them."),
    secret: secretName.optional().describe("The name of the secret: what it holds is told by the connector's reference."),
    webhookSecret: secretName.optional().describe("The name of the secret that proves what the system sends to /hooks/{name of this file}."),
    authentication: z.string().optional().describe("Another way to sign in than the connector's first."),
    server: z.url({ protocol: /^https?$/ }).optional().describe("Another address than the system's usual one: a sandbox, a proxy."),
    prefix: z.string().regex(/^[a-z][a-z0-9_]{0,30}$/, "a name such as billing").optional().describe("What the tools' names begin with; the connector's name without it."),
    operations: z.array(z.string()).min(1).describe("Only these become tools."),
    overrides: z.record(z.string(), override).default({}).describe("By operation: what is different here."),
  })
  .superRefine((declared, context) => {
    const connectors = loadConnectors();
    const connector = connectors.get(declared.connector);
    const say = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    if (connector === undefined) return say(["connector"], `There is no connector "${declared.connector}".${didYouMean(declared.connector, [...connectors.keys()])}`);
    for (const fault of placeFaults(connector, declared)) say([fault.path], fault.message);
    for (const [index, operation] of declared.operations.entries()) {
      if (!Object.hasOwn(connector.operations, operation)) say(["operations", index], `${connector.title} has no operation "${operation}".${didYouMean(operation, Object.keys(connector.operations))}`);
      if (declared.operations.indexOf(operation) !== index) say(["operations", index], `"${operation}" stands here twice.`);
    }
    for (const [operation, given] of Object.entries(declared.overrides)) for (const { path, message } of overrideFaults(connector, declared.operations, operation, given)) say(["overrides", operation, ...path], message);
  });
export type ConnectorDeclaration = z.output<typeof connectorDeclaration>;

type Fault = { path: string; message: string };

/** Where the company's own system is, and how it is signed in to. */
function placeFaults(connector: Connector, declared: Record<string, unknown> & { secret?: string | undefined; webhookSecret?: string | undefined; authentication?: string | undefined }): Fault[] {
  const faults: Fault[] = [];
  for (const [name, parameter] of Object.entries(connector.parameters)) {
    const value = declared[name] ?? parameter.default;
    if (value === undefined) faults.push({ path: name, message: `"${name}" is missing. ${parameter.description} Such as ${parameter.example}.` });
    else if ((typeof value !== "string" && typeof value !== "number") || !new RegExp(`^(?:${parameter.pattern})$`, "u").test(String(value))) faults.push({ path: name, message: `"${name}" does not look right. ${parameter.description} Such as ${parameter.example}.` });
  }
  for (const name of Object.keys(declared)) if (!OWN.includes(name) && !Object.hasOwn(connector.parameters, name)) faults.push({ path: name, message: `There is no "${name}" here.${didYouMean(name, [...OWN, ...Object.keys(connector.parameters)])}` });
  if (declared.webhookSecret !== undefined && connector.webhook === undefined) faults.push({ path: "webhookSecret", message: `${connector.title} sends no webhooks.` });
  const ways = Object.keys(connector.authentications);
  const way = connector.authentications[declared.authentication ?? ways[0] ?? ""];
  if (way === undefined) faults.push({ path: "authentication", message: `${connector.title} has no way "${declared.authentication ?? ""}" to sign in.${didYouMean(declared.authentication ?? "", ways)}` });
  for (const name of argumentsIn([way, connector.url])) if (connector.parameters[name]?.default === "" && !declared[name]) faults.push({ path: name, message: `"${name}" is missing. ${connector.parameters[name]?.description ?? ""} Such as ${connector.parameters[name]?.example ?? ""}.` });
  if (way === undefined) return faults;
  if (JSON.stringify(way).includes("{secret}") || way.signs !== undefined) {
    if (declared.secret === undefined) faults.push({ path: "secret", message: `"secret" is missing. It is the name of a secret that holds: ${connector.secret ?? way.about}` });
  } else if (declared.secret !== undefined) faults.push({ path: "secret", message: `The way "${declared.authentication ?? ways[0] ?? ""}" uses no secret. Choose another by authentication: ${ways.join(", ")}.` });
  return faults;
}

const RISKS = ["read", "write", "money", "irreversible"] as const;

function overrideFaults(connector: Connector, picked: readonly string[], name: string, given: Override): { path: string[]; message: string }[] {
  const operation = connector.operations[name];
  if (operation === undefined || !picked.includes(name)) return [{ path: [], message: `"${name}" is not one of the operations above.${didYouMean(name, picked)}` }];
  const faults: { path: string[]; message: string }[] = [];
  if (given.risk !== undefined && RISKS.indexOf(given.risk) < RISKS.indexOf(operation.risk)) faults.push({ path: ["risk"], message: `The risk of "${name}" is ${operation.risk}: it may be raised, never lowered.` });
  const known = [...Object.keys(operation.input), ...Object.keys(operation.bind)];
  for (const argument of Object.keys(given.bind ?? {})) if (!known.includes(argument)) faults.push({ path: ["bind", argument], message: `"${name}" takes no argument "${argument}".${didYouMean(argument, known)}` });
  return faults;
}
