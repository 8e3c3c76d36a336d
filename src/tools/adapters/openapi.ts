import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { shapeOfJsonSchema } from "../../lib/shape.ts";
import { toolNameOf } from "../../outbound/openapi/name-arguments.ts";
import { pinnedDocument, pinnedFileOf, type PinnedDocument, type PinnedOperation } from "../../outbound/openapi/pinned.ts";
import { placeParameters } from "../../outbound/place-parameters.ts";
import { typesOf } from "../declared/argument-shape.ts";
import type { RequestValues } from "../declared/fill-request.ts";
import { needsOf } from "../declared/tool-needs.ts";
import type { ToolRules } from "../declared/tool-rules.ts";
import type { DeclarationPath, DeclarationPlace, DeclaredTool, ToolSource } from "../declared/tool-source.ts";
import { declarationInvalid } from "../tools.errors.ts";
import { ruleFaults, systemNameOf } from "./http-declaration.ts";
import { createHttpSystem, type HttpRequest } from "./http-system.ts";
import { makeHttpTool } from "./http-tool.ts";
import { argumentsOf, inputOf, keyArgument, requiredOf } from "./openapi-input.ts";
import { openapiDeclaration, type OpenApiDeclaration, type OpenApiToolRules } from "./openapi-declaration.ts";

/** Operations of an OpenAPI document as tools. The document itself is read at import only; what was pinned then is used. */
export const openapiSource: ToolSource<OpenApiDeclaration> = {
  kind: "openapi",
  declaration: openapiDeclaration,
  async open(declared, place, deps) {
    const pinned = await readPinned(declared, place);
    const system = createHttpSystem(systemNameOf({ url: declared.server, system: declared.system }), { ...declared, url: declared.server, authentication: declared.authentication }, place.tenantId, deps);
    const names = new Set(declared.operations.flatMap(({ name }) => name ?? []));
    const faults: string[] = [];
    const tools = declared.operations.flatMap((rules, index): DeclaredTool[] => {
      const say = (path: DeclarationPath, message: string) => faults.push(`${place.at(["operations", index, ...path])}: ${message}`);
      const operation = Object.hasOwn(pinned.operations, rules.operation) ? pinned.operations[rules.operation] : undefined;
      if (operation === undefined) {
        say(["operation"], `"${rules.operation}" was not imported.${didYouMean(rules.operation, Object.keys(pinned.operations))} Run: ${importOf(declared, place)} --operations "${rules.operation}"`);
        return [];
      }
      for (const { path, message } of operationFaults(rules, operation)) say(path, message);
      const named: ToolRules = { ...rules, name: rules.name ?? toolNameOf(operation, names), purpose: rules.purpose ?? (operation.purpose === "" ? `${operation.method} ${operation.path}` : operation.purpose) };
      names.add(named.name);
      const output = rules.output ?? (rules.pick === undefined ? operation.output : {});
      const answer = { answer: operation.answer, pick: rules.pick, matches: rules.matches, notFoundStatuses: rules.notFoundStatuses, refused: rules.refused };
      return [makeHttpTool({ system, clock: deps.clock, rules: named, input: shapeOfJsonSchema(inputOf(rules, operation)), output: shapeOfJsonSchema(output), template: null, answer, request: (values) => requestOf(operation, rules.operation, values) }, ["operations", index])];
    });
    if (faults.length > 0) throw declarationInvalid({ message: faults.join("\n"), details: { faults } });
    return { tools, needs: needsOf({ template: declared, reached: [declared.server, declared.authentication] }), [Symbol.asyncDispose]: () => Promise.resolve() };
  },
};

async function readPinned(declared: OpenApiDeclaration, place: DeclarationPlace): Promise<PinnedDocument> {
  const file = pinnedFileOf(place.file);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(join(place.folder, file), "utf8"));
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw declarationInvalid({ message: `${place.at(["document"])}: ${file} ${isMissing ? "is not there" : "cannot be read"}. It is written by: ${importOf(declared, place)}`, cause: error });
  }
  const read = pinnedDocument.safeParse(value);
  if (!read.success) throw declarationInvalid({ message: `${place.at(["document"])}: ${file} is not what an import writes (${z.prettifyError(read.error).split("\n")[0] ?? ""}). Write it anew: ${importOf(declared, place)}` });
  return read.data;
}

function importOf({ document }: OpenApiDeclaration, place: DeclarationPlace): string {
  return `baton tools import openapi ${document} --name ${/([^/]+)\.ya?ml$/.exec(place.file)?.[1] ?? ""}`;
}

type Fault = { path: string[]; message: string };

function operationFaults(rules: OpenApiToolRules, operation: PinnedOperation): Fault[] {
  const faults: Fault[] = ruleFaults({ ...rules, method: operation.method === "HEAD" || operation.method === "OPTIONS" ? "GET" : operation.method });
  const properties = argumentsOf(operation);
  const hidden = keyArgument(rules.idempotency, operation);
  for (const [name, source] of Object.entries(rules.bind)) {
    const types = typesOf(properties[name] ?? {});
    if (!Object.hasOwn(properties, name)) faults.push({ path: ["bind", name], message: `The operation takes no argument "${name}".${didYouMean(name, Object.keys(properties))}` });
    else if (name === hidden) faults.push({ path: ["bind", name], message: `"${name}" holds the call's key, which Baton sets.` });
    else if (types.length > 0 && !types.includes("string")) faults.push({ path: ["bind", name], message: `"${name}" is of type ${types.join(" or ")}, and ${source} is a text.` });
  }
  for (const name of rules.arguments ?? []) if (!Object.hasOwn(properties, name)) faults.push({ path: ["arguments"], message: `The operation takes no argument "${name}".${didYouMean(name, Object.keys(properties))}` });
  const left = requiredOf(operation).filter((name) => rules.arguments?.includes(name) === false && !Object.hasOwn(rules.bind, name) && name !== hidden);
  if (left.length > 0) faults.push({ path: ["arguments"], message: `The operation needs ${left.map((name) => `"${name}"`).join(" and ")} too.` });
  if (rules.idempotency === "key") faults.push({ path: ["idempotency"], message: "Say where the key goes: { header: Idempotency-Key }, or { field: name } of the body." });
  if (typeof rules.idempotency === "object" && "field" in rules.idempotency && operation.body?.members === null) faults.push({ path: ["idempotency"], message: "The operation's body has no named members that a key could go into." });
  return faults;
}

/** No argument can be called like this. */
const BODY = "(body)";

function requestOf(operation: PinnedOperation, name: string, { value }: RequestValues): HttpRequest {
  const { body, parameters } = operation;
  const given = Object.fromEntries(parameters.map(({ argument }) => [argument, value(argument)]));
  const asBody = body === null ? undefined : bodyOf(body, value);
  const placed = placeParameters(
    { kind: "found", method: operation.method, path: operation.path, server: "http://system", parameters: [...parameters, ...(asBody === undefined ? [] : [{ name: BODY, in: "body" as const, required: true }])], bodyTypes: body === null ? null : [body.type], isBodyRequired: body?.isRequired ?? false },
    name, { ...given, ...(asBody === undefined ? {} : { [BODY]: asBody }) },
  );
  const { "content-type": _, ...headers } = placed.headers;
  return { method: operation.method, path: placed.url.pathname, query: [...placed.url.searchParams], headers, body: placed.body, bodyType: body?.type ?? null, nestedForm: body?.nested ?? "json" };
}

function bodyOf(body: NonNullable<PinnedOperation["body"]>, value: RequestValues["value"]): unknown {
  if (body.members === null) return value(body.argument);
  const members = Object.entries(body.members).flatMap(([argument, name]): [string, unknown][] => (value(argument) === undefined ? [] : [[name, value(argument)]]));
  return members.length === 0 && !body.isRequired ? undefined : Object.fromEntries(members);
}
