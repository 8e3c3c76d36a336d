import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startEndpoint } from "../start-endpoint.ts";

/** The interpreter's process, started again whenever it is killed. */
export type KeptEndpoint = { /** `kill -9`; resolves when the next life serves. */ kill(): Promise<void>; stop(): void };

export async function keepEndpoint(args: readonly string[]): Promise<KeptEndpoint> {
  const begin = () => startEndpoint(join(import.meta.dirname, "workflow-endpoint.ts"), args, { isQuiet: process.env["TORTURE_OUTPUT"] === undefined });
  const state = { isStopping: false, current: await begin() };
  return {
    async kill() {
      if (!state.current.stop()) throw new Error("the interpreter ended by itself");
      await state.current.ended;
      while (!state.isStopping) {
        try {
          state.current = await begin();
          return;
        } catch {
          // The engine or the database is down as well; the next try may find them.
          await sleep(200);
        }
      }
    },
    stop() {
      state.isStopping = true;
      state.current.stop();
    },
  };
}
