import { isRecord } from "../../lib/is-record.ts";
import type { JsonSchema } from "../document/definition.ts";

const PERSONAL_NAME = /(?:^|_)(?:e?_?mail|phone|mobile|fax|name|surname|address|street|city|zip|postal_?code|birth(?:_?da(?:y|te))?|dob|iban|bic|account_?number|card_?(?:number)?|cvc|ssn|tax_?id|passport|licen[cs]e_?plate|ip(?:_?address)?|gender|nationality|salary|diagnosis|contact|customer|message|text|question|answer|transcript|body|say)$/;
const NOT_PERSONAL = /(?:^|_)(?:file|host|event|type|queue|workflow|tool|product|item|company|shop|class|task|field|user_agent|time|zone)_?name$/;
const PERSONAL_FORMATS: readonly unknown[] = ["email", "idn-email", "ipv4", "ipv6"];
const MAX_DEPTH = 6;

/**
 * The fields of a schema that hold personal data, as paths such as `contact.email`; of lists, what their items hold.
 * `x-personal: true` or `false` in a field's schema decides, then its format, then its name.
 */
export function personalFields(schema: JsonSchema | null): readonly string[] {
  return schema === null ? [] : [...fieldsIn(schema, "", 0)];
}

function* fieldsIn(schema: JsonSchema, path: string, depth: number): Generator<string> {
  if (depth > MAX_DEPTH) return;
  const { properties, items } = schema;
  if (isRecord(items)) yield* fieldsIn(items, path, depth + 1);
  for (const branch of [schema["anyOf"], schema["oneOf"]]) if (Array.isArray(branch)) for (const each of branch) if (isRecord(each)) yield* fieldsIn(each, path, depth + 1);
  if (!isRecord(properties)) return;
  for (const [name, field] of Object.entries(properties)) {
    if (!isRecord(field)) continue;
    const place = path === "" ? name : `${path}.${name}`;
    const inner = [...fieldsIn(field, place, depth + 1)];
    if (inner.length > 0) yield* inner;
    else if (isPersonal(name, field)) yield place;
  }
}

function isPersonal(name: string, field: JsonSchema): boolean {
  const declared = field["x-personal"];
  if (typeof declared === "boolean") return declared;
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll("-", "_").toLowerCase();
  if (field["type"] === "boolean" || field["enum"] !== undefined) return false;
  return PERSONAL_FORMATS.includes(field["format"]) || (PERSONAL_NAME.test(words) && !NOT_PERSONAL.test(words));
}
