import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";

export type OnnxSession = { readonly inputNames: readonly string[]; readonly outputNames: readonly string[]; run(feeds: Record<string, unknown>): Promise<Record<string, unknown>> };

export type OnnxRuntime = {
  open(file: string, threads: number): Promise<OnnxSession>;
  /** `ids`, `mask` and `types` are of the shape `shape`; gives the states of all tokens, one after the other. */
  run(session: OnnxSession, inputs: { ids: BigInt64Array; mask: BigInt64Array; types: BigInt64Array }, shape: readonly [number, number]): Promise<Float32Array>;
};

const PACKAGE = "onnxruntime-node";
const INPUTS: ReadonlyMap<string, "ids" | "mask" | "types"> = new Map([["input_ids", "ids"], ["attention_mask", "mask"], ["token_type_ids", "types"]]);

// The package is no dependency of ours (its binaries weigh more than all others together), so its types are not at hand either:
// what is used of it is checked here.
type TensorClass = new (type: string, data: BigInt64Array, dims: readonly number[]) => unknown;
const isClass = (value: unknown): value is TensorClass => typeof value === "function";
const isSession = (value: unknown): value is OnnxSession => typeof value === "object" && value !== null && "run" in value && typeof value.run === "function" && "inputNames" in value && Array.isArray(value.inputNames);
const moduleShape = z.object({
  InferenceSession: z.custom<{ create(file: string, options: object): Promise<unknown> }>((value) => typeof value === "function" && "create" in value && typeof value.create === "function"),
  Tensor: z.custom<TensorClass>(isClass),
});
const states = z.object({ data: z.instanceof(Float32Array) });

/**
 * The ONNX runtime of the first folder that has it.
 *
 * Throws: an error that says how to install it, when none has.
 */
export async function findOnnxRuntime(folders: readonly string[]): Promise<OnnxRuntime> {
  const file = folders.map(resolveIn).find((found) => found !== null);
  if (file === undefined || file === null) throw new Error(`An embedding model from a folder needs the package ${PACKAGE}, which is not installed. Run "npm install --no-save ${PACKAGE}" in ${folders[0] ?? "the folder of the installation"}, or use an embedding server.`);
  const loaded: unknown = await import(pathToFileURL(file).href);
  const { InferenceSession, Tensor } = moduleShape.parse(typeof loaded === "object" && loaded !== null && "default" in loaded ? loaded.default : loaded);
  return {
    async open(model, threads) {
      const session = await InferenceSession.create(model, { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 });
      if (!isSession(session)) throw new Error("the runtime gives no session");
      return session;
    },
    async run(session, inputs, shape) {
      const feeds: Record<string, unknown> = {};
      for (const name of session.inputNames) {
        const input = INPUTS.get(name);
        if (input === undefined) throw new Error(`it wants an input called "${name}"`);
        feeds[name] = new Tensor("int64", inputs[input], shape);
      }
      const outputs = await session.run(feeds);
      return states.parse(outputs["last_hidden_state"] ?? outputs[session.outputNames[0] ?? ""]).data;
    },
  };
}

function resolveIn(folder: string): string | null {
  try {
    return createRequire(join(folder, "package.json")).resolve(PACKAGE);
  } catch {
    return null;
  }
}
