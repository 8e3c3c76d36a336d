import { Agent, request } from "node:http";

/** One way to the model: its address and what must stand in the head. */
export type Way = { name: "direct" | "baton" | "portkey"; url: string; headers: Record<string, string> };

export type Asked = { firstMs: number; totalMs: number };

export type Asker = { ask(isStream: boolean): Promise<Asked>; close(): void };

const MESSAGES = [{ role: "system", content: "You answer customers of a shop in a few friendly sentences." }, { role: "user", content: "My mail is jo@acme.example and my order 10234 has not come yet. Where is it, and can I still change the address?" }];

/** Asks over kept connections and reads the answer to its end, which must be whole. `firstMs`: to the first byte of the body. */
export function createAsker(way: Way): Asker {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const url = new URL(`${way.url}/chat/completions`);
  const bodyOf = (isStream: boolean) => JSON.stringify({ model: "bench", messages: MESSAGES, max_tokens: 100, ...(isStream ? { stream: true } : {}) });
  const bodies = { whole: bodyOf(false), stream: bodyOf(true) };
  return {
    ask: (isStream) =>
      new Promise((resolve, reject) => {
        const body = isStream ? bodies.stream : bodies.whole;
        const from = performance.now();
        const outgoing = request({ agent, hostname: url.hostname, port: url.port, method: "POST", path: url.pathname, headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...way.headers } });
        outgoing.on("error", reject);
        outgoing.on("response", (answer) => {
          let firstMs = 0;
          let text = "";
          answer.setEncoding("latin1");
          answer.on("data", (part: string) => {
            if (firstMs === 0) firstMs = performance.now() - from;
            text += part;
          });
          answer.on("error", reject);
          answer.on("end", () => {
            if (answer.statusCode !== 200 || !text.includes(isStream ? "[DONE]" : "\"finish_reason\":\"stop\"")) reject(new Error(`${way.name}: ${answer.statusCode} ${text.slice(0, 300)}`));
            else resolve({ firstMs, totalMs: performance.now() - from });
          });
        });
        outgoing.end(body);
      }),
    close: () => agent.destroy(),
  };
}
