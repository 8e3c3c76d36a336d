import type { z } from "zod";
import { shapeOfZod } from "../lib/shape.ts";
import type { BoundValue, DataClass, Idempotency, RiskClass, Tool, ToolContext, ToolFacts, ToolRateLimit, ToolResult, ToolRetry, ToolUndo } from "./tool.ts";

export type { RiskClass, SqlClient, SqlRow, ToolContact, ToolContext, ToolFacts, ToolResult } from "./tool.ts";

/** What a tool may leave out. */
export const TOOL_DEFAULTS = {
  bound: {}, accepts: ["personal"], retry: { attempts: 3, firstDelayMs: 100 }, rateLimit: null, maxOutputBytes: 64_000, undo: null,
} as const satisfies Partial<Tool>;

/** A tool as TypeScript declares it; see `Tool`. */
export type ToolDeclaration<Input extends z.ZodType, Output extends z.ZodType> = {
  name: string;
  purpose: string;
  risk: RiskClass;
  idempotency: Idempotency;
  needsVerifiedContact: boolean;
  timeoutMs: number;
  /** Arguments of `input` that the server sets. */
  bound?: Record<string, BoundValue>;
  /** Only personal data without it. */
  accepts?: readonly DataClass[];
  retry?: ToolRetry;
  rateLimit?: ToolRateLimit;
  maxOutputBytes?: number;
  /** The tenant's own database without it. */
  system?: string;
  undo?: ToolUndo;
  input: Input;
  output: Output;
  describe(input: z.output<Input>): string;
  notFound?(input: z.output<Input>): string;
  facts?(input: z.output<Input>, context: ToolContext): Promise<ToolFacts | null>;
  run(input: z.output<Input>, context: ToolContext): Promise<ToolResult<z.output<Output>>>;
};

/** Makes a tool out of its declaration. */
export function defineTool<Input extends z.ZodType, Output extends z.ZodType>(declared: ToolDeclaration<Input, Output>): Tool<z.output<Input>, z.output<Output>> {
  return { ...TOOL_DEFAULTS, system: "database", ...declared, input: shapeOfZod(declared.input), output: shapeOfZod(declared.output, "output") };
}
