/** Rounds to `digits` as Python does for sums of cents; an exact tie (x.125), which Python rounds to even, does not come up in them. */
export function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** A float as Python prints it: 1200 is `1200.0`. */
export function floatText(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/**
 * The value of an expression of numbers, + - * / and brackets; null when it is none.
 * Replay: pure.
 */
export function calculate(expression: string): number | null {
  const tokens = expression.match(/\d+\.?\d*|\.\d+|[-+*/()]|\S/g) ?? [];
  let at = 0;
  const atom = (): number => {
    const token = tokens[at++];
    if (token === "-") return -atom();
    if (token === "+") return atom();
    if (token === "(") {
      const value = sum();
      return tokens[at++] === ")" ? value : Number.NaN;
    }
    return token === undefined || token === "" ? Number.NaN : Number(token);
  };
  const product = (): number => {
    let value = atom();
    while (tokens[at] === "*" || tokens[at] === "/") value = tokens[at++] === "*" ? value * atom() : value / atom();
    return value;
  };
  const sum = (): number => {
    let value = product();
    while (tokens[at] === "+" || tokens[at] === "-") value = tokens[at++] === "+" ? value + product() : value - product();
    return value;
  };
  const value = sum();
  return at === tokens.length && Number.isFinite(value) ? value : null;
}
