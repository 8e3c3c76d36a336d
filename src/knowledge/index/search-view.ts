import { RANKED_AT_LEAST, type SearchFilter, type SearchRequest } from "../search-index.ts";
import { addRow, countRows, emptyMask, hasRow } from "./segments/bit-mask.ts";
import { passes } from "./filter-class.ts";
import { fuseRanks, lexicalOnly, type Fused, type Scored } from "./fuse-ranks.ts";
import { holdersIn, lexicalRows } from "./lexical-rows.ts";
import { nearestRows } from "./vectors/nearest-rows.ts";
import { queryTerms } from "./query-terms.ts";
import { rotationFor } from "./vectors/rotation.ts";
import type { Scratch } from "./scratch.ts";
import { openSegment, type Segment } from "./segments/segment.ts";
import { checkVector } from "./vectors/check-vector.ts";

/** A segment by its place in the arena, and which of its rows still stand (shared memory; null: all). */
export type SegmentRef = { base: number; rows: number; alive: Uint32Array | null };

/** One version of a tenant's index, as threads tell it each other. `dimensions` null: no vectors. */
export type View = { version: number; dimensions: number | null; segments: readonly SegmentRef[] };

/** The rows that one asker's search may look at, in one segment. */
type Permitted = { mask: Uint32Array; count: number; withVector: Uint32Array; withVectorCount: number };

/** A view as a thread has it open. A row's place is its number, counted through all segments. */
export type OpenView = { segments: readonly { segment: Segment; alive: Uint32Array | null; firstPlace: number }[]; rows: number; totalLength: number; dimensions: number | null; permitted: Map<string, Permitted[]> };

/** Askers whose rows are remembered, a view. */
const REMEMBERED = 16;

export function openView(arena: WebAssembly.Memory, view: View): OpenView {
  let rows = 0;
  let totalLength = 0;
  const segments = view.segments.map(({ base, alive }) => {
    const segment = openSegment(arena, base);
    const opened = { segment, alive, firstPlace: rows };
    rows += segment.rows;
    totalLength += segment.totalLength;
    return opened;
  });
  return { segments, rows, totalLength, dimensions: view.dimensions, permitted: new Map() };
}

/**
 * One search: rights and filters first, then both rankings over what is left, then one ranking of the two.
 *
 * Throws: `knowledge.vector_invalid`.
 */
export function searchView(scratch: Scratch, view: OpenView, request: SearchRequest, limit: number): Fused[] {
  if (limit <= 0 || request.audiences.length === 0) return [];
  const permitted = permittedRows(view, request.audiences, request.filter ?? {});
  const depth = Math.max(RANKED_AT_LEAST, limit);
  const terms = queryTerms(request.query, (term) => view.segments.reduce((sum, { segment }) => sum + holdersIn(segment, term), 0));
  const lexical = bestOf(view, permitted, depth, (segment, rows) => lexicalRows(scratch, segment, rows.mask, terms, view, depth));
  const asked = request.vector ?? null;
  if (asked === null || view.dimensions === null || !checkVector(asked, view.dimensions)) return lexicalOnly(lexical, limit);
  const query = turned(asked);
  const permittedInAll = permitted.reduce((sum, { withVectorCount }) => sum + withVectorCount, 0);
  const nearest = bestOf(view, permitted, depth, (segment, rows) => nearestRows(scratch, segment, { mask: rows.withVector, permitted: rows.withVectorCount, permittedInAll }, query, depth));
  return fuseRanks(lexical, nearest, limit);
}

function bestOf(view: OpenView, permitted: readonly Permitted[], depth: number, search: (segment: Segment, rows: Permitted) => Scored[]): Scored[] {
  const found = view.segments.flatMap(({ segment, firstPlace }, number) => {
    const rows = permitted[number];
    if (rows === undefined || rows.count === 0) return [];
    return search(segment, rows).map(({ place, score }) => ({ place: firstPlace + place, score }));
  });
  return view.segments.length === 1 ? found : found.sort((left, right) => right.score - left.score || left.place - right.place).slice(0, depth);
}

function turned(vector: Float32Array): Float32Array {
  const query = rotationFor(vector.length).turn(vector);
  const length = Math.sqrt(query.reduce((sum, value) => sum + value * value, 0));
  return query.map((value) => value / length);
}

function permittedRows(view: OpenView, audiences: readonly string[], filter: SearchFilter): Permitted[] {
  const key = JSON.stringify([audiences, filter.languages, filter.products, filter.brands, filter.updatedAfterMs]);
  const known = view.permitted.get(key);
  // Put back at the end: the first one is the one that was not asked for longest.
  view.permitted.delete(key);
  const rows = known ?? view.segments.map(({ segment, alive }) => maskOf(segment, alive, new Set(audiences), filter));
  view.permitted.set(key, rows);
  const [oldest] = view.permitted.keys();
  if (view.permitted.size > REMEMBERED && oldest !== undefined) view.permitted.delete(oldest);
  return rows;
}

function maskOf(segment: Segment, alive: Uint32Array | null, audiences: ReadonlySet<string>, filter: SearchFilter): Permitted {
  const isOpen = Uint8Array.from(segment.classes, (each) => Number(passes(each, audiences, filter)));
  const after = filter.updatedAfterMs ?? null;
  const mask = emptyMask(segment.rows);
  for (let row = 0; row < segment.rows; row += 1) {
    if (isOpen[segment.classOf[row] ?? 0] !== 1 || (alive !== null && !hasRow(alive, row))) continue;
    if (after === null || (segment.updatedAtMs[row] ?? 0) >= after) addRow(mask, row);
  }
  const withVector = mask.map((bits, word) => bits & (segment.hasVector[word] ?? 0));
  return { mask, count: countRows(mask), withVector, withVectorCount: countRows(withVector) };
}
