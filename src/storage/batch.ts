/** One waiting call and its way to answer. */
type Waiting<In, Out> = { item: In; key: string; resolve(value: Out): void; reject(reason: unknown): void };

export type BatchOptions<In, Out> = {
  /** Answers in the order of the items. Work that fails for many is tried again for each alone. */
  run(items: readonly In[]): Promise<readonly Out[]>;
  /** Two items of one key never stand in one batch. */
  keyOf(item: In): string;
  maxItems: number;
  /** Whether an error concerns the whole batch (a lost connection), so that trying each alone is no use. */
  isCommon(error: unknown): boolean;
};

/**
 * Group commit: what is asked for while earlier work is under way goes out together, one batch at a time (two and three at
 * once were no faster: the next one grows while this one is committed). An idle batcher waits for nothing but
 * the end of the current turn of the event loop, so a single caller loses no time.
 */
export function createBatcher<In, Out>(options: BatchOptions<In, Out>): (item: In) => Promise<Out> {
  let waiting: Waiting<In, Out>[] = [];
  /** A batch is planned or under way. */
  let isBusy = false;

  const plan = () => {
    if (isBusy || waiting.length === 0) return;
    isBusy = true;
    setImmediate(() => {
      void carryOut(take()).finally(() => {
        isBusy = false;
        plan();
      });
    });
  };

  const take = (): Waiting<In, Out>[] => {
    const keys = new Set<string>();
    const batch: Waiting<In, Out>[] = [];
    const rest: Waiting<In, Out>[] = [];
    for (const each of waiting) {
      if (batch.length >= options.maxItems || keys.has(each.key)) rest.push(each);
      else {
        keys.add(each.key);
        batch.push(each);
      }
    }
    waiting = rest;
    return batch;
  };

  const carryOut = async (batch: readonly Waiting<In, Out>[]): Promise<void> => {
    try {
      const answers = await options.run(batch.map((each) => each.item));
      if (answers.length !== batch.length) throw new Error("a batch must answer each of its items");
      for (const [place, answer] of answers.entries()) batch[place]?.resolve(answer);
    } catch (error) {
      if (batch.length === 1 || options.isCommon(error)) for (const each of batch) each.reject(error);
      else for (const each of batch) await carryOut([each]);
    }
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, key: options.keyOf(item), resolve, reject });
      plan();
    });
}
