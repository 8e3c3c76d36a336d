import { parentPort, workerData } from "node:worker_threads";

/** Compares a vector with all permitted ones in 32-bit floats, the plain way. */
const { vectors, dimensions, permitted }: { vectors: Float32Array; dimensions: number; permitted: Uint32Array } = workerData;
const scores = new Float32Array(permitted.length);

parentPort?.on("message", ({ ask, vector, limit }: { ask: number; vector: Float32Array; limit: number }) => {
  for (let index = 0; index < permitted.length; index += 1) {
    const from = (permitted[index] ?? 0) * dimensions;
    let sum = 0;
    for (let at = 0; at < dimensions; at += 1) sum += (vectors[from + at] ?? 0) * (vector[at] ?? 0);
    scores[index] = sum;
  }
  const order = Uint32Array.from(scores.keys()).sort((left, right) => (scores[right] ?? 0) - (scores[left] ?? 0)).slice(0, limit);
  parentPort?.postMessage({ ask, numbers: Array.from(order, (index) => permitted[index] ?? 0) }, []);
});
