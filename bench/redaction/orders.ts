import type { Finder } from "../../src/guard/detectors/create-finder.ts";

const COUNT = 5_000;
const SEED = 20_260_101;

/** Numbers of record as shops, carriers and desks give them out; `#` a digit, `@` a capital letter. */
const FORMS: Record<string, readonly string[]> = {
  order: ["####", "#####", "######", "#######", "########", "##########", "###-#######-#######", "#10##", "SO-######", "ORD-2026-#####", "FF-#####", "@@######", "@######", "WEB-######-@@"],
  invoice: ["INV-2026-#####", "RE-######", "2026/####", "########", "F#########"],
  case: ["CASE-######", "#######", "INC#######", "HELP-####", "T-#####"],
  sku: ["TNT-2P-####", "@@@-##-@", "SKU-########", "###.###.##", "@@@###-###"],
  tracking: ["00340434##########", "1Z@@@###########", "JJD00###############", "RR#########DE", "############"],
  ean: ["40#########1#", "978-3-16-######-#"],
};
const SENTENCES: Record<string, readonly string[]> = {
  order: ["Where is my order {}?", "I placed order number {} last week.", "Order {} has not arrived", "Please cancel my order {}", "Meine Bestellung {} ist nicht angekommen.", "Bestellnummer: {}", "Ma commande {} n'est pas arrivée", "Mi pedido {} no ha llegado", "Orders {} and {} came in one box", "order no. {}, please"],
  invoice: ["Invoice {} is wrong", "Please send invoice no. {} again", "Rechnung {} fehlt mir", "La facture {} est fausse"],
  case: ["My case number is {}", "Is there news about ticket {}?", "Reference: {}", "Vorgang {} ist noch offen"],
  sku: ["Is article {} in stock?", "The SKU is {}", "Artikel {} bitte in Blau", "product {} in size 42"],
  tracking: ["Tracking number {} shows nothing", "Parcel {} is late", "Sendung {} steht seit Tagen", "tracking: {}"],
  ean: ["EAN {} on the box", "ISBN {}"],
};

/** A small generator of its own, so that every run has the same numbers. Source: mulberry32, public domain. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export type OrderQuality = { numbers: number; hidden: number; share: number; bareNumbers: number; bareHidden: number; examples: string[] };

/**
 * Numbers that have to stay, in five thousand generated sentences that say what they are. Beside it, not part of the share: the
 * same order numbers as all that was written, where a right check digit makes a number of nine digits and more doubtful.
 */
export function measureOrders(finder: Finder): OrderQuality {
  const random = createRandom(SEED);
  const pick = (list: readonly string[]): string => list[random(list.length)] ?? "";
  const fill = (form: string): string => form.replace(/[#@]/g, (sign) => (sign === "#" ? String(random(10)) : String.fromCharCode(65 + random(26))));
  const kinds = Object.keys(FORMS);
  const quality: OrderQuality = { numbers: 0, hidden: 0, share: 0, bareNumbers: 0, bareHidden: 0, examples: [] };
  for (let i = 0; i < COUNT; i += 1) {
    const kind = kinds[i % kinds.length] ?? "order";
    const numbers: string[] = [];
    const text = pick(SENTENCES[kind] ?? []).replaceAll("{}", () => {
      numbers.push(fill(pick(FORMS[kind] ?? [])));
      return numbers.at(-1) ?? "";
    });
    const hidden = finder.find(text, []);
    let from = 0;
    for (const number of numbers) {
      const start = text.indexOf(number, from);
      from = start + number.length;
      quality.numbers += 1;
      if (!hidden.some((span) => span.start < from && start < span.end)) continue;
      quality.hidden += 1;
      quality.examples.push(text);
    }
    if (kind !== "order") continue;
    quality.bareNumbers += 1;
    quality.bareHidden += finder.find(fill(pick(FORMS["order"] ?? [])), []).length > 0 ? 1 : 0;
  }
  return { ...quality, share: quality.hidden / quality.numbers };
}
