import { createCel, createJq } from "../adapters/index.ts";
import type { ExpressionLanguage } from "./expression.ts";

export type ExpressionLanguages = Readonly<Record<"jq" | "cel", ExpressionLanguage>>;

/** Both languages, made once per process: jq's thread is started at its first use only. */
export function createLanguages(): ExpressionLanguages {
  return { jq: createJq(), cel: createCel() };
}
