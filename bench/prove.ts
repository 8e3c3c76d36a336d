import { existsSync } from "node:fs";
import { join } from "node:path";
import { report } from "./report.ts";

/** `npm run prove -- NAME`: measures a quality that has a target and exits with 1 when it is missed. */
const PROOFS: Record<string, () => Promise<number>> = {
  "answer-quality": async () => {
    if (!existsSync(join(import.meta.dirname, "answer-quality.ts"))) throw new Error("bench/answer-quality.ts is not there");
    const { measureAnswerQuality } = await import("./answer-quality.ts");
    const { name, outcomes, ...figures } = await measureAnswerQuality(join(import.meta.dirname, "..", "examples", "shop"));
    for (const outcome of outcomes) if (outcome.verdict === "answered" || outcome.verdict === "wrong document") process.stdout.write(`${outcome.verdict.padEnd(15)} ${outcome.question}\n`);
    return report({ name, figures, targets: [] });
  },
  tau3: async () => (await import("./tau3.ts")).proveTau3(),
  ingest: async () => (await import("./ingest.ts")).proveIngest(),
  understand: async () => (await import("./understand.ts")).proveUnderstand(),
  redaction: async () => (await import("./redaction.ts")).proveRedaction(),
  routing: async () => (await import("./routing.ts")).proveRouting(),
  attacks: async () => (await import("./attacks.ts")).proveAttacks(),
  grounding: async () => (await import("./grounding.ts")).proveGrounding(),
  retrieval: async () => (await import("./retrieval.ts")).proveRetrieval(),
};

const name = process.argv[2] ?? "";
const proof = Object.hasOwn(PROOFS, name) ? PROOFS[name] : undefined;
if (proof === undefined) {
  process.stdout.write(`unknown: "${name}". There are: ${Object.keys(PROOFS).join(", ")}\n`);
  process.exitCode = 2;
} else process.exitCode = await proof();
