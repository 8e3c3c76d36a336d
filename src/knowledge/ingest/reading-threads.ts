import { availableParallelism } from "node:os";
import { ParserPool } from "./parser-pool.ts";

const MOST_THREADS = 2;

/** One pool for the process: its threads are few, whoever brings files. */
export const readingThreads = new ParserPool({ threads: Math.min(MOST_THREADS, availableParallelism()) });
