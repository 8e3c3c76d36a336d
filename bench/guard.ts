import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createBuiltInGroundingJudge } from "../src/guard/adapters/built-in-judge.ts";
import { createBuiltInRedactor } from "../src/guard/adapters/built-in-redactor.ts";
import { scanForInjection } from "../src/guard/injection.ts";
import { findLeaks } from "../src/guard/leak.ts";
import { createStreamRestorer, restore } from "../src/guard/redactor.ts";
import type { Placeholder } from "../src/guard/redactor.ts";
import { cpuNowMs } from "../test/cpu-now.ts";
import { percentile, rounded as round } from "./percentile.ts";
import { report, say } from "./report.ts";

const MESSAGE_CHARACTERS = 2_000;
const PASSAGES = 5;
const PASSAGE_CHARACTERS = 800;
const TURNS = 400;
const WARM_UP = 100;
const LARGE = 1_000_000;
const PERSONAL = "I am Emma Larsson, emma.larsson@example.com, call me at +46 70 123 45 67, I live at Storgatan 12, 111 22 Stockholm. My card is 4111 1111 1111 1111. ";

/** Texts of the example shop, one after another, without end. */
function createTextSource(): (characters: number) => string {
  const folder = join(import.meta.dirname, "..", "examples", "shop", "knowledge");
  const whole = globSync("**/*.md", { cwd: folder }).toSorted().map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
  let at = 0;
  return (characters) => {
    let text = "";
    while (text.length < characters) {
      text += whole.slice(at, at + characters - text.length);
      at = (at + characters) % whole.length;
    }
    return text;
  };
}

type Turn = { message: string; passages: string[]; reply: string };

/** All checks of one turn: redaction of what goes out, injection in all that comes in, leaks and grounding of the reply. */
function checkTurn({ message, passages, reply }: Turn): void {
  const { placeholders } = redactor.redact({ text: message, known: [], names: ["Emma Larsson"] });
  let known: readonly Placeholder[] = placeholders;
  for (const passage of passages) known = redactor.redact({ text: passage, known, names: ["Emma Larsson"] }).placeholders;
  for (const text of [message, ...passages]) scanForInjection(text);
  const said = restore(reply, known);
  findLeaks({ reply: said, allowed: [message, ...passages] });
  judge.judge({ reply: said, passages, facts: [message], told: [] });
}

const redactor = createBuiltInRedactor();
const judge = createBuiltInGroundingJudge();

/** By the process's own clock and by the wall's, which counts what others do on the machine too. */
async function measureTurns(next: (characters: number) => string, turns: number): Promise<{ own: number[]; wall: number[] }> {
  const own: number[] = [];
  const wall: number[] = [];
  for (let i = 0; i < turns + WARM_UP; i += 1) {
    const passages = Array.from({ length: PASSAGES }, () => next(PASSAGE_CHARACTERS));
    const turn = { message: PERSONAL + next(MESSAGE_CHARACTERS - PERSONAL.length), passages, reply: `${passages[0]?.slice(0, 300) ?? ""} I will write to [EMAIL_1].` };
    const before = performance.now();
    const beforeOwn = cpuNowMs();
    checkTurn(turn);
    if (i < WARM_UP) continue;
    own.push(cpuNowMs() - beforeOwn);
    wall.push(performance.now() - before);
  }
  return { own, wall };
}

/** Time a character of one megabyte against that of a hundredth of it: 1 when time grows with length. The best of some rounds by the process's own clock. */
function growthOf(check: (text: string) => void, next: (characters: number) => string): number {
  const nanosEach = (characters: number, repeats: number): number => {
    const text = next(characters);
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 4; round += 1) {
      const { user, system } = process.cpuUsage();
      for (let i = 0; i < repeats; i += 1) check(text);
      const used = process.cpuUsage();
      best = Math.min(best, ((used.user + used.system - user - system) * 1_000) / (characters * repeats));
    }
    return best;
  };
  nanosEach(LARGE / 100, 20);
  const small = nanosEach(LARGE / 100, 100);
  return nanosEach(LARGE, 1) / small;
}

/** What a stream waits for each chunk of an answer that is restored as it comes. */
function measureStream(next: (characters: number) => string): number[] {
  const { placeholders } = redactor.redact({ text: PERSONAL, known: [], names: ["Emma Larsson"] });
  const stream = createStreamRestorer(placeholders);
  const answer = Array.from({ length: 200 }, () => `${next(200)} [EMAIL_1] and [CARD_1], `).join("");
  const millis: number[] = [];
  for (let at = 0; at < answer.length; at += 12) {
    const before = performance.now();
    stream.push(answer.slice(at, at + 12));
    millis.push(performance.now() - before);
  }
  stream.end();
  return millis;
}

/** The checks of one turn, how they grow with length, and what a stream is held up. Prints a table and returns the exit code. */
export async function benchGuard({ isQuick }: { isQuick: boolean }): Promise<number> {
  const next = createTextSource();
  const turns = await measureTurns(next, isQuick ? TURNS / 4 : TURNS);
  const growth = {
    redact: growthOf((text) => redactor.redact({ text, known: [], names: ["Emma Larsson"] }), next),
    dense: growthOf((text) => redactor.redact({ text, known: [], names: ["Emma Larsson"] }), (characters) => PERSONAL.repeat(Math.ceil(characters / PERSONAL.length)).slice(0, characters)),
    injection: growthOf((text) => scanForInjection(text), next),
    leak: growthOf((text) => findLeaks({ reply: text, allowed: [] }), next),
  };
  for (const [name, ratio] of Object.entries(growth)) say(`${name.padEnd(9)} a character of 1 MB takes ${ratio.toFixed(2)} times one of 10 kB`);
  const chunks = measureStream(next);
  const rounded = (value: number): number => round(value, 3);
  const worst = Math.max(...Object.values(growth));
  return report({
    name: "guard",
    figures: {
      turnMs: { p50: rounded(percentile(turns.own, 0.5)), p95: rounded(percentile(turns.own, 0.95)), wallP50: rounded(percentile(turns.wall, 0.5)) }, growth: Object.fromEntries(Object.entries(growth).map(([name, value]) => [name, rounded(value)])),
      chunkMs: { p50: rounded(percentile(chunks, 0.5)), p99: rounded(percentile(chunks, 0.99)), max: rounded(Math.max(...chunks)) },
    },
    targets: [
      { name: "all checks of a turn, p50 ms of processor", value: rounded(percentile(turns.own, 0.5)), mustBe: "at most", bound: 5 },
      { name: "growth to 1 MB", value: rounded(worst), mustBe: "at most", bound: 2 },
      { name: "a chunk of a stream, p99 ms", value: rounded(percentile(chunks, 0.99)), mustBe: "at most", bound: 5 },
    ],
  });
}
