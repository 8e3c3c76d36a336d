import { didYouMean } from "../lib/did-you-mean.ts";
import { outboundFault } from "./outbound.errors.ts";
import type { OpenApiOperation, OpenApiParameter } from "./openapi-documents.ts";
import { expandUriTemplate, hasDotSegment } from "./uri-template.ts";

/** Puts each value where the operation wants it: path, query, header, cookie, form or body. Throws the fault `configuration`. */
export function placeParameters(operation: OpenApiOperation, operationId: string, given: Readonly<Record<string, unknown>>): { url: URL; headers: Record<string, string>; body: unknown } {
  const values = new Map(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));
  const headers: Record<string, string> = {};
  const path: Record<string, unknown> = {};
  const query: [string, string][] = [];
  const cookies: string[] = [];
  const form: Record<string, unknown> = {};
  let body: unknown = undefined;
  for (const parameter of operation.parameters) {
    const argument = parameter.argument ?? parameter.name;
    const value = values.get(argument);
    values.delete(argument);
    if (value === undefined) {
      if (parameter.required) throw outboundFault("configuration", { detail: `The operation "${operationId}" needs the ${parameter.in} parameter "${parameter.name}".` });
    } else if (parameter.in === "path") path[parameter.name] = value;
    else if (parameter.in === "query") query.push(...toQuery(parameter, value));
    else if (parameter.in === "header") headers[parameter.name.toLowerCase()] = joined(value);
    else if (parameter.in === "cookie") cookies.push(`${parameter.name}=${encodeURIComponent(joined(value))}`);
    else if (parameter.in === "formData") form[parameter.name] = value;
    else body = value;
  }
  if (cookies.length > 0) headers["cookie"] = cookies.join("; ");
  if (Object.keys(form).length > 0) body = form;
  if (body === undefined) body = restAsBody(operation, operationId, values);
  else refuseUnknown(operation, operationId, [...values.keys()]);
  if (body === undefined && operation.isBodyRequired) throw outboundFault("configuration", { detail: `The operation "${operationId}" needs a body: give its fields, or all of it as "body".` });
  const type = operation.bodyTypes?.[0];
  if (body !== undefined && type !== undefined) headers["content-type"] = type;
  const template = operation.path.replace(/\{([^{}]+)\}/g, (whole, name: string) => (/^[\w.%-]+$/.test(name) ? whole : encodeURIComponent(joined(path[name]))));
  const expanded = expandUriTemplate(template, path);
  if (hasDotSegment(expanded)) throw outboundFault("configuration", { detail: `A parameter of the operation "${operationId}" would change its path.` });
  const url = new URL(operation.server + expanded);
  for (const [name, text] of query) url.searchParams.append(name, text);
  return { url, headers, body };
}

function restAsBody(operation: OpenApiOperation, operationId: string, values: ReadonlyMap<string, unknown>): unknown {
  if (values.size === 0) return undefined;
  if (operation.bodyTypes === null) refuseUnknown(operation, operationId, [...values.keys()]);
  if (values.size === 1 && values.has("body")) return values.get("body");
  return Object.fromEntries(values);
}

function refuseUnknown(operation: OpenApiOperation, operationId: string, names: readonly string[]): void {
  const [name] = names;
  if (name === undefined) return;
  throw outboundFault("configuration", { detail: `The operation "${operationId}" has no parameter "${name}".${didYouMean(name, operation.parameters.map((each) => each.name))}` });
}

/** Source: OpenAPI 3.1 "Style Values" (form, spaceDelimited, pipeDelimited, deepObject); Swagger 2.0 "collectionFormat". */
function toQuery(parameter: OpenApiParameter, value: unknown): [string, string][] {
  const { name } = parameter;
  if (Array.isArray(value)) {
    // Swagger 2.0 knows no style and joins by comma unless told; OpenAPI 3 repeats the name unless told.
    const isRepeated = parameter.collectionFormat === "multi" || (parameter.collectionFormat === undefined && (parameter.explode ?? (parameter.style === undefined || parameter.style === "form")));
    if (isRepeated) return value.map((item) => [name, joined(item)]);
    const separator = { ssv: " ", spaceDelimited: " ", pipes: "|", pipeDelimited: "|", tsv: "\t" }[parameter.collectionFormat ?? parameter.style ?? ""] ?? ",";
    return [[name, value.map(joined).join(separator)]];
  }
  if (typeof value !== "object" || value === null) return [[name, joined(value)]];
  const entries = Object.entries(value);
  if (parameter.style === "deepObject") return entries.map(([key, item]) => [`${name}[${key}]`, joined(item)]);
  return parameter.explode === false ? [[name, entries.map(([key, item]) => `${key},${joined(item)}`).join(",")]] : entries.map(([key, item]) => [key, joined(item)]);
}

function joined(value: unknown): string {
  if (Array.isArray(value)) return value.map(joined).join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
