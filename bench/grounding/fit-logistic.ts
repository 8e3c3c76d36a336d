/** `weight`: how much this example counts. */
export type Example = { features: readonly number[]; isPositive: boolean; weight: number };

/** Log-odds of being positive: `bias` plus each feature by its coefficient. */
export type Logistic = { bias: number; coefficients: readonly number[] };

const ROUNDS = 40;
const SMALL = 1e-9;

export function logOdds({ bias, coefficients }: Logistic, features: readonly number[]): number {
  return coefficients.reduce((sum, coefficient, at) => sum + coefficient * (features[at] ?? 0), bias);
}

/** Logistic regression by Newton's method; `ridge` holds the coefficients small, not the bias. Deterministic. */
export function fitLogistic(examples: readonly Example[], ridge: number): Logistic {
  const size = (examples[0]?.features.length ?? 0) + 1;
  let beta: number[] = Array.from({ length: size }, () => 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    const gradient = beta.map((value, at) => (at === 0 ? 0 : -ridge * value));
    const hessian = beta.map((_, row) => beta.map((_value, column) => (row !== column ? 0 : row === 0 ? SMALL : ridge)));
    for (const { features, isPositive, weight } of examples) {
      const row = [1, ...features];
      const odds = row.reduce((sum, value, at) => sum + value * (beta[at] ?? 0), 0);
      const chance = 1 / (1 + Math.exp(-odds));
      const curve = weight * chance * (1 - chance);
      row.forEach((value, at) => {
        gradient[at] = (gradient[at] ?? 0) + weight * ((isPositive ? 1 : 0) - chance) * value;
        const line = hessian[at] ?? [];
        row.forEach((other, column) => (line[column] = (line[column] ?? 0) + curve * value * other));
      });
    }
    const step = solve(hessian, gradient);
    beta = beta.map((value, at) => value + (step[at] ?? 0));
  }
  const [bias = 0, ...coefficients] = beta;
  return { bias, coefficients };
}

/** Gauss with pivots; the matrix is positive definite here. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((line, at) => [...line, right[at] ?? 0]);
  for (let at = 0; at < rows.length; at += 1) {
    const best = rows.slice(at).reduce((found, line, offset) => (Math.abs(line[at] ?? 0) > Math.abs(rows[found]?.[at] ?? 0) ? at + offset : found), at);
    const pivot = rows[best] ?? [];
    rows[best] = rows[at] ?? [];
    rows[at] = pivot;
    for (const line of rows) {
      if (line === pivot) continue;
      const factor = (line[at] ?? 0) / (pivot[at] ?? 1);
      for (let column = at; column < line.length; column += 1) line[column] = (line[column] ?? 0) - factor * (pivot[column] ?? 0);
    }
  }
  return rows.map((line, at) => (line.at(-1) ?? 0) / (line[at] ?? 1));
}
