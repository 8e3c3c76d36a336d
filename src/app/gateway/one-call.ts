import type { GatewayPart } from "./support.ts";

/** `parallel_tool_calls: false`, which not every provider knows: of several calls only the first is handed on; the model asks for the next one when it has its result. */
export async function* oneCall(parts: AsyncIterable<GatewayPart>): AsyncGenerator<GatewayPart> {
  let hasCall = false;
  for await (const part of parts) {
    if (part.kind === "tool_call" && hasCall) continue;
    hasCall ||= part.kind === "tool_call";
    yield part;
  }
}
