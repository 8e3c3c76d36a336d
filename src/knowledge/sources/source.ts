import { z } from "zod";
import { OCR_LANGUAGE, ocrLanguageFault } from "../ingest/ocr-languages.ts";
import { audienceName, languageTag } from "../parse-article.ts";

/** The workspace's own folder of articles: its documents have their paths without the source's name in front. */
export const WORKSPACE_SOURCE = "knowledge";

export const sourceId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, "use lower-case letters, digits, - and _, at most 40");

/** What a document of the source has when it does not say so itself. Without `audience` here, each document has to name its own. */
export const sourceDefaults = z.strictObject({
  audience: z.array(audienceName).max(50).default([]).describe("Who may see its documents, unless a document says otherwise."),
  language: languageTag.optional().describe("Of documents whose language is not told by themselves."),
  product: z.string().trim().min(1).max(120).optional(),
  brand: z.string().trim().min(1).max(120).optional(),
  ocrLanguages: z.array(z.string().regex(OCR_LANGUAGE, "a language as Tesseract names it, such as eng, deu or chi_sim")).min(1).max(5).optional().describe("Of text in pictures and scanned pages; English without it. Each needs the npm package @tesseract.js-data/<language>."),
});
export type SourceDefaults = z.output<typeof sourceDefaults>;

/** As a person gives them: what reading pictures in a language needs has to be installed. */
export const givenDefaults = sourceDefaults.extend({
  ocrLanguages: sourceDefaults.shape.ocrLanguages.superRefine((codes = [], context) => {
    for (const [place, code] of codes.entries()) {
      const fault = ocrLanguageFault(code);
      if (fault !== null) context.addIssue({ code: "custom", path: [place], message: fault });
    }
  }),
});

/** When it is synced by itself: at the times of a cron line, or so long after the last time. */
export const sourceSchedule = z.union([
  z.strictObject({ cron: z.string().min(1).max(120).describe("minute hour day month weekday"), timeZone: z.string().max(60).default("UTC") }),
  z.strictObject({ every: z.string().regex(/^P/, "an ISO 8601 duration such as PT1H").max(40) }),
]);
export type SourceSchedule = z.output<typeof sourceSchedule>;

/** Where documents come from. Times ISO 8601 UTC. `isDeclared`: by the workspace's `knowledge/sources.yaml`, and changed there only. */
export type Source = {
  id: string;
  kind: string;
  settings: unknown;
  defaults: SourceDefaults;
  schedule: SourceSchedule | null;
  staleAfterMinutes: number | null;
  isDeclared: boolean;
  isPaused: boolean;
  nextAt: string | null;
  lastOkAt: string | null;
  createdAt: string;
  updatedAt: string;
};
