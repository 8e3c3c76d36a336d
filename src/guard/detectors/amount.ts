import type { Detector, Span } from "./detector.ts";

const MARK = String.raw`(?:[€$£¥]|EUR|USD|GBP|CHF|PLN|SEK|NOK|DKK|CZK|HUF|zł|kr\.?)`;
const NUMBER = String.raw`\d{1,3}(?:[.,' \u00a0]\d{3}){0,4}(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,2})?`;
const AMOUNT = String.raw`(?:${MARK} ?(?:${NUMBER})(?: ?(?:k|m|mio|bn|million|thousand|tausend)(?!\p{L}))?|(?:${NUMBER})(?: ?(?:k|mio|million|thousand|tausend))? ?(?:${MARK}|euros?|dollars?|pounds?|francs?|franken|k)(?!\p{L})|\d{1,3}(?:[.,]\d{3}){1,4}|\d{4,12})(?![\d])`;
const WORDS = String.raw`salar(?:y|ies)|wages?|gehalt\p{L}*|lohn\p{L}*|bruttolohn|netto(?:lohn|gehalt)|jahresgehalt|monatsgehalt|salaire|sueldo|salario|stipendio|retribu\p{L}*|salaris|loon|pay ?slip|pay ?check|payroll|compensation|remuneration|vergütung\p{L}*|bonus|commission|severance|abfindung\p{L}*|pension|net worth|income|einkommen|earn(?:s|ed|ing|ings)?|verdien\p{L}*|contract (?:value|sum|volume|amount)|vertrags(?:wert|summe|volumen)|auftragswert|deal (?:size|value)|valeur du contrat|loan|darlehen\p{L}*|kredit(?:summe|betrag)|mortgage|credit limit|account balance|kontostand|annual revenue|base pay|gross pay|net pay`;
const REACH = 48;
const FIGURE = new RegExp(`(?<![\\p{L}\\p{N}.,])${AMOUNT}`, "giu");
const SALARY = new RegExp(`(?<!\\p{L})(?:${WORDS})(?!\\p{L})`, "iu");
/** Pay by the hour, month or year says what it is by itself. */
const PER_TIME = /^ ?(?:\/|per|a|an|pro|par|al|im) ?(?:hour|month|year|annum|stunde|monat|jahr|mois|an|mes|año|h)(?!\p{L})/iu;

/** Sentences are not left: what the one before speaks of says nothing here. */
function nearBy(text: string, start: number, end: number): string {
  const before = text.slice(Math.max(0, start - REACH), start);
  const after = text.slice(end, end + REACH);
  return `${before.slice(Math.max(before.lastIndexOf("\n"), before.lastIndexOf(". "), before.lastIndexOf("? ")) + 1)} ${after.split(/[.?!\n]\s/, 1)[0] ?? ""}`;
}

/** Strict financial figures: amounts near a word for pay, a loan or the value of a contract. Prices, refunds and totals of orders stay. */
export const amountDetector: Detector = {
  kind: "amount",
  find(text) {
    if (!SALARY.test(text) && !/per|pro|par|\//i.test(text)) return [];
    const spans: Span[] = [];
    for (const { 0: figure, index } of text.matchAll(FIGURE)) {
      const end = index + figure.length;
      if (SALARY.test(nearBy(text, index, end)) || (/[€$£¥]|[A-Z]{3}|euro|dollar|pound|fran/i.test(figure) && PER_TIME.test(text.slice(end, end + 12)))) spans.push({ start: index, end });
    }
    return spans;
  },
  normalise: (value) => value.toLowerCase().replace(/\s+/g, ""),
};
