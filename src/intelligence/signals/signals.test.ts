import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import { cpuNowMs } from "../../../test/cpu-now.ts";
import { listPattern } from "./list-pattern.ts";
import { readFrustration } from "./read-frustration.ts";
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

test("dates and amounts are given in one form where that is certain", () => {
  const find = createEntityFinder([]);
  const normal = (text: string) => find(text).map((entity) => entity.normal ?? null);
  deepStrictEqual(normal("on 5 January 2026, 2026-01-07, 31.12.2026, 25/12/2026 and 12/25/2026"), ["2026-01-05", "2026-01-07", "2026-12-31", "2026-12-25", "2026-12-25"]);
  deepStrictEqual(normal("on 3/4/2026, 31.02.2026 and March 3rd"), [null, null, null]);
  deepStrictEqual(normal("€1,299.00, 20 EUR, $5, £3.5, 1.299,90 euros, 40 kr"), ["1299.00 EUR", "20.00 EUR", "5.00 USD", "3.50 GBP", "1299.90 EUR", null]);
});

test("products of a list are found as people write them, the longer name first", () => {
  const find = createEntityFinder([listPattern("product", ["Trail Tent", "Trail Tent 2 Pro", "Kettle (1.5 l)"])]);
  deepStrictEqual(find("My trail-tents leak, the TrailTent 2 Pro does not, nor the kettle (1.5 l)").map(({ kind, value, normal }) => [kind, value, normal]), [["product", "trail-tents", "Trail Tent"], ["product", "TrailTent 2 Pro", "Trail Tent 2 Pro"], ["product", "kettle (1.5 l)", "Kettle (1.5 l)"]]);
  deepStrictEqual(find("the tent on the trail"), []);
});

test("patience runs out over a conversation: by anger, by saying it again, by silence", () => {
  const calmly = "Could you tell me where my parcel is?";
  strictEqual(readFrustration(calmly, [], 0), 0);
  const again = readFrustration("Again: where is my parcel with the boots?", ["Where is my parcel with the boots?"], 1);
  ok(again > 0.3, `${again}`);
  const angry = readFrustration("This is ridiculous, WHERE IS MY PARCEL???", ["Where is my parcel?", "Still no parcel, this is terrible service"], 2);
  ok(angry > again && angry <= 1, `${angry}`);
  ok(readFrustration("Thank you, that helps", ["This is terrible service", "I am furious"], 0) < readFrustration("I am furious", ["This is terrible service"], 0), "patience comes back");
});

test("a message made for a workspace's pattern takes no longer than others", () => {
  const find = createEntityFinder([{ kind: "order_number", pattern: String.raw`\border\s*(?:is\s+)?\s*#?\s*(\d{4})` }, { kind: "code", pattern: String.raw`((?:[a-z]+)+)-\d` }]);
  const startedMs = cpuNowMs();
  deepStrictEqual(find(`order${" ".repeat(19_900)}x`), []);
  deepStrictEqual(find("a".repeat(20_000)), []);
  ok(cpuNowMs() - startedMs < 3_000, String(cpuNowMs() - startedMs));
  deepStrictEqual(find("Order is # 1043, code ab-1").map(({ kind, value }) => `${kind} ${value}`), ["order_number 1043", "code ab"]);
});
