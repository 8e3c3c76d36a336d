import { z } from "zod";

/** `understanding` in `baton.yaml`: who reads messages besides the classifiers that are trained on the workspace's examples. */
export const understandingSection = z.strictObject({
  askModelBelow: z.number().min(0).max(1).optional().describe("Confidence in the intent below which the AI model is asked as well; without it no model is asked."),
  route: z.string().min(1).max(120).optional().describe("Which route or model of models.yaml is asked."),
});

export type UnderstandingSettings = z.output<typeof understandingSection>;

/** `entities` in `baton.yaml`: a regular expression, or a list of names such as products, found with spaces, hyphens and plurals as people write them. */
export const entitiesSection = z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.union([z.string(), z.array(z.string().min(2).max(200)).min(1).max(5_000)])).default({});
