import { AppError } from "../../lib/app-error.ts";
import { argumentShape } from "../declared/argument-shape.ts";
import { fillRequest, fillText, type RequestValues } from "../declared/fill-request.ts";
import { makeTool } from "../declared/make-tool.ts";
import { needsOf } from "../declared/tool-needs.ts";
import { toolRules, type ToolRules } from "../declared/tool-rules.ts";
import type { DeclarationPlace, InboundHook, ToolSource, ToolSourceDeps } from "../declared/tool-source.ts";
import { declarationInvalid } from "../tools.errors.ts";
import { callOperation } from "../connectors/call-operation.ts";
import type { Connector } from "../connectors/connector.ts";
import { loadConnectors } from "../connectors/load-connectors.ts";
import type { Operation } from "../connectors/operation.ts";
import { readWebhook } from "../connectors/read-webhook.ts";
import { outputShape } from "../connectors/shape-output.ts";
import { signStandardWebhook } from "../connectors/sign-request.ts";
import { connectorDeclaration, type ConnectorDeclaration, type Override } from "./connector-declaration.ts";
import { createHttpSystem, type HttpSystemSettings } from "./http-system.ts";

/** Operations of a connector, at the company's own system, as tools. */
export const connectorSource: ToolSource<ConnectorDeclaration> = {
  kind: "connector",
  declaration: connectorDeclaration,
  open(declared, place, deps) {
    const connector = loadConnectors().get(declared.connector);
    if (connector === undefined) throw declarationInvalid({ message: `${place.at(["connector"])}: There is no connector "${declared.connector}".` });
    const parameters = Object.fromEntries(Object.entries(connector.parameters).map(([name, { default: fallback }]) => [name, String(declared[name] ?? fallback)]));
    const settings = settingsOf(connector, declared, parameters);
    const base = new URL(settings.url);
    const system = createHttpSystem(base.host, settings, place.tenantId, deps);
    const way = wayOf(connector, declared);
    const sign = way?.signs === undefined || declared.secret === undefined ? null : { secret: declared.secret, with: signStandardWebhook(deps.clock) };
    const tools = declared.operations.flatMap((name, index) => {
      const operation = connector.operations[name];
      if (operation === undefined) return [];
      const rules = rulesOf(declared, name, operation, connector);
      const call = { connector, operation, rules, system, base, parameters, clock: deps.clock, sign };
      return [makeTool(rules, { system: system.name, input: argumentShape({ input: operation.input, bind: rules.bind }), output: outputShape(operation), call: (input, context) => callOperation(call, input, context) }, ["operations", index])];
    });
    const hook = hookOf(connector, declared, base, place, deps);
    const needs = needsOf({ template: [settings.headers, settings.query], reached: [settings.url, settings.authentication], secrets: [sign?.secret, declared.webhookSecret] });
    return Promise.resolve({ tools, needs, ...(hook === null ? {} : { hook }), [Symbol.asyncDispose]: () => Promise.resolve() });
  },
};

/** The secret may be two with a space between, while one replaces the other. */
function hookOf(connector: Connector, { webhookSecret }: ConnectorDeclaration, base: URL, { tenantId, file }: DeclarationPlace, { secrets, clock, log }: ToolSourceDeps): InboundHook | null {
  if (webhookSecret === undefined) return null;
  const read = async (): Promise<string[]> => {
    try {
      return (await secrets.read(tenantId, webhookSecret)).split(/\s+/);
    } catch (error) {
      // Whoever sends it is a stranger yet: only the operator hears what is missing.
      if (!(error instanceof AppError) || error.code !== "tools.secret_missing") throw error;
      log.warn("tools.hook_without_secret", { file, secret: webhookSecret });
      return [];
    }
  };
  return { source: base.origin, system: connector.name, read: async (request) => readWebhook(connector, await read(), request, clock.nowMs()) };
}

function wayOf(connector: Connector, declared: ConnectorDeclaration): Connector["authentications"][string] | undefined {
  return connector.authentications[declared.authentication ?? Object.keys(connector.authentications)[0] ?? ""];
}

/** The connector's own address and sign-in, with the company's parameters; the secret stays a reference. */
function settingsOf(connector: Connector, declared: ConnectorDeclaration, parameters: Readonly<Record<string, string>>): HttpSystemSettings {
  const way = wayOf(connector, declared);
  const secret = declared.secret === undefined ? undefined : `\${secret:${declared.secret}}`;
  // References to secrets were none of the connector's; they stay as they are.
  const filled = (server: string | undefined): RequestValues => ({ value: (name) => (name === "secret" ? secret : name === "server" ? server : parameters[name]), secret: (name) => `\${secret:${name}}` });
  const url = (declared.server ?? fillText(connector.url, filled(undefined))).replace(/\/+$/, "");
  const values = filled(url);
  const texts = (given: Readonly<Record<string, string>> = {}) => Object.fromEntries(Object.entries(given).map(([name, text]) => [name, fillText(text, values)]));
  return {
    url, authentication: way?.use === undefined ? undefined : fillRequest(way.use, values),
    headers: { ...texts(connector.headers), ...texts(way?.headers) }, query: texts(way?.query),
  };
}

/** The operation's rules as this workspace has them. What would take an effect back is only there when the workspace has named it too. */
function rulesOf(declared: ConnectorDeclaration, name: string, operation: Operation, connector: Connector): ToolRules {
  const override: Override = declared.overrides[name] ?? {};
  const nameOf = (each: string) => declared.overrides[each]?.name ?? `${declared.prefix ?? connector.name}_${each}`;
  const { undo: back, purpose, risk, idempotency, verified, bind, accepts, timeoutMs, rateLimit, maxOutputBytes, describe, say, notFound } = operation;
  const undo = back === undefined || !declared.operations.includes(back.operation) ? null : { tool: nameOf(back.operation), arguments: back.arguments, take: back.take };
  const own = { purpose, risk, idempotency, verified, bind, accepts, timeoutMs, rateLimit: rateLimit ?? connector.limits.rateLimit ?? null, maxOutputBytes, describe, say, notFound, undo };
  const changed = Object.fromEntries(Object.entries(override).filter(([, value]) => value !== undefined));
  return toolRules.parse({ ...own, ...changed, name: nameOf(name), bind: { ...override.bind, ...bind } });
}
