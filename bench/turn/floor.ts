import { join } from "node:path";
import { openHttpClient } from "../http-client.ts";
import { startEndpoint } from "../start-endpoint.ts";

/** The engine alone: what a turn would cost if its steps did nothing. */
export type Floor = { call(key: string): Promise<void>; stop(): void };

/** Serves the bare handler from a process of its own, on the same Restate server and so under the same settings as the turns. */
export async function startFloor(options: { ingressUrl: string; adminUrl: string; steps: number; sockets: number }): Promise<Floor> {
  const endpoint = await startEndpoint(join(import.meta.dirname, "floor-endpoint.ts"), [options.adminUrl, String(options.steps)]);
  const client = openHttpClient(options.ingressUrl, options.sockets);
  const body = { tenantId: "shop", conversationId: "conv_0123456789abcdefghjkmn", turnId: "turn_0123456789abcdefghjkmn" };
  return {
    async call(key) {
      const answer = await client.send({ method: "POST", path: `/floor/${key}/run`, body });
      if (answer.status !== 200) throw new Error(`the floor answered ${answer.status} ${answer.text}`);
    },
    stop() {
      client.close();
      endpoint.stop();
    },
  };
}
