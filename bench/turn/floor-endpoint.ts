import * as restate from "@restatedev/restate-sdk";
import { makeBareSteps, serveFloor } from "../serve-floor.ts";

/**
 * The floor's own process: a bare keyed handler with so many journaled steps and nothing in them, by the plain SDK.
 *
 *   node bench/turn/floor-endpoint.ts ADMIN_URL STEPS
 */
const [adminUrl = "", steps = "0"] = process.argv.slice(2);

const floor = restate.object({
  name: "floor",
  // As the conversation's own service is set.
  options: { journalRetention: 0, enableLazyState: true },
  handlers: {
    run: async (context: restate.ObjectContext, input: unknown) => {
      await makeBareSteps(context, Number(steps));
      return input;
    },
  },
});

await serveFloor(floor, adminUrl);
