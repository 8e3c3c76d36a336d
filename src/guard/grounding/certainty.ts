/** How surely something is said: it may be so, it is so as a rule, it is so, it will be so, it is so without exception. */
export type Certainty = "possible" | "usual" | "plain" | "will" | "absolute";

const ABSOLUTE = /(?<!\p{L})(?:always|guarantee[ds]?|guaranteed|definitely|certainly|without (?:exception|fail)|in (?:all|every|any) cases?|every time|100 ?%|immer|garantiert|garantieren|ausnahmslos|auf jeden fall|in jedem fall|toujours|garanti[est]?|dans tous les cas|siempre|garantizad[oa]s?|sempre|garantit[oa]|altijd|gegarandeerd)(?!\p{L})/iu;
const DENIED_ABSOLUTE = /(?<!\p{L})(?:not|cannot|can't|don't|doesn't|isn't|aren't|won't|nicht|keine?|pas|no|non|niet)(?: \p{L}+)? (?:always|guarantee[ds]?|definitely|certainly|immer|garantiert|toujours|garanti[est]?|siempre|sempre|altijd)(?!\p{L})/iu;
const POSSIBLE = /(?<!\p{L})(?:may(?! \d| be (?:used|returned|requested))|might|could|possibly|perhaps|maybe|sometimes|in some cases|in certain cases|depending on|subject to|möglicherweise|eventuell|vielleicht|manchmal|unter umständen|je nach|peut-être|parfois|selon|éventuellement|quizás|tal vez|a veces|según|puede que|forse|a volte|misschien|soms|mogelijk)(?!\p{L})/iu;
const USUAL = /(?<!\p{L})(?:usually|typically|normally|generally|often|in most cases|as a rule|mostly|in der regel|normalerweise|meistens|üblicherweise|meist|généralement|souvent|d'habitude|normalmente|por lo general|generalmente|di solito|meestal|gewoonlijk)(?!\p{L})/iu;
const WILL = /(?<!\p{L})(?:will|won't|'ll|going to|wird|werden|sera|seront|será|serán|sarà|zal|zullen)(?!\p{L})/iu;

/** Simple forms in English and a few words of German, French, Spanish, Italian and Dutch. Permission ("you may return it") is often worded as possibility. */
export function readCertainty(sentence: string): Certainty {
  const plain = sentence.replaceAll("’", "'");
  if (DENIED_ABSOLUTE.test(plain) || POSSIBLE.test(plain)) return "possible";
  if (USUAL.test(plain)) return "usual";
  if (ABSOLUTE.test(plain)) return "absolute";
  return WILL.test(plain) ? "will" : "plain";
}

/** Whether the claim promises what the evidence leaves open: "will" for "may", "always" for "usually". */
export function isSurer(claim: Certainty, evidence: Certainty): boolean {
  if (claim === "absolute") return evidence === "possible" || evidence === "usual";
  return claim === "will" && evidence === "possible";
}
