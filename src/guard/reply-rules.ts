import { splitSentences } from "../lib/split-sentences.ts";
import type { ReplyRules } from "./guard-file.ts";

/** A rule that a reply breaks. `rule` as `promise.refunds`, `topic.competitors`, `tone.emoji`; `sentence` is the reply's own, whole for the tone. */
export type ReplyFault = { rule: string; sentence: string };

/** Simple forms of a promise in English, German, French, Spanish, Italian and Dutch. */
const PROMISE = /(?<!\p{L})(?:(?:i|we)(?:'ll| will| can (?:offer|give|promise|guarantee)| promise| guarantee| are (?:happy|able|going) to| commit)|(?:you|it|this|that|your [\p{L} ]{1,40}|(?:the|a|an|any|full|all) [\p{L} ]{1,40})(?:'ll| will| is going to)|you(?:'re| are| have| get| shall)|guarantee[ds]?|promise[ds]?|entitled|assured?|(?:ich|wir) (?:verspreche|garantiere|werde|geben|gebe)\p{L}*|(?:sie|du) (?:erhalten|erhältst|bekommen|bekommst|haben anspruch)|garantiert|versprochen|nous (?:vous )?(?:promettons|garantissons|allons|offrons)|vous (?:recevrez|aurez|avez droit)|(?:le )?(?:prometemos|garantizamos|ofrecemos)|(?:usted )?recibirá|(?:le |ti )?(?:promettiamo|garantiamo|offriamo)|riceverà|(?:wij|we) (?:beloven|garanderen|geven)|(?:u|je) (?:krijgt|ontvangt))(?!\p{L})/iu;
/** "We will not refund", "I can't promise": no promise. */
const DENIED = /(?<!\p{L})(?:not|no|never|cannot|can't|won't|don't|doesn't|isn't|aren't|unable|without|nicht|keine?n?|niemals|pas|jamais|nunca|non|niet|geen)(?!\p{L})/iu;
const CLAUSES = /[,;:–—]| but | aber | mais | pero | ma | maar /u;
const EMOJI = /\p{Extended_Pictographic}(?<![\d#*©®™])/u;
const SHOUTED = /(?<![\p{L}\p{N}])\p{Lu}{3,}(?:[ ,!]+\p{Lu}{3,}){2,}(?!\p{L})/u;
const HIDDEN = /[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g;
const LONGEST_ENDING = 4;

/** One form for what looks alike: no invisible characters, compatibility forms, no accents, small letters, single blanks. */
function fold(text: string): string {
  return text.replace(HIDDEN, "").normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase().replaceAll("’", "'").replace(/[\s_-]+/g, " ");
}

/** A word with its usual endings ("refund" finds "refunds", "refunded"), not inside another word. */
function finderOf(word: string): RegExp {
  const parts = fold(word).split(" ").map((part) => part.replace(/[^\p{L}\p{N}]/gu, "\\$&"));
  return new RegExp(`(?<![\\p{L}\\p{N}])${parts.join(" ")}\\p{L}{0,${LONGEST_ENDING}}(?![\\p{L}\\p{N}])`, "u");
}

type Sentence = { text: string; folded: string };

/** A promise, unless a clause that holds it or what is promised denies it: "Don't worry, you will get a refund" promises one. */
function promises(folded: string, finders: readonly RegExp[]): boolean {
  const clauses = folded.split(CLAUSES).filter((clause) => PROMISE.test(clause) || finders.some((finder) => finder.test(clause)));
  return clauses.some((clause) => PROMISE.test(clause)) && !clauses.some((clause) => DENIED.test(clause));
}

type Named = { rule: string; finders: readonly RegExp[] };
export type ReplyJudge = (input: { reply: string; /** What the house itself has written or done: a promise that stands there word for word is its own. */ own: readonly string[] }) => ReplyFault[];

/**
 * Judges replies by what the workspace forbids: promises in the reply's own words, topics, tone.
 *
 * Shapes: one fault a rule, in the order promises, topics, tone. A question ("Would you like a refund?") and a denial promise nothing.
 * Limits: a promise is known by its form in six languages; topics and words hold in every language.
 * Units: linear in the reply's length for each word. Replay: pure, never throws.
 */
export function createReplyJudge(rules: ReplyRules): ReplyJudge {
  const promised = rules.neverPromise.map(({ name, words }): Named => ({ rule: `promise.${name}`, finders: words.map(finderOf) }));
  const topics = rules.neverSpeakOf.map(({ name, words }): Named => ({ rule: `topic.${name}`, finders: words.map(finderOf) }));
  const words = rules.tone.words.map((word) => ({ word, finder: finderOf(word) }));
  return ({ reply, own }) => {
    const sentences = splitSentences(reply).map(({ text }) => ({ text, folded: fold(text) }));
    const first = (named: readonly Named[], isMeant: (sentence: Sentence, finders: readonly RegExp[]) => boolean): ReplyFault[] =>
      named.flatMap(({ rule, finders }) => {
        const found = sentences.find((sentence) => finders.some((finder) => finder.test(sentence.folded)) && isMeant(sentence, finders));
        return found === undefined ? [] : [{ rule, sentence: found.text }];
      });
    const house = promised.length === 0 ? "" : own.map(plain).join("\n");
    return [
      ...first(promised, ({ text, folded }, finders) => promises(folded, finders) && !/[?？]["'”)*]*$/.test(text) && !house.includes(plain(text))),
      ...first(topics, () => true),
      ...toneFaults(rules.tone, words, reply),
    ];
  };
}

function toneFaults(tone: ReplyRules["tone"], words: readonly { word: string; finder: RegExp }[], reply: string): ReplyFault[] {
  const folded = fold(reply);
  const said = words.filter(({ finder }) => finder.test(folded));
  const marks = reply.match(/[!！]/g)?.length ?? 0;
  return [
    ...said.slice(0, 1).map(({ word }) => ({ rule: "tone.words", sentence: word })),
    ...(!tone.emoji && EMOJI.test(reply) ? [{ rule: "tone.emoji", sentence: "" }] : []),
    ...(tone.exclamationMarks !== undefined && marks > tone.exclamationMarks ? [{ rule: "tone.exclamation_marks", sentence: "" }] : []),
    ...(!tone.capitals && SHOUTED.test(reply) ? [{ rule: "tone.capitals", sentence: "" }] : []),
  ];
}

function plain(text: string): string {
  return text.replace(/ ?\[\d{1,3}\]/g, "").replace(/[*_`|#>-]+/g, " ").replace(/\s+/g, " ").trim();
}
