/** One command of `baton`. `run` returns the exit code. */
export type Command = {
  name: string;
  usage: string;
  about: string;
  /** What stands in `usage`, each with what it means; a default is named. */
  takes: readonly (readonly [argument: string, meaning: string])[];
  /** Whole lines as they are typed; at least one. */
  examples: readonly string[];
  /** More, in paragraphs of their own. */
  details?: string;
  run(args: readonly string[]): Promise<number>;
};
