import { runClosedLoop } from "../closed-loop.ts";
import { median, rounded } from "../percentile.ts";
import type { Question } from "./corpus.ts";
import type { Peer } from "./peer.ts";

const IN_FLIGHT = 16;
const ROUND_MS = 2_500;

/** Hybrid searches per second of a peer and of ours, by turns, 16 in flight; the medians of the rounds. */
export async function comparePeer(peer: Peer, ours: (question: Question) => Promise<unknown>, questions: readonly Question[], rounds: number): Promise<{ peer: number; ours: number; times: number }> {
  const [ofPeer, ofOurs]: [number[], number[]] = [[], []];
  let number = 0;
  const loop = (search: (question: Question) => Promise<unknown>) =>
    runClosedLoop({ clients: IN_FLIGHT, durationMs: ROUND_MS }, async () => {
      number += 1;
      const question = questions[number % questions.length];
      if (question !== undefined) await search(question);
    });
  for (let round = 0; round <= rounds; round += 1) {
    const [theirs, own] = [await loop((question) => peer.hybrid(question)), await loop(ours)];
    // The first round warms up.
    if (round === 0) continue;
    ofPeer.push(theirs.perSecond);
    ofOurs.push(own.perSecond);
  }
  return { peer: rounded(median(ofPeer), 0), ours: rounded(median(ofOurs), 0), times: rounded(median(ofOurs.map((own, round) => own / (ofPeer[round] ?? own))), 1) };
}
