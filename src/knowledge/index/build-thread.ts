import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../../lib/app-error.ts";
import { addRow, countRows, emptyMask, hasRow } from "./bit-mask.ts";
import type { SegmentRef } from "./search-view.ts";
import { SegmentBuilder } from "./segment-builder.ts";
import { openSegment, segmentBytes, writeSegment, type Segment, type SegmentContent } from "./segment.ts";
import { numberOf } from "./string-table.ts";
import type { ChunkBatch, FromBuilder, ThreadData, ToBuilder } from "./thread-messages.ts";

/** The thread that makes segments. Several jobs may be under way; each is a tenant's change. */
const port = parentPort;
if (port === null) throw new Error("runs as a thread only");

const { arena }: ThreadData = workerData;

type Job = { fresh: SegmentBuilder; ready: { content: SegmentContent; kept: SegmentRef[] } | null };

const jobs = new Map<number, Job>();

port.on("message", (message: ToBuilder) => {
  try {
    handle(message);
  } catch (error) {
    jobs.delete(message.job);
    tell({ kind: "failed", job: message.job, fault: { code: "", message: messageOf(error) } });
  }
});

function handle(message: ToBuilder): void {
  const job = jobs.get(message.job) ?? { fresh: new SegmentBuilder(), ready: null };
  jobs.set(message.job, job);
  if (message.kind === "chunks") {
    addBatch(job.fresh, message.batch);
    tell({ kind: "took", job: message.job });
  } else if (message.kind === "finish") finish(message.job, job, message.segments, message.removedDocumentIds);
  else {
    jobs.delete(message.job);
    if (message.kind === "abandon" || message.base === null || job.ready === null) return;
    writeSegment(arena, message.base, job.ready.content);
    tell({ kind: "built", job: message.job, segments: [...job.ready.kept, { base: message.base, rows: job.ready.content.rows, alive: null }] });
  }
}

function addBatch(fresh: SegmentBuilder, { chunks, withVector, vectors, dimensions }: ChunkBatch): void {
  const vectorOf = new Map(Array.from(withVector, (chunk, index) => [chunk, vectors.subarray(index * dimensions, (index + 1) * dimensions)] as const));
  for (const [index, chunk] of chunks.entries()) fresh.add(chunk, vectorOf.get(index) ?? null);
}

/** Takes the removed documents out of the older segments, and decides which of these stay beside the new one. */
function finish(number: number, job: Job, segments: readonly SegmentRef[], removedDocumentIds: readonly string[]): void {
  const older = segments.map((ref) => withoutDocuments(ref, removedDocumentIds)).filter(({ left }) => left > 0);
  const isUnchanged = job.fresh.rows === 0 && older.every(({ ref }) => segments.includes(ref));
  const { kept, merged } = isUnchanged ? { kept: older, merged: [] } : chooseMerges(older, job.fresh.rows);
  let built = job.fresh;
  if (merged.length > 0) {
    // In the order they came, the fresh chunks last: what is equally good keeps that order.
    built = new SegmentBuilder();
    for (const { segment, ref } of merged) built.addSegment(segment, ref.alive);
    built.addBuilder(job.fresh);
  }
  if (built.rows === 0) {
    jobs.delete(number);
    tell({ kind: "built", job: number, segments: kept.map(({ ref }) => ref) });
    return;
  }
  job.ready = { content: built.content(), kept: kept.map(({ ref }) => ref) };
  tell({ kind: "need", job: number, bytes: segmentBytes(job.ready.content) });
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

/** Merged whenever all of it is at most so many rows: quicker than searching several. */
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
    if (total <= SMALL || isWorn || each.left < GROWTH * (rows - each.left)) from = at;
  }
  return { kept: older.slice(0, from), merged: older.slice(from) };
}

function tell(message: FromBuilder): void {
  port?.postMessage(message);
}
