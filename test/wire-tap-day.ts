/** A message of a generated day: who writes (`null`: a visitor nobody knows), what, and the personal values in it. */
export type DayMessage = { visit: number; email: string | null; text: string; personal: string[] };

/** The same numbers on every machine. Source: mulberry32, public domain. */
export function createSeeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Made = { text: string; personal: string[] };
type Maker = (next: (below: number) => number) => Made;

const FIRST = ["Ingrid", "Thomas", "María", "Giulia", "Piotr", "Sophie", "Håkan", "Zoë", "Lukas", "Fatima", "Oliver", "Charlotte"];
const LAST = ["Lindqvist", "Obermeier", "Fernández", "Bianchi", "Kowalczyk", "Dubois", "Sørensen", "Hendriks", "Novák", "Popescu", "Fitzgerald", "Demirovic"];
const STREETS = ["Lindenstraße {}, 10115 Berlin", "{} Old Mill Road, Springfield, IL 62704", "{} rue de la Paix, 75002 Paris", "Via Roma {}, 00184 Roma", "Keizersgracht {}, 1015 Amsterdam"];

function digits(next: (below: number) => number, count: number): string {
  return Array.from({ length: count }, () => next(10)).join("");
}

/** Digits with the one in front that makes the check digit right. */
function withLuhn(body: string): string {
  for (let last = 0; last < 10; last += 1) {
    const whole = `${body}${last}`;
    const sum = Array.from(whole).toReversed().reduce((total, sign, i) => total + (i % 2 === 1 ? [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][Number(sign)] ?? 0 : Number(sign)), 0);
    if (sum % 10 === 0) return whole;
  }
  return body;
}

function ibanOf(account: string): string {
  const rest = Array.from(`${account}131400`).reduce((sum, sign) => (sum * 10 + Number(sign)) % 97, 0);
  return `DE${String(98 - rest).padStart(2, "0")}${account}`;
}

function inFours(text: string): string {
  return text.replace(/(.{4})(?=.)/g, "$1 ");
}

const MAKERS: readonly Maker[] = [
  (next) => {
    const name = `${FIRST[next(FIRST.length)] ?? ""} ${LAST[next(LAST.length)] ?? ""}`;
    return { text: `My name is ${name}.`, personal: [name] };
  },
  (next) => {
    const name = `${FIRST[next(FIRST.length)] ?? ""} ${LAST[next(LAST.length)] ?? ""}`;
    return { text: `Please send it to my wife ${name}.`, personal: [name] };
  },
  (next) => {
    const mail = `user.${digits(next, 6)}@mail-${next(90)}.example`;
    return { text: `Write to ${mail} please.`, personal: [mail] };
  },
  (next) => {
    const mail = `user.${digits(next, 6)}@mail.example`;
    return { text: `Write to ${mail.replace("@", "\u200b@")} or ${mail.replace("@", "%40")}.`, personal: [mail, mail.replace("@", "%40"), mail.split("@")[0] ?? ""] };
  },
  (next) => {
    const phone = `+49 151 ${digits(next, 4)} ${digits(next, 4)}`;
    return { text: `Call me at ${phone}.`, personal: [phone, phone.slice(8)] };
  },
  (next) => {
    const phone = `(${2 + next(7)}${digits(next, 2)}) 555-${digits(next, 4)}`;
    return { text: `My number is ${phone}.`, personal: [phone] };
  },
  (next) => {
    const card = withLuhn(`4${digits(next, 14)}`);
    return { text: `I paid with ${next(2) === 0 ? card : inFours(card)}.`, personal: [card, inFours(card)] };
  },
  (next) => {
    const iban = ibanOf(digits(next, 18));
    return { text: `My account is ${inFours(iban)}.`, personal: [iban, inFours(iban)] };
  },
  (next) => {
    const number = `${100 + next(500)}-${10 + next(80)}-${1000 + next(8000)}`.replace(/^666/, "667");
    return { text: `My social security number is ${number}.`, personal: [number] };
  },
  (next) => {
    const street = (STREETS[next(STREETS.length)] ?? "").replace("{}", String(1 + next(180)));
    return { text: `I moved, my new address is ${street}.`, personal: [street.split(",")[0] ?? street] };
  },
  (next) => {
    const born = `${1 + next(28)}.${1 + next(12)}.${1950 + next(50)}`;
    return { text: `I was born on ${born}.`, personal: [born] };
  },
  (next) => {
    const address = `93.184.${next(256)}.${next(256)}`;
    return { text: `I get an error from ${address}.`, personal: [address] };
  },
  (next) => {
    const key = `sk_live_${digits(next, 12)}aBcDeFgH`;
    return { text: `My key is ${key}.`, personal: [key] };
  },
  (next) => {
    const passport = `C${digits(next, 7)}`;
    return { text: `My passport number is ${passport}.`, personal: [passport] };
  },
  (next) => {
    const hidden = Buffer.from(`reach me at secret.${digits(next, 5)}@mail.example`).toString("base64");
    return { text: `Look: ${hidden}`, personal: [hidden] };
  },
];
const QUESTIONS = ["Where is order {}?", "How long do I have to return something?", "Do you ship to Norway?", "How do I wash a down jacket?", "What does the order status mean? It is about {}.", "Who can I ask about repairs?", "Can I change order {}?"];

/** Several hundred messages of some people, some of them customers with orders; the same for a seed. */
export function makeDay(options: { seed: number; messages: number; visits: number; customers: readonly string[]; orders: readonly number[] }): DayMessage[] {
  const next = createSeeded(options.seed);
  return Array.from({ length: options.messages }, (_, i) => {
    const visit = i % options.visits;
    const made = Array.from({ length: 1 + next(2) }, () => MAKERS[next(MAKERS.length)]?.(next) ?? { text: "", personal: [] });
    const question = (QUESTIONS[next(QUESTIONS.length)] ?? "").replace("{}", String(options.orders[next(options.orders.length)] ?? 1042));
    return { visit, email: visit % 2 === 0 ? (options.customers[(visit / 2) % options.customers.length] ?? null) : null, text: [...made.map(({ text }) => text), question].join(" "), personal: made.flatMap(({ personal }) => personal) };
  });
}
