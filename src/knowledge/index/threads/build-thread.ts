import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../../../lib/app-error.ts";
import { addRow, countRows, emptyMask, hasRow } from "../segments/bit-mask.ts";
import type { SegmentRef } from "../search-view.ts";
import { SegmentBuilder } from "../segments/segment-builder.ts";
import { openSegment, segmentBytes, writeSegment, type Segment, type SegmentContent } from "../segments/segment.ts";
import { numberOf } from "../segments/string-table.ts";
import type { FromBuilder, ThreadData, ToBuilder } from "./thread-messages.ts";

/** The thread that makes segments. Several jobs may be under way; each is a tenant's change. */
const port = parentPort;
if (port === null) throw new Error("runs as a thread only");

const { arena }: ThreadData = workerData;

/** `ready`: a segment that waits for its place, and what to do when it has it. `made`: those that have theirs. */
type Job = { fresh: SegmentBuilder; ready: { content: SegmentContent; then: () => void } | null; made: SegmentRef[]; later: ToBuilder[] };

const jobs = new Map<number, Job>();

port.on("message", (message: ToBuilder) => {
  const job = jobs.get(message.job) ?? { fresh: new SegmentBuilder(), ready: null, made: [], later: [] };
  jobs.set(message.job, job);
  try {
    handle(job, message);
  } catch (error) {
    jobs.delete(message.job);
    tell({ kind: "failed", job: message.job, fault: { code: "", message: messageOf(error) } });
  }
});

function handle(job: Job, message: ToBuilder): void {
  if (message.kind === "abandon") jobs.delete(message.job);
  else if (message.kind === "place") {
    if (job.ready === null) throw new Error("a place came that nobody asked for");
    const { content, then } = job.ready;
    writeSegment(arena, message.base, content);
    job.made.push({ base: message.base, rows: content.rows, alive: null });
    job.ready = null;
    then();
    for (let next = job.later.shift(); next !== undefined; next = job.ready === null ? job.later.shift() : undefined) handle(job, next);
  } else if (job.ready !== null) job.later.push(message);
  else if (message.kind === "chunks") addBatch(job, message);
  else finish(message.job, job, message.segments, message.removedDocumentIds);
}

/** Most rows of a segment that is written or merged: what is gathered for one stays under about 60 MB. */
const LARGEST = 25_000;

function addBatch(job: Job, { job: number, batch: { chunks, withVector, vectors, dimensions } }: ToBuilder & { kind: "chunks" }): void {
  const vectorOf = new Map(Array.from(withVector, (chunk, index) => [chunk, vectors.subarray(index * dimensions, (index + 1) * dimensions)] as const));
  for (const [index, chunk] of chunks.entries()) job.fresh.add(chunk, vectorOf.get(index) ?? null);
  const tellTook = () => tell({ kind: "took", job: number });
  if (job.fresh.rows < LARGEST) return tellTook();
  ask(number, job, job.fresh.content(), tellTook);
  job.fresh = new SegmentBuilder();
}

function ask(number: number, job: Job, content: SegmentContent, then: () => void): void {
  job.ready = { content, then };
  tell({ kind: "need", job: number, bytes: segmentBytes(content) });
}

/** Takes the removed documents out of the older segments, and decides which of these stay beside the new one. */
function finish(number: number, job: Job, segments: readonly SegmentRef[], removedDocumentIds: readonly string[]): void {
  const older = segments.map((ref) => withoutDocuments(ref, removedDocumentIds)).filter(({ left }) => left > 0);
  const isUnchanged = job.fresh.rows === 0 && older.every(({ ref }) => segments.includes(ref));
  const { kept, merged } = isUnchanged || job.made.length > 0 ? { kept: older, merged: [] } : chooseMerges(older, job.fresh.rows);
  let built = job.fresh;
  if (merged.length > 0) {
    // In the order they came, the fresh chunks last: what is equally good keeps that order.
    built = new SegmentBuilder();
    for (const { segment, ref } of merged) built.addSegment(segment, ref.alive);
    built.addBuilder(job.fresh);
  }
  const end = () => {
    jobs.delete(number);
    tell({ kind: "built", job: number, segments: [...kept.map(({ ref }) => ref), ...job.made] });
  };
  if (built.rows === 0) end();
  else ask(number, job, built.content(), end);
}

type Older = { ref: SegmentRef; segment: Segment; left: number };

function withoutDocuments(ref: SegmentRef, removedDocumentIds: readonly string[]): Older {
  const segment = openSegment(arena, ref.base);
  const gone = new Set(removedDocumentIds.map((id) => numberOf(segment.documents, id)).filter((document) => document >= 0));
  const all = () => {
    const mask = emptyMask(segment.rows);
    for (let row = 0; row < segment.rows; row += 1) addRow(mask, row);
    return mask;
  };
  if (gone.size === 0) return { ref, segment, left: ref.alive === null ? segment.rows : countRows(ref.alive) };
  const before = ref.alive ?? all();
  const alive = new Uint32Array(new SharedArrayBuffer(before.byteLength));
  for (let row = 0; row < segment.rows; row += 1) if (hasRow(before, row) && !gone.has(segment.documentOf[row] ?? 0)) addRow(alive, row);
  return { ref: { ...ref, alive }, segment, left: countRows(alive) };
}

/** All of a tenant is merged whenever it is at most so many rows: quicker than searching several. */
const SMALL = 2_000;
/** A segment is merged into what comes behind it unless it is so many times larger, */
const GROWTH = 3;
/** and written anew when less than this share of it stands. */
const LEAST_LEFT = 2 / 3;

/** Which segments become one with the fresh chunks: always the last ones, so that the order of all rows stays. */
function chooseMerges(older: readonly Older[], freshRows: number): { kept: Older[]; merged: Older[] } {
  const total = older.reduce((sum, each) => sum + each.left, freshRows);
  let from = older.length;
  let rows = freshRows;
  for (let at = older.length - 1; at >= 0; at -= 1) {
    const each = older[at];
    if (each === undefined) break;
    const isWorn = each.left < each.segment.rows * LEAST_LEFT;
    rows += each.left;
    if (rows > LARGEST) break;
    if (total <= SMALL || isWorn || each.left < GROWTH * (rows - each.left)) from = at;
  }
  return { kept: older.slice(0, from), merged: older.slice(from) };
}

function tell(message: FromBuilder): void {
  port?.postMessage(message);
}
