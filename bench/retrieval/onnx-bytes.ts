/**
 * Writes an ONNX model: just enough of its protobuf messages for a graph of standard operators with float and integer weights.
 *
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
export type OnnxTensor = { name: string; dims: readonly number[]; data: Float32Array | BigInt64Array };
export type OnnxNode = { type: string; inputs: readonly string[]; output: string; attributes?: Record<string, number | readonly number[]>; floats?: Record<string, number> };
/** `dims`: a number, or a name for one that is known at run time only. */
export type OnnxValue = { name: string; type: "float" | "int64"; dims: readonly (number | string)[] };
export type OnnxGraph = { nodes: readonly OnnxNode[]; weights: readonly OnnxTensor[]; inputs: readonly OnnxValue[]; outputs: readonly OnnxValue[] };

const ELEMENT = { float: 1, int64: 7 };
const ATTRIBUTE = { float: 1, int: 2, ints: 7 };
/** Gelu came with 20, LayerNormalization with 17. */
const OPSET = 20;
const IR_VERSION = 9;

type Bytes = Uint8Array;

function varint(value: number | bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

const integer = (field: number, value: number) => [varint(field * 8), varint(value)];
const float = (field: number, value: number) => [varint(field * 8 + 5), new Uint8Array(Float32Array.of(value).buffer)];
const bytes = (field: number, content: Bytes) => [varint(field * 8 + 2), varint(content.length), content];
const text = (field: number, value: string) => bytes(field, Buffer.from(value));
const message = (field: number, ...parts: Bytes[][]) => bytes(field, Buffer.concat(parts.flat()));

function tensor(field: number, { name, dims, data }: OnnxTensor): Bytes[] {
  const isFloat = data instanceof Float32Array;
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(field, ...dims.map((dim) => integer(1, dim)), integer(2, isFloat ? ELEMENT.float : ELEMENT.int64), text(8, name), bytes(9, raw));
}

function node(field: number, { type, inputs, output, attributes = {}, floats = {} }: OnnxNode): Bytes[] {
  const numbers = Object.entries(attributes).map(([name, value]) =>
    typeof value === "number" ? message(5, text(1, name), integer(3, value), integer(20, ATTRIBUTE.int)) : message(5, text(1, name), ...value.map((each) => integer(8, each)), integer(20, ATTRIBUTE.ints)));
  const reals = Object.entries(floats).map(([name, value]) => message(5, text(1, name), float(2, value), integer(20, ATTRIBUTE.float)));
  return message(field, ...inputs.map((input) => text(1, input)), text(2, output), text(3, output), text(4, type), ...numbers, ...reals);
}

function value(field: number, { name, type, dims }: OnnxValue): Bytes[] {
  const shape = dims.map((dim) => message(1, typeof dim === "number" ? integer(1, dim) : text(2, dim)));
  return message(field, text(1, name), message(2, message(1, integer(1, ELEMENT[type]), message(2, ...shape))));
}

/** The bytes of a `model.onnx`. */
export function onnxBytes(name: string, graph: OnnxGraph): Uint8Array {
  const body = [
    ...graph.nodes.flatMap((each) => node(1, each)), ...text(2, name), ...graph.weights.flatMap((each) => tensor(5, each)),
    ...graph.inputs.flatMap((each) => value(11, each)), ...graph.outputs.flatMap((each) => value(12, each)),
  ];
  return Buffer.concat([...integer(1, IR_VERSION), ...text(2, "baton-bench"), ...bytes(7, Buffer.concat(body)), ...message(8, text(1, ""), integer(2, OPSET))]);
}
