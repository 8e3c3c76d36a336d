import { onnxBytes, type OnnxNode, type OnnxTensor } from "./onnx-bytes.ts";
import type { Weights } from "./safetensors.ts";

export type BertSizes = { layers: number; hidden: number; heads: number; epsilon: number };

/** What a masked token's attention gets added before the softmax. */
const MASKED = -1e4;

/** BERT's encoder as an ONNX graph: `input_ids` and `attention_mask` in, `last_hidden_state` out, with the erf-based GELU. */
export function bertToOnnx(name: string, weights: Weights, sizes: BertSizes): Uint8Array {
  const graph = createGraph(weights);
  const mask = maskNodes(graph);
  let state = embeddingNodes(graph, sizes);
  for (let layer = 0; layer < sizes.layers; layer += 1) state = layerNodes(graph, `encoder.layer.${layer}`, state, mask, sizes);
  graph.add("Identity", [state], "last_hidden_state");
  return onnxBytes(name, {
    nodes: graph.nodes, weights: graph.weights,
    inputs: ["input_ids", "attention_mask"].map((input) => ({ name: input, type: "int64" as const, dims: ["batch", "length"] })),
    outputs: [{ name: "last_hidden_state", type: "float" as const, dims: ["batch", "length", sizes.hidden] }],
  });
}

type Graph = ReturnType<typeof createGraph>;

function createGraph(weights: Weights) {
  const nodes: OnnxNode[] = [];
  const tensors: OnnxTensor[] = [];
  const constants = new Set<string>();
  const keep = (tensor: OnnxTensor): string => {
    if (!constants.has(tensor.name)) tensors.push(tensor);
    constants.add(tensor.name);
    return tensor.name;
  };
  return {
    nodes, weights: tensors,
    add(type: string, inputs: readonly string[], output: string, extra: Pick<OnnxNode, "attributes" | "floats"> = {}): string {
      nodes.push({ type, inputs, output, ...extra });
      return output;
    },
    weight: (name: string) => keep({ name, ...weights.of(name) }),
    /** Stored as [out, in], wanted as [in, out]. */
    transposed(name: string): string {
      const { dims: [rows = 0, columns = 0], data } = weights.of(name);
      const turned = new Float32Array(data.length);
      for (let row = 0; row < rows; row += 1) for (let column = 0; column < columns; column += 1) turned[column * rows + row] = data[row * columns + column] ?? 0;
      return keep({ name: `${name}.transposed`, dims: [columns, rows], data: turned });
    },
    firstRow(name: string): string {
      const { dims, data } = weights.of(name);
      return keep({ name: `${name}.first`, dims: [dims[1] ?? 0], data: data.slice(0, dims[1]) });
    },
    number: (value: number) => keep({ name: `number.${value}`, dims: [], data: Float32Array.of(value) }),
    integers: (...values: number[]) => keep({ name: `integers.${values.join("_")}`, dims: [values.length], data: BigInt64Array.from(values, BigInt) }),
    integer: (value: number) => keep({ name: `integer.${value}`, dims: [], data: BigInt64Array.of(BigInt(value)) }),
  };
}

/** 0 for tokens that are there, `MASKED` for padding; of shape [batch, 1, 1, length]. */
function maskNodes(graph: Graph): string {
  const there = graph.add("Cast", ["attention_mask"], "mask.float", { attributes: { to: 1 } });
  const missing = graph.add("Sub", [graph.number(1), there], "mask.missing");
  const added = graph.add("Mul", [missing, graph.number(MASKED)], "mask.added");
  return graph.add("Unsqueeze", [added, graph.integers(1, 2)], "mask");
}

function embeddingNodes(graph: Graph, { epsilon }: BertSizes): string {
  const words = graph.add("Gather", [graph.weight("embeddings.word_embeddings.weight"), "input_ids"], "embedding.words");
  const shape = graph.add("Shape", ["input_ids"], "embedding.shape");
  const length = graph.add("Gather", [shape, graph.integer(1)], "embedding.length");
  const places = graph.add("Range", [graph.integer(0), length, graph.integer(1)], "embedding.places");
  const positions = graph.add("Gather", [graph.weight("embeddings.position_embeddings.weight"), places], "embedding.positions");
  const placed = graph.add("Add", [words, positions], "embedding.placed");
  const sum = graph.add("Add", [placed, graph.firstRow("embeddings.token_type_embeddings.weight")], "embedding.sum");
  return norm(graph, "embeddings.LayerNorm", sum, epsilon);
}

function layerNodes(graph: Graph, layer: string, state: string, mask: string, { hidden, heads, epsilon }: BertSizes): string {
  const size = hidden / heads;
  const split = (part: string, perm: number[]) => {
    const line = linear(graph, `${layer}.attention.self.${part}`, state);
    const cut = graph.add("Reshape", [line, graph.integers(0, 0, heads, size)], `${line}.heads`);
    return graph.add("Transpose", [cut], `${line}.turned`, { attributes: { perm } });
  };
  const products = graph.add("MatMul", [split("query", [0, 2, 1, 3]), split("key", [0, 2, 3, 1])], `${layer}.products`);
  const scaled = graph.add("Mul", [products, graph.number(1 / Math.sqrt(size))], `${layer}.scaled`);
  const masked = graph.add("Add", [scaled, mask], `${layer}.masked`);
  const shares = graph.add("Softmax", [masked], `${layer}.shares`, { attributes: { axis: -1 } });
  const seen = graph.add("MatMul", [shares, split("value", [0, 2, 1, 3])], `${layer}.seen`);
  const turned = graph.add("Transpose", [seen], `${layer}.seen.turned`, { attributes: { perm: [0, 2, 1, 3] } });
  const joined = graph.add("Reshape", [turned, graph.integers(0, 0, hidden)], `${layer}.joined`);
  const attention = norm(graph, `${layer}.attention.output.LayerNorm`, graph.add("Add", [linear(graph, `${layer}.attention.output.dense`, joined), state], `${layer}.attention.sum`), epsilon);
  const wide = graph.add("Gelu", [linear(graph, `${layer}.intermediate.dense`, attention)], `${layer}.wide`);
  return norm(graph, `${layer}.output.LayerNorm`, graph.add("Add", [linear(graph, `${layer}.output.dense`, wide), attention], `${layer}.output.sum`), epsilon);
}

function linear(graph: Graph, name: string, input: string): string {
  const product = graph.add("MatMul", [input, graph.transposed(`${name}.weight`)], `${name}.product`);
  return graph.add("Add", [product, graph.weight(`${name}.bias`)], `${name}.line`);
}

function norm(graph: Graph, name: string, input: string, epsilon: number): string {
  return graph.add("LayerNormalization", [input, graph.weight(`${name}.weight`), graph.weight(`${name}.bias`)], `${name}.normed`, { attributes: { axis: -1 }, floats: { epsilon } });
}
