import { redactDeep } from "../guard/redact-deep.ts";
import type { Redactor } from "../guard/redactor.ts";
import type { DataClass } from "./tool.ts";

const PAYMENT = new Set(["card", "iban", "account"]);
const CREDENTIAL = new Set(["key", "token", "password", "secret"]);

/** The kinds of data that stand in a value, by what the redactor finds in it. Where the redactor throws, nothing may be sent. */
export function dataClassesIn(redactor: Redactor, value: unknown): Set<DataClass> {
  return new Set(redactDeep(redactor, value, [], []).placeholders.map(({ kind }) => classOf(kind)));
}

function classOf(kind: string): DataClass {
  return PAYMENT.has(kind) ? "payment" : CREDENTIAL.has(kind) ? "credential" : "personal";
}
