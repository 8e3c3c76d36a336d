import { detectLanguage, UNDETERMINED } from "../../lib/detect-language.ts";
import type { Entity, EntityPattern, UnderstandInput, Understanding } from "../understander.ts";
import { createEntityFinder } from "./find-entities.ts";
import { readFrustration } from "./read-frustration.ts";
import { readRisks } from "./read-risks.ts";
import { readSentiment } from "./read-sentiment.ts";
import { readUrgency } from "./read-urgency.ts";

/** All of an understanding that no training is needed for. */
export type Signals = Omit<Understanding, "intents" | "steps">;

function countUnanswered(recent: UnderstandInput["recent"]): number {
  const answered = recent.findLastIndex(({ author }) => author === "ai" || author === "human");
  return recent.slice(answered + 1).filter(({ author }) => author === "contact").length;
}

/**
 * Makes the function that reads language, mood, urgency, risks and entities by word lists and patterns.
 *
 * Throws: `intelligence.pattern_invalid` when it is made; the function never throws.
 * Replay: pure.
 */
export function createSignalReader(patterns: readonly EntityPattern[]): (input: Pick<UnderstandInput, "text" | "recent">) => Signals {
  const findEntities: (text: string) => Entity[] = createEntityFinder(patterns);
  return ({ text, recent }) => {
    const said = recent.filter(({ author }) => author === "contact").map((message) => message.text);
    const unanswered = countUnanswered(recent);
    const own = detectLanguage(text);
    const sentiment = readSentiment(text, said);
    const risks = readRisks(text);
    return {
      language: own === UNDETERMINED ? detectLanguage(said.slice(-3).join("\n")) : own,
      sentiment,
      frustration: readFrustration(text, said, unanswered),
      urgency: readUrgency({ text, risks, sentiment, unanswered }),
      risks,
      entities: findEntities(text),
    };
  };
}
