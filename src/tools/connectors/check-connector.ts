import { argumentsIn, KEY_PLACE } from "../declared/fill-request.ts";
import type { Connector } from "./connector.ts";
import type { Operation } from "./operation.ts";
import { webhookFaults } from "./webhook.ts";

/** What does not go together in a connector, each with its place. Pure. */
export function connectorFaults(connector: Connector): string[] {
  const parameters = new Set(Object.keys(connector.parameters));
  const known = new Set([...parameters, "secret", "server"]);
  const faults: string[] = [];
  for (const name of argumentsIn([connector.url, connector.headers, connector.authentications])) if (!known.has(name)) faults.push(`"{${name}}" is no parameter of the connector.`);
  if (Object.keys(connector.authentications).length === 0) faults.push("authentications: name at least one way to sign in.");
  for (const rule of connector.answers.rules) faults.push(...patternFaults("answers", [rule.matches, rule.unless]));
  for (const [name, parameter] of Object.entries(connector.parameters)) {
    faults.push(...patternFaults(`parameters.${name}`, [parameter.pattern]));
    if (isPattern(parameter.pattern) && !new RegExp(`^(?:${parameter.pattern})$`, "u").test(parameter.example)) faults.push(`parameters.${name}: its own example does not fit the pattern.`);
  }
  for (const [name, operation] of Object.entries(connector.operations)) faults.push(...operationFaults(connector, operation).map((fault) => `operations.${name}: ${fault}`));
  if (connector.webhook !== undefined) faults.push(...webhookFaults(connector.webhook));
  return faults;
}

function operationFaults(connector: Connector, operation: Operation): string[] {
  const faults: string[] = [];
  const given = new Set([...Object.keys(operation.input), ...Object.keys(operation.bind)]);
  const parameters = new Set(Object.keys(connector.parameters));
  const twice = [...given].find((name) => parameters.has(name));
  if (twice !== undefined) faults.push(`"${twice}" is a parameter and an argument.`);
  const known = new Set([...given, ...parameters, KEY_PLACE]);
  const used = new Set<string>();
  const look = (template: unknown, where: string) => {
    for (const name of argumentsIn(template)) {
      used.add(name);
      if (!known.has(name)) faults.push(`${where} takes "{${name}}", which nobody gives.`);
    }
  };
  for (const { as, ...templates } of operation.first) {
    look(templates, `first (${as})`);
    if (templates.method !== "GET" && templates.method !== "POST") faults.push(`first (${as}) changes something.`);
    known.add(as);
  }
  const { path, query, headers, body, variables, own, output } = operation;
  look([{ path, query, headers, body, variables, own }], "it");
  for (const member of Object.values(output)) if (member.given !== undefined) look(`{${member.given}}`, "output");
  for (const name of given) if (!used.has(name)) faults.push(`"${name}" is not used.`);
  for (const name of Object.keys(operation.quote)) if (!known.has(name)) faults.push(`quote: there is no "${name}".`);
  for (const rule of operation.answers) faults.push(...patternFaults("answers", [rule.matches, rule.unless]));
  return [...faults, ...ruleFaults(operation, used), ...undoFaults(connector, operation)];
}

function ruleFaults(operation: Operation, used: ReadonlySet<string>): string[] {
  const faults: string[] = [];
  const { risk, method, own, pages, many, output, idempotency } = operation;
  if (risk === "read" && !["GET", "POST"].includes(method)) faults.push(`a ${method} changes something: its risk is not read.`);
  if (risk !== "read" && method === "GET") faults.push("a GET may be sent twice at any time, so its risk is read.");
  if (risk !== "read" && Object.keys(own).length > 0) faults.push("whose record it is has to be known before it is changed: look it up in `first`.");
  if (Object.keys(own).length > 0 && pages !== undefined) faults.push("`own` and `pages` do not go together: ask the system for the contact's records only.");
  if (pages !== undefined && !many) faults.push("`pages` belongs to `many`.");
  if (many && Object.keys(output).length === 0) faults.push("a list says by `output` what is taken of each record.");
  if ((idempotency === "key") !== used.has(KEY_PLACE)) faults.push(`idempotency: key and {${KEY_PLACE}} go together.`);
  return faults;
}

function undoFaults({ operations }: Connector, { undo, output }: Operation): string[] {
  if (undo === undefined) return [];
  const back = operations[undo.operation];
  if (back === undefined) return [`undo: there is no operation "${undo.operation}".`];
  const unknown = Object.keys({ ...undo.arguments, ...undo.take }).filter((name) => !Object.hasOwn(back.input, name)).map((name) => `undo: "${undo.operation}" takes no "${name}".`);
  const untold = Object.values(undo.take).filter((path) => !Object.hasOwn(output, path.split(".")[0] ?? "")).map((path) => `undo: the output has no "${path}".`);
  return [...unknown, ...untold];
}

function patternFaults(where: string, patterns: readonly (string | undefined)[]): string[] {
  return patterns.flatMap((pattern) => (pattern === undefined || isPattern(pattern) ? [] : [`${where}: "${pattern}" is no regular expression.`]));
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "u").unicode;
  } catch {
    // What is wrong with it stands in the pattern itself.
    return false;
  }
}
