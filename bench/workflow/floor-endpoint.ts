import * as restate from "@restatedev/restate-sdk";
import { makeBareSteps, serveFloor } from "../serve-floor.ts";

/**
 * A bare unkeyed handler with three journaled steps and nothing in them, by the plain SDK.
 *
 *   node bench/workflow/floor-endpoint.ts ADMIN_URL
 */
const [adminUrl = ""] = process.argv.slice(2);

const floor = restate.service({
  name: "three_steps",
  options: { journalRetention: 0 },
  handlers: {
    run: async (context: restate.Context, input: unknown) => {
      await makeBareSteps(context, 3);
      return input;
    },
  },
});

await serveFloor(floor, adminUrl);
