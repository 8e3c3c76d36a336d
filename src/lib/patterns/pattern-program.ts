/** A pattern as a tree. `max` null: any number of times. */
export type PatternNode =
  | { kind: "char"; takes(codePoint: number): boolean }
  | { kind: "place"; holds(before: number | null, after: number | null): boolean }
  /** More than one sign that must, or must not, stand next. */
  | { kind: "ahead"; of: PatternNode; isNegated: boolean }
  /** Where the value stands that is looked for. */
  | { kind: "group"; of: PatternNode }
  | { kind: "sequence"; parts: readonly PatternNode[] }
  | { kind: "choice"; branches: readonly PatternNode[] }
  | { kind: "repeat"; of: PatternNode; min: number; max: number | null };

export type CharTest = { kind: "char"; next: number; takes(codePoint: number): boolean };
type Instruction = CharTest | { kind: "fork"; to: number[] } | { kind: "place"; holds(before: number | null, after: number | null): boolean } | { kind: "ahead"; program: Program; isNegated: boolean } | { kind: "mark"; isEnd: boolean } | { kind: "end" };

/** Goes on with the next instruction but for `fork`, which goes on at each of its places. */
export type Program = readonly Instruction[];

const MAX_INSTRUCTIONS = 5_000;

/** Throws Error with the reason when the pattern is too large, repeats written out. */
export function compileProgram(pattern: PatternNode): Program {
  const program: Instruction[] = [];
  emit(program, pattern);
  program.push({ kind: "end" });
  return program;
}

function add(program: Instruction[], instruction: Instruction): void {
  if (program.length >= MAX_INSTRUCTIONS) throw new Error("the pattern repeats too often");
  program.push(instruction);
}

function emit(program: Instruction[], node: PatternNode): void {
  switch (node.kind) {
    case "char": return add(program, { kind: "char", next: program.length + 1, takes: node.takes });
    case "place": return add(program, { kind: "place", holds: node.holds });
    case "ahead": return add(program, { kind: "ahead", program: compileProgram(node.of), isNegated: node.isNegated });
    case "group": return emitGroup(program, node.of);
    case "sequence": return node.parts.forEach((part) => emit(program, part));
    case "choice": return emitChoice(program, node.branches);
    case "repeat": return emitRepeat(program, node);
  }
}

function emitGroup(program: Instruction[], of: PatternNode): void {
  add(program, { kind: "mark", isEnd: false });
  emit(program, of);
  add(program, { kind: "mark", isEnd: true });
}

function emitChoice(program: Instruction[], branches: readonly PatternNode[]): void {
  const start = fork(program);
  const ends = branches.map((branch) => {
    start.push(program.length);
    emit(program, branch);
    return fork(program);
  });
  for (const end of ends) end.push(program.length);
}

function emitRepeat(program: Instruction[], { of, min, max }: Extract<PatternNode, { kind: "repeat" }>): void {
  const start = program.length;
  // What is empty is no more when it is repeated.
  for (let count = 0; count < min && (count === 0 || program.length > start); count += 1) emit(program, of);
  if (max === null) {
    const back = program.length;
    const loop = fork(program);
    loop.push(program.length);
    emit(program, of);
    fork(program).push(back);
    loop.push(program.length);
    return;
  }
  const skips: number[][] = [];
  for (let count = min; count < max; count += 1) {
    const skip = fork(program);
    skip.push(program.length);
    skips.push(skip);
    emit(program, of);
  }
  for (const skip of skips) skip.push(program.length);
}

function fork(program: Instruction[]): number[] {
  const to: number[] = [];
  add(program, { kind: "fork", to });
  return to;
}
