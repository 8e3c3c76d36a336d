import { z } from "zod";
import { givenDefaults, sourceId, sourceSchedule, WORKSPACE_SOURCE } from "./source.ts";
import { DEFAULT_CHUNK_LIMITS } from "../chunk-markdown.ts";
import type { GivenSource } from "./change-source.ts";

const declared = z.strictObject({
  name: sourceId.refine((name) => name !== WORKSPACE_SOURCE, `"${WORKSPACE_SOURCE}" is the folder itself; choose another name`),
  kind: z.string().min(1).max(40),
  settings: z.record(z.string(), z.unknown()).default({}),
  ...givenDefaults.shape,
  schedule: sourceSchedule.optional(),
  staleAfterMinutes: z.number().int().min(1).max(1_000_000).optional(),
  paused: z.boolean().default(false),
});

/** In tokens, see `ChunkLimits`. */
export const chunkLimits = z.strictObject({
  targetTokens: z.number().int().min(40).max(4_000).default(DEFAULT_CHUNK_LIMITS.targetTokens),
  hardTokens: z.number().int().min(40).max(20_000).default(DEFAULT_CHUNK_LIMITS.hardTokens),
  overlapTokens: z.number().int().min(0).max(1_000).default(DEFAULT_CHUNK_LIMITS.overlapTokens),
}).refine((limits) => limits.hardTokens >= limits.targetTokens && limits.overlapTokens < limits.targetTokens, "hardTokens must be at least targetTokens, and overlapTokens less");

/**
 * `knowledge/sources.yaml`. `folder`: what documents of the folder itself have when they do not say so; with an audience, formats other
 * than articles are taken. `chunks`: how documents are cut; when that changes, stored ones are cut anew in the background.
 */
export const sourcesFile = z.strictObject({
  folder: givenDefaults.default({ audience: [] }),
  chunks: chunkLimits.default(DEFAULT_CHUNK_LIMITS),
  sources: z.array(declared).max(200).default([]).refine((sources) => new Set(sources.map((source) => source.name)).size === sources.length, "two sources have the same name"),
});
export type SourcesFile = z.output<typeof sourcesFile>;

export const NO_SOURCES: SourcesFile = { folder: { audience: [] }, chunks: DEFAULT_CHUNK_LIMITS, sources: [] };

export function declaredSources(file: SourcesFile): GivenSource[] {
  return file.sources.map(({ name, kind, settings, schedule, staleAfterMinutes, paused, ...defaults }) => ({ id: name, kind, settings, defaults, schedule: schedule ?? null, staleAfterMinutes: staleAfterMinutes ?? null, isPaused: paused }));
}
