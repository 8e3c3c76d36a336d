import type { Understander } from "../src/intelligence/understander.ts";

/** Holds turns between their claim and their reply; nothing else waits for it. */
export type TurnGate = {
  /** Every turn that comes to `understand` from now on waits. Returns the way to let them go on. */
  hold(): () => void;
  around(inner: Understander): Understander;
};

export function createTurnGate(): TurnGate {
  let opened: Promise<void> = Promise.resolve();
  return {
    hold() {
      const gate = Promise.withResolvers<void>();
      opened = gate.promise;
      return gate.resolve;
    },
    around: (inner) => ({
      id: inner.id,
      async understand(input) {
        await opened;
        return inner.understand(input);
      },
    }),
  };
}
