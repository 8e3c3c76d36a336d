import { z } from "zod";
import { parseJson } from "../lib/parse-json.ts";
import { ANCHORED_KIND, FIRST_HASH, hashEntry, hashLink, hashOldLink, REMOVED_KIND, type StoredLink } from "./ledger-chain.ts";
import { anchorText, headText, isKeyWhole, signatureProblem, type LedgerAnchor, type LedgerKey, type SignedHead } from "./ledger-signature.ts";

/** `removed`: entries whose contents were taken out under a rule, which the chain says itself. `head`: the last link; null: there is none. */
export type LedgerVerdict = { ok: boolean; checked: number; removed: number; anchors: number; head: { seq: number; hash: string } | null; keyIds: string[]; problems: string[] };

/** A check under way: links in the order of the chain, then anchors, then the head, then `endCheck`. */
export type LedgerCheck = {
  tenantId: string;
  /** The public keys that are trusted. */
  keys: readonly LedgerKey[];
  problems: string[];
  checked: number;
  /** Hash of the last link. */
  last: string;
  /** Runs of links without contents, and what later links say was taken out. */
  gone: [number, number][];
  told: { from: number; to: number }[];
  /** What links say of anchors, by day; and hashes of the links that anchors name. */
  saidAnchors: Map<string, LedgerAnchor>;
  places: Map<number, string | null>;
  anchors: number;
  keyIds: Set<string>;
};

const MOST_PROBLEMS = 100;
const removed = z.object({ ranges: z.array(z.tuple([z.number().int(), z.number().int()])) });
export const anchorShape = z.object({ day: z.string(), seq: z.number(), hash: z.string(), at: z.string(), keyId: z.string(), signature: z.string() });

/** `anchors`: those that will be held against the chain. */
export function beginCheck(tenantId: string, keys: readonly LedgerKey[], anchors: readonly LedgerAnchor[]): LedgerCheck {
  return { tenantId, keys, problems: [], checked: 0, last: FIRST_HASH, gone: [], told: [], saidAnchors: new Map(), places: new Map(anchors.map(({ seq }) => [seq, null])), anchors: 0, keyIds: new Set() };
}

function say(check: LedgerCheck, problem: string): void {
  if (check.problems.length < MOST_PROBLEMS) check.problems.push(problem);
}

/** False: it is so broken that going on says nothing more. */
export function checkLink(check: LedgerCheck, link: StoredLink): boolean {
  const { seq, previousHash, hash } = link;
  check.checked += 1;
  if (seq !== check.checked) say(check, `link ${check.checked} is missing (found ${seq})`);
  if (previousHash !== check.last) say(check, `link ${seq} does not follow the one before it`);
  if (link.entryHash === null) checkOldLink(check, link);
  else checkContents(check, link, link.entryHash);
  if (check.places.has(seq)) check.places.set(seq, hash);
  check.last = hash;
  return seq === check.checked && check.problems.length < MOST_PROBLEMS;
}

function checkOldLink(check: LedgerCheck, { seq, entryId, previousHash, hash, entry }: StoredLink): void {
  if (entry === null) say(check, `entry ${entryId} of link ${seq} is gone`);
  else if (hashOldLink(previousHash, seq, entry) !== hash) say(check, `entry ${entryId} of link ${seq} was changed`);
}

function checkContents(check: LedgerCheck, { seq, entryId, previousHash, hash, entry }: StoredLink, entryHash: string): void {
  if (hashLink(check.tenantId, { seq, previousHash, entryId, entryHash }) !== hash) say(check, `link ${seq} was changed`);
  if (entry === null) noteGone(check, seq);
  else if (entry.id !== entryId || hashEntry(check.tenantId, entry) !== entryHash) say(check, `entry ${entryId} of link ${seq} was changed`);
  else if (entry.kind === REMOVED_KIND) readRemoved(check, seq, entry.body);
  else if (entry.kind === ANCHORED_KIND) readAnchored(check, seq, entry.body);
}

function noteGone(check: LedgerCheck, seq: number): void {
  const run = check.gone.at(-1);
  if (run !== undefined && run[1] === seq - 1) run[1] = seq;
  else check.gone.push([seq, seq]);
}

function readRemoved(check: LedgerCheck, seq: number, body: string): void {
  const read = removed.safeParse(parseJson(body));
  if (!read.success) return say(check, `link ${seq} says what was removed in a way that cannot be read`);
  // What a link says of those after it was not known when it was made.
  for (const [from, to] of read.data.ranges) if (to < seq) check.told.push({ from, to });
}

function readAnchored(check: LedgerCheck, seq: number, body: string): void {
  const read = anchorShape.safeParse(parseJson(body));
  if (read.success) check.saidAnchors.set(read.data.day, read.data);
  else say(check, `link ${seq} speaks of an anchor in a way that cannot be read`);
}

/** A signed head that is kept beside the chain or outside; `place` says where. */
export function checkAnchor(check: LedgerCheck, anchor: LedgerAnchor, place: string): void {
  check.anchors += 1;
  check.keyIds.add(anchor.keyId);
  const problem = signatureProblem(check.keys, anchorText(check.tenantId, anchor), anchor);
  if (problem !== null) say(check, `the anchor of ${anchor.day} (${place}): ${problem}`);
  if (check.places.get(anchor.seq) !== anchor.hash) say(check, `the chain has not the link ${anchor.seq} that the anchor of ${anchor.day} (${place}) names`);
}

/** The anchors of the ledger itself: each holds, and every one that the chain speaks of is there as it was written. */
export function checkOwnAnchors(check: LedgerCheck, anchors: readonly LedgerAnchor[]): void {
  for (const anchor of anchors) checkAnchor(check, anchor, "in the ledger");
  const byDay = new Map(anchors.map((anchor) => [anchor.day, anchor]));
  for (const said of check.saidAnchors.values()) {
    const found = byDay.get(said.day);
    if (found === undefined) say(check, `the anchor of ${said.day} is gone`);
    else if (found.seq !== said.seq || found.hash !== said.hash || found.signature !== said.signature) say(check, `the anchor of ${said.day} is another one than the chain says`);
  }
}

/** The keys that stand beside the ledger. */
export function checkOwnKeys(check: LedgerCheck, keys: readonly LedgerKey[]): void {
  for (const key of keys) if (!isKeyWhole(key)) say(check, `the public key ${key.id} is not the one that its id names`);
}

/** The signed end of the chain. */
export function checkHead(check: LedgerCheck, head: SignedHead | null): void {
  if (head === null) {
    if (check.checked > 0) say(check, "the signed end of the chain is gone");
    return;
  }
  check.keyIds.add(head.keyId);
  const problem = signatureProblem(check.keys, headText(check.tenantId, head), head);
  if (problem !== null) say(check, `the end of the chain: ${problem}`);
  if (head.seq > check.checked) say(check, `the chain is cut off after link ${check.checked}: its signed end is link ${head.seq}`);
  else if (head.seq < check.checked) say(check, `links after ${head.seq} were added without the key`);
  else if (head.hash !== check.last) say(check, `link ${head.seq} is not the signed end of the chain`);
}

export function endCheck(check: LedgerCheck): LedgerVerdict {
  const { problems, checked, anchors, last } = check;
  for (const [from, to] of check.gone) judgeGone(check, from, to);
  const removedCount = check.gone.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  return { ok: problems.length === 0, checked, removed: removedCount, anchors, head: checked === 0 ? null : { seq: checked, hash: last }, keyIds: [...check.keyIds], problems };
}

/** Every link of a run without contents must be covered by what later links say was taken out. */
function judgeGone(check: LedgerCheck, from: number, to: number): void {
  const told = check.told.filter((range) => range.to >= from && range.from <= to).sort((left, right) => left.from - right.from);
  let next = from;
  for (const range of told) {
    if (range.from > next) break;
    next = Math.max(next, range.to + 1);
  }
  if (next === to) say(check, `the entry of link ${to} is gone, and nothing says that it was removed`);
  else if (next < to) say(check, `the entries of links ${next} to ${to} are gone, and nothing says that they were removed`);
}
