import { createBuiltInGroundingJudge } from "../src/guard/adapters/built-in-judge.ts";
import { auroc } from "./grounding/auroc.ts";
import { findGroundingSets, readBegin, readContradictions, readHaluEval, readMtrag, type ContradictingPair, type LabelledAnswer } from "./grounding/data.ts";
import { crossValidate } from "./grounding/cross-validate.ts";
import { measureOverlap } from "./grounding/overlap.ts";
import { report, say } from "./report.ts";

/** Of plain word overlap as published with the sets; what it reaches on the very same answers is asked for besides. */
const OVERLAP = { mtrag_human_eval: 0.926, begin: 0.93, halueval_qa: 0.93 } as const;
type SetName = keyof typeof OVERLAP;

/**
 * Whether the built-in judge ranks faithful answers above others (`../shared/data/mtrag_human_eval`, `begin`, `halueval_qa`,
 * development parts; another place by `BATON_DATA_SETS`), and tells an answer's own entry from its opposite (`dstc9_faq`).
 * The figures that count are cross-validated: each answer is rated by weights fitted without its passage. Returns the exit code.
 */
export async function proveGrounding(): Promise<number> {
  const folder = findGroundingSets();
  if (folder === null) {
    say("skipped: the data sets are not here; set BATON_DATA_SETS to their folder");
    return 0;
  }
  const sets: Record<SetName, LabelledAnswer[]> = { mtrag_human_eval: await readMtrag(folder), begin: await readBegin(folder), halueval_qa: await readHaluEval(folder) };
  const validated = crossValidate(sets);
  const of = (measure: (answers: readonly LabelledAnswer[], name: SetName) => number): Record<SetName, number> => ({
    mtrag_human_eval: round(measure(sets.mtrag_human_eval, "mtrag_human_eval")), begin: round(measure(sets.begin, "begin")), halueval_qa: round(measure(sets.halueval_qa, "halueval_qa")),
  });
  const judge = createBuiltInGroundingJudge();
  const crossValidated = of((_, name) => auroc(validated.scores[name]));
  const asShipped = of((answers) => auroc(answers.map(({ input, isFaithful }) => ({ score: judge.judge(input).score, isFaithful }))));
  const overlap = of((answers) => auroc(answers.map(({ input, isFaithful }) => ({ score: measureOverlap(input), isFaithful }))));
  const passed = (isFaithful: boolean) => of((answers) => share(answers.filter((each) => each.isFaithful === isFaithful), ({ input }) => judge.judge(input).isGrounded));
  const pairs = await readContradictions(folder);
  const ordered = round(share(pairs, isOrdered));
  const targets = (["mtrag_human_eval", "begin", "halueval_qa"] as const).flatMap((name) => [
    { name: `${name}: AUROC, cross-validated`, value: crossValidated[name], mustBe: "at least" as const, bound: OVERLAP[name] },
    { name: `${name}: more than word overlap on the same answers`, value: round(crossValidated[name] - overlap[name]), mustBe: "at least" as const, bound: 0.0001 },
  ]);
  return report({
    name: "grounding", figures: { crossValidated, asShipped, overlap, saidToBeGrounded: { faithful: passed(true), others: passed(false) }, pairs: pairs.length, fitted: validated.fitted },
    targets: [...targets, { name: "dstc9_faq: pairs ordered rightly", value: ordered, mustBe: "at least", bound: 0.8 }, { name: "the shipped weights are the fitted ones: largest difference", value: validated.difference, mustBe: "at most", bound: 0.3 }],
  });
}

function isOrdered({ answer, own, opposite }: ContradictingPair): boolean {
  const { judge } = createBuiltInGroundingJudge();
  const against = (passage: string) => judge({ reply: answer, passages: [passage], facts: [], told: [] }).score;
  return against(own) > against(opposite);
}

function share<T>(all: readonly T[], isSo: (each: T) => boolean): number {
  return all.filter(isSo).length / all.length;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
