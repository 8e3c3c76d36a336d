import { vectorInvalid } from "../index.errors.ts";

/**
 * Checks a vector against the dimensions of the others and says whether it points anywhere: one of zeros counts as none.
 * Throws `knowledge.vector_invalid`.
 */
export function checkVector(vector: Float32Array, dimensions: number | null): boolean {
  if (vector.length === 0 || vector.length > MAX_DIMENSIONS) throw vectorInvalid({ message: `A vector has ${vector.length} dimensions; 1 to ${MAX_DIMENSIONS} are possible.` });
  if (dimensions !== null && vector.length !== dimensions) throw vectorInvalid({ message: `A vector has ${vector.length} dimensions where the index has ${dimensions}: it was made by another model.` });
  let sum = 0;
  for (const value of vector) sum += value * value;
  if (!Number.isFinite(sum)) throw vectorInvalid({ message: "A vector holds values that are not finite numbers." });
  return sum > 0;
}

const MAX_DIMENSIONS = 4_096;
