import type { Model, ModelPart, ModelRequest } from "../model.ts";
import { modelBusy, modelCancelled } from "../models.errors.ts";

export type PlaceSettings = { /** Calls at the same time. */ places: number; /** Calls that may wait for a place, and for how long. */ waiting: number; waitMs: number };

export const WAIT_FOR_PLACE = { waiting: 256, waitMs: 10_000 };

/** Places that several models may share; this process's own. `running` counts the calls under way. */
export type Places = { take(signal: AbortSignal): Promise<void>; free(): void; running(): number };

/** Throws `models.busy` when too many wait already or no place became free in time, `models.cancelled` when the caller left. First come, first served. */
export function createPlaces(settings: PlaceSettings): Places {
  const line: (() => void)[] = [];
  let running = 0;
  const full = () => modelBusy({ details: { places: settings.places } });
  return {
    async take(signal) {
      if (signal.aborted) throw modelCancelled();
      if (running < settings.places) {
        running += 1;
        return;
      }
      if (line.length >= settings.waiting) throw full();
      const turn = Promise.withResolvers<void>();
      const leave = (error: Error) => {
        const place = line.indexOf(turn.resolve);
        if (place < 0) return;
        line.splice(place, 1);
        turn.reject(error);
      };
      const onAbort = () => leave(modelCancelled());
      const timer = setTimeout(() => leave(full()), settings.waitMs);
      signal.addEventListener("abort", onAbort, { once: true });
      line.push(turn.resolve);
      try {
        await turn.promise;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
      }
    },
    free() {
      // Whoever is next has the place at once, so that nobody slips in between.
      const next = line.shift();
      if (next === undefined) running -= 1;
      else next();
    },
    running: () => running,
  };
}

/** The same model with at most so many calls at the same time. Errors: those of `createPlaces`, before anything is sent. */
export function withPlaces(model: Model, places: Places): Model {
  return { ...model, stream: (request) => placed(model, places, request) };
}

async function* placed(model: Model, places: Places, request: ModelRequest): AsyncGenerator<ModelPart> {
  await places.take(request.signal);
  try {
    yield* model.stream(request);
  } finally {
    places.free();
  }
}
