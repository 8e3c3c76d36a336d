import { stemmer } from "stemmer";
import { STOP_WORDS } from "./stop-words.ts";

/** The content words of a sentence, each once, and whether anything in it is denied. */
export type SentenceWords = {
  stems: ReadonlyMap<string, boolean>;
  /** Those that stand for a word which denies by itself: "free" for cost. */
  inverted: ReadonlySet<string>;
  hasNegation: boolean;
};

const NEGATORS = new Set(
  "not no never none nobody nothing neither nor without cannot can't don't doesn't didn't isn't aren't wasn't weren't won't wouldn't couldn't shouldn't hasn't haven't hadn't nicht kein keine keinen keinem keiner nie niemals ohne pas jamais aucun aucune sans rien nunca jamás ningún ninguna sin tampoco non mai nessun nessuna senza niet geen nooit zonder não sem nenhum nenhuma inte aldrig ingen ikke aldri uden nie bez".split(
    " ",
  ),
);

/** Words that deny by themselves: the plain word they deny, compared as if "not" stood before it. */
const DENYING = new Map(
  Object.entries({
    unavailable: "available", unable: "able", impossible: "possible", prohibited: "allowed", forbidden: "allowed", banned: "allowed", disallowed: "allowed", prohibits: "allowed", excluded: "included", excludes: "included", excluding: "including",
    free: "cost", complimentary: "cost", refuse: "accept", refuses: "accept", refused: "accepted", declined: "accepted", invalid: "valid", ineligible: "eligible", closed: "open", disabled: "enabled", lacks: "has", lacking: "having", unlimited: "limited", nonrefundable: "refundable", "non-refundable": "refundable", unnecessary: "necessary", optional: "required",
    verboten: "erlaubt", unmöglich: "möglich", ausgeschlossen: "enthalten", kostenlos: "kosten", gratis: "kosten", interdit: "autorisé", gratuit: "coût", prohibido: "permitido",
  }),
);
/** Words that customer service uses for the same thing; the first stands for all. */
const SAME = new Map<string, string>();
for (const group of [
  "cost fee fees charge charges surcharge costs", "allowed permitted welcome permit permits permitting allow allows accepted accept accepts", "child kid kids children", "wifi wi-fi wlan", "outdoor outside outdoors", "small minor", "buy purchase purchases purchased purchasing bought",
  "package parcel parcels packages shipment shipments", "delivery shipping deliveries", "send ship ships shipped sent dispatch dispatched dispatches deliver delivers delivered sends", "refund reimburse reimbursed reimbursement refunded", "repair fix fixed repaired repairs", "help assist assistance",
  "email e-mail mail emails", "start begin begins starts began started", "end finish ends ended finished", "get receive received receives got gets receiving", "need require required requires necessary must needed needs", "shop store stores shops", "exchange swap swapped exchanged", "takeaway takeout take-out take-away", "site premises onsite on-site", "bike bicycle bikes bicycles", "currently moment",
]) {
  const words = group.split(" ");
  for (const word of words) SAME.set(word, words[0] ?? word);
}

/** Words that say little beside the others; they count a part. */
const LIGHT = new Set("available offer provide option service place location establishment site time able want get use currently currentli please sorry unfortunately afraid make made take know like also need thing lot additional still however certain general include keep find look let one two".split(" ").map((word) => stemmer(word)));
const LIGHT_WEIGHT = 0.35;

/** How much a stem says by itself, before its rarity. */
export function plainWeight(stem: string): number {
  return LIGHT.has(stem) ? LIGHT_WEIGHT : 1;
}

const FREE_OF_CHARGE = /\bfree of (?:any )?(?:charges?|costs?|fees?)\b/gi;
const CLAUSE_STARTS = new Set(["but", "otherwise", "unless", "although", "though", "aber", "sondern", "mais", "pero", "ma", "maar"]);
/** These deny one thing, not the rest of the sentence. */
const DETERMINERS = new Set("no without kein keine keinen keinem keiner ohne aucun aucune sans ningún ninguna sin nessun nessuna senza geen zonder sem nenhum nenhuma ingen uden bez".split(" "));
/** Denied, they deny what stands before them: "delivery is not available". */
const EXISTENTIAL = new Set("available possible offered allowed permitted provided included served accepted there exist supported verfügbar möglich erlaubt enthalten disponible possible permitido autorisé disponibile possibile beschikbaar mogelijk".split(" ").map((word) => SAME.get(word) ?? word));
const DETERMINER_REACH = 2;
const REACH = 6;
const LONGEST_STEMMED = 40;
const CACHE_SIZE = 20_000;
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{N}]+)*(?:-[\p{L}\p{N}]+)*|[.,;:!?()\n]/gu;
const stems = new Map<string, string>();

/** The Porter stem of a folded word; other languages than English lose only what looks like an English ending. The cache is bounded. */
function stemOf(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  const plain = word.replace(/'s$/, "");
  const stem = plain.length > LONGEST_STEMMED || /\d/.test(plain) ? plain.slice(0, LONGEST_STEMMED) : stemmer(plain);
  if (stems.size >= CACHE_SIZE) stems.clear();
  stems.set(word, stem);
  return stem;
}

/** A hyphenated word that is in no list is read as its parts. */
function partsOf(word: string): string[] {
  return word.includes("-") && !SAME.has(word) && !DENYING.has(word) ? word.split("-") : [word];
}

/**
 * The content words of one sentence with what its negations reach: up to six words on, not past a comma.
 *
 * Shapes: stem to "is it denied"; a word that stands both denied and plain counts as plain. Numbers are read apart, by `readSpecifics`.
 * A "No," before a sentence denies what was asked, not what follows, and is passed over.
 */
export function readWords(sentence: string): SentenceWords {
  const found = new Map<string, boolean>();
  const inverted = new Set<string>();
  let clause: string[] = [];
  let hasNegation = false;
  let negatedFor = 0;
  for (const [raw] of sentence.replace(/^\s*no,/i, "").replace(FREE_OF_CHARGE, "free").matchAll(WORD)) {
    const written = raw.toLowerCase().replaceAll("’", "'");
    if (/^[.,;:!?()\n]$/.test(written) || CLAUSE_STARTS.has(written)) {
      negatedFor = 0;
      clause = [];
      continue;
    }
    if (NEGATORS.has(written) || written.endsWith("n't")) {
      hasNegation = true;
      negatedFor = DETERMINERS.has(written) ? DETERMINER_REACH : REACH;
      continue;
    }
    negatedFor -= 1;
    for (const word of partsOf(written)) {
      if (STOP_WORDS.has(word)) continue;
      const plain = DENYING.get(word);
      const base = SAME.get(plain ?? word) ?? plain ?? word;
      const isNegated = (negatedFor >= 0) !== (plain !== undefined);
      if (plain !== undefined && EXISTENTIAL.has(base)) hasNegation = true;
      if (isNegated && EXISTENTIAL.has(base)) for (const before of clause) found.set(before, true);
      const stem = stemOf(base);
      found.set(stem, (found.get(stem) ?? true) && isNegated);
      if (plain !== undefined) inverted.add(stem);
      clause.push(stem);
    }
  }
  return { stems: found, inverted, hasNegation };
}
