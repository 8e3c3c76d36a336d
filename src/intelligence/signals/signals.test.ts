import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import { splitClauses } from "../classifier/split-clauses.ts";
import { detectLanguage } from "../../lib/detect-language.ts";
import { createEntityFinder } from "./find-entities.ts";
import { readRisks } from "./read-risks.ts";
import { readSentiment } from "./read-sentiment.ts";
import { readUrgency } from "./read-urgency.ts";

const calm = { score: 0, label: "neutral" } as const;
const urgencyOf = (text: string) => readUrgency({ text, risks: [], sentiment: calm, unanswered: 0 });

test("eleven languages in Latin script are told apart", () => {
  const said: Record<string, string> = {
    en: "I bought these boots last month and the sole has come off already.",
    de: "Ich habe die Stiefel letzten Monat gekauft und die Sohle löst sich schon.",
    fr: "J'ai acheté ces bottes le mois dernier et la semelle se décolle déjà.",
    es: "Compré estas botas el mes pasado y la suela ya se está despegando.",
    it: "Ho comprato questi stivali il mese scorso e la suola si sta già staccando.",
    nl: "Ik heb deze laarzen vorige maand gekocht en de zool laat nu al los.",
    pt: "Comprei estas botas no mês passado e a sola já está a descolar.",
    sv: "Jag köpte de här stövlarna förra månaden och sulan har redan lossnat.",
    da: "Jeg købte støvlerne i sidste måned, og sålen er allerede gået løs.",
    no: "Jeg kjøpte støvlene forrige måned, og sålen har allerede løsnet.",
    pl: "Kupiłem te buty w zeszłym miesiącu i podeszwa już się odkleja.",
  };
  deepStrictEqual(Object.fromEntries(Object.entries(said).map(([language, text]) => [language, detectLanguage(text)])), Object.fromEntries(Object.keys(said).map((language) => [language, language])));
});

test("other scripts tell their language", () => {
  const said = { ru: "Когда придёт посылка?", uk: "Коли прийде моя посилка, її ще немає", el: "Πότε θα έρθει;", he: "מתי זה יגיע", ar: "متى يصل الطرد", fa: "بسته من چه زمانی می رسد", hi: "पार्सल कब आएगा", th: "พัสดุจะมาถึงเมื่อไหร่", zh: "包裹什么时候到", ja: "荷物はいつ届きますか", ko: "택배 언제 오나요" };
  for (const [language, text] of Object.entries(said)) strictEqual(detectLanguage(text), language, text);
});

test("numbers, links and placeholders have no language", () => {
  for (const text of ["", "4711", "https://shop.example/the/order", "[EMAIL_1]", "?!"]) strictEqual(detectLanguage(text), "und", text);
});

test("a negation turns a feeling round", () => {
  strictEqual(readSentiment("I am happy", []).label, "positive");
  strictEqual(readSentiment("I am not happy at all", []).label, "negative");
  strictEqual(readSentiment("No problem, thanks a lot", []).label, "positive");
});

test("shouting makes a complaint worse", () => {
  ok(readSentiment("MY ORDER IS WRONG AGAIN!!!", []).score < readSentiment("My order is wrong again", []).score);
});

test("an angry past colours a short message", () => {
  ok(readSentiment("Hello?", ["This is unacceptable", "I am furious, worst shop ever"]).score < readSentiment("Hello?", []).score);
});

test("sentiment is read in German, French and Spanish", () => {
  for (const text of ["Das ist eine Frechheit, ich bin sehr verärgert", "C'est inacceptable, je suis très déçu", "Es inaceptable, estoy muy enfadada"]) strictEqual(readSentiment(text, []).label, "negative", text);
  for (const text of ["Super, vielen Dank!", "Parfait, merci beaucoup", "Excelente, muchas gracias"]) strictEqual(readSentiment(text, []).label, "positive", text);
});

test("urgent words, deadlines and repeats raise the urgency", () => {
  strictEqual(urgencyOf("How do I wash the jacket?"), 0);
  ok(urgencyOf("I need this urgently, we are leaving tomorrow") > 0.6);
  ok(urgencyOf("This is the third time I write and still no answer") >= 0.3);
  ok(readUrgency({ text: "The lamp caught fire", risks: ["safety"], sentiment: calm, unanswered: 0 }) >= 0.8);
});

test("harmless words are no risk", () => {
  for (const text of [
    "Is the Fire TV stick back in stock?",
    "my phone battery died",
    "Which fire place tools do you sell?",
    "Please cancel order 1044",
    "Which brand is this?",
    "It suits me, can I process a payment?",
    "Do you have tennis court shoes?",
    "I'd die for this jacket, it looks great",
    "The regulator valve of my stove is too small",
    "Burn rate and court yard are words",
  ])
    deepStrictEqual(readRisks(text), [], text);
});

test("risks are found in German, French and Spanish and several at once", () => {
  deepStrictEqual(readRisks("Ich schalte meinen Anwalt ein"), ["legal"]);
  deepStrictEqual(readRisks("Le chargeur a pris feu et je vais porter plainte"), ["legal", "safety"]);
  deepStrictEqual(readRisks("Quiero cancelar mi cuenta, mi madre falleció"), ["churn", "vulnerable"]);
});

test("a risk at the end of a long mail is seen", () => {
  deepStrictEqual(readRisks(`${"The tent is fine. ".repeat(3000)}Otherwise I will sue you.`), ["legal"]);
});

test("dates and amounts are found without a pattern and yield to the workspace's own", () => {
  const find = createEntityFinder([{ kind: "invoice", pattern: String.raw`INV-\d{4}-\d{2}-\d{2}` }]);
  deepStrictEqual(
    find("INV-2026-01-05 of 5 January 2026: €1,299.00, paid 2026-01-07, 20 EUR back").map(({ kind, value }) => `${kind}=${value}`),
    ["invoice=INV-2026-01-05", "date=5 January 2026", "amount=€1,299.00", "date=2026-01-07", "amount=20 EUR"],
  );
});

test("wishes joined by and, also or a full stop are clauses", () => {
  deepStrictEqual(splitClauses("Where is my order? I'd like a refund and my login fails."), ["Where is my order?", "I'd like a refund", "my login fails."]);
  deepStrictEqual(splitClauses("  "), []);
});
