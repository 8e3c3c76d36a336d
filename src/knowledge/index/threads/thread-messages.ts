import type { FoundChunk, SearchRequest } from "../../search-index.ts";
import type { SegmentRef, View } from "../search-view.ts";

/** What the main thread and the index's threads tell each other. */

export type ThreadData = { arena: WebAssembly.Memory };

/** `view` null: forget the tenant. `number` comes back in the answer. */
export type ToSearcher = { kind: "view"; number: number; tenantId: string; view: View | null } | { kind: "search"; number: number; requests: readonly SearchRequest[] };

/**
 * `hits` of all requests one after the other, `HIT_NUMBERS` each; `counts` how many of each request. `faults`: what a request
 * failed with, by its place, as code and message.
 */
export type FromSearcher = { kind: "viewed"; number: number } | { kind: "found"; number: number; counts: Uint32Array<ArrayBuffer>; hits: Float64Array<ArrayBuffer>; faults: readonly { request: number; fault: Fault }[] };

/** Segment's base, row, score, lexical rank and score, vector rank and score; rank 0: no part. */
export const HIT_NUMBERS = 7;

export type Fault = { code: string; message: string };

/** `vectors`: of all chunks that have one, by their place among `chunks`; of `dimensions` each. */
export type ChunkBatch = { chunks: readonly FoundChunk[]; withVector: Uint32Array<ArrayBuffer>; vectors: Float32Array<ArrayBuffer>; dimensions: number };

export type ToBuilder =
  | { kind: "chunks"; job: number; batch: ChunkBatch }
  /** All chunks are there: make them one with `segments`, less the documents removed. */
  | { kind: "finish"; job: number; segments: readonly SegmentRef[]; removedDocumentIds: readonly string[] }
  | { kind: "place"; job: number; base: number }
  | { kind: "abandon"; job: number };

export type FromBuilder =
  | { kind: "took"; job: number }
  /** A segment is ready and waits for its place; nothing else is said before it came. */
  | { kind: "need"; job: number; bytes: number }
  | { kind: "built"; job: number; segments: readonly SegmentRef[] }
  | { kind: "failed"; job: number; fault: Fault };
