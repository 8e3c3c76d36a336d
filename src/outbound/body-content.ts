import { parseJson } from "../lib/parse-json.ts";
import { outboundFault } from "./outbound.errors.ts";
import type { OutboundAnswer } from "./outbound.ts";

/** How objects and lists of them stand in a form: `json` as JSON in one field, `brackets` each value in its own, `card[number]`. */
export type NestedForm = "json" | "brackets";

/** A body as bytes, in the form its content type asks for; JSON when nothing is said. Null: nothing to send. */
export function encodeBody(body: unknown, contentType: string | null, nestedForm: NestedForm = "json"): { bytes: Uint8Array; type: string } | null {
  if (body === undefined) return null;
  const type = contentType ?? (typeof body === "string" ? "text/plain; charset=utf-8" : "application/json");
  const media = mediaOf(type);
  if (isJson(media)) return { bytes: Buffer.from(typeof body === "string" && parseJson(body) !== undefined ? body : JSON.stringify(body)), type };
  if (media === "application/x-www-form-urlencoded" && typeof body === "object" && body !== null) return { bytes: Buffer.from(encodeForm(body, nestedForm)), type };
  if (typeof body === "string") return { bytes: Buffer.from(body), type };
  if (typeof body === "object" && body !== null) throw outboundFault("configuration", { detail: `The body is an object, which "${media}" cannot hold; set the header content-type to application/json or make the body a text.` });
  return { bytes: Buffer.from(String(body)), type };
}

function encodeForm(body: object, nested: NestedForm): string {
  const form = new URLSearchParams();
  const put = (name: string, value: unknown): void => {
    if (value === null || value === undefined) return;
    if (typeof value !== "object") form.append(name, String(value));
    else if (nested === "json") form.append(name, JSON.stringify(value));
    else for (const [key, item] of Object.entries(value)) put(`${name}[${key}]`, item);
  };
  for (const [name, value] of Object.entries(body)) {
    // A plain list repeats its name.
    const isList = Array.isArray(value) && (nested === "json" || value.every((item) => typeof item !== "object"));
    for (const item of isList ? value : [value]) put(name, item);
  }
  return form.toString();
}

/** JSON as its value, text as text, everything else in base64; null when there is nothing. Source: DSL 1.0.3, "HTTP Response". */
export function decodeContent(answer: OutboundAnswer, where: string): unknown {
  if (answer.body.byteLength === 0) return null;
  const type = answer.headers["content-type"] ?? "";
  const media = mediaOf(type);
  if (isJson(media)) {
    try {
      const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(answer.body));
      return value;
    } catch (error) {
      throw outboundFault("communication", { status: 502, isAnswered: true, title: "Not valid JSON", detail: `${where} answered ${answer.status} with a body that is said to be JSON and is not.`, cause: error });
    }
  }
  const text = isText(media) || media === "" ? textOf(answer) : null;
  return text ?? Buffer.from(answer.body).toString("base64");
}

/** The answer's text; null when it is none. */
export function textOf(answer: OutboundAnswer): string | null {
  return decodeText(answer.body, /charset="?([\w-]+)/i.exec(answer.headers["content-type"] ?? "")?.[1] ?? "utf-8");
}

function decodeText(bytes: Uint8Array, charset: string): string | null {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    // Said to be text and is none, or in a charset nobody knows: given on as bytes.
    return null;
  }
}

function mediaOf(type: string): string {
  return type.split(";")[0]?.trim().toLowerCase() ?? "";
}

function isJson(media: string): boolean {
  return media === "application/json" || media === "text/json" || media.endsWith("+json");
}

function isText(media: string): boolean {
  return media.startsWith("text/") || /^application\/(xml|yaml|x-yaml|javascript|x-www-form-urlencoded|graphql|x-ndjson|jsonl)$/.test(media) || media.endsWith("+xml") || media.endsWith("+yaml");
}
