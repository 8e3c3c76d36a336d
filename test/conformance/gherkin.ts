/** One step of a scenario: its words without the keyword, and the text block below it. */
export type Step = { text: string; block: string | null };
export type Scenario = { feature: string; name: string; steps: readonly Step[] };

const KEYWORD = /^(Given|When|Then|And|But)\s+(?:given\s+)?/;

/** Reads a `.feature` file as far as the conformance kit uses the language: scenarios, steps, text blocks, comments. */
export function readFeature(text: string): Scenario[] {
  const scenarios: { feature: string; name: string; steps: Step[] }[] = [];
  let feature = "";
  const lines = text.split(/\r?\n/);
  for (let place = 0; place < lines.length; place += 1) {
    const line = (lines[place] ?? "").trim();
    if (line.startsWith("Feature:")) feature = line.slice(8).trim();
    else if (line.startsWith("Scenario:")) scenarios.push({ feature, name: line.slice(9).trim(), steps: [] });
    else if (KEYWORD.test(line)) scenarios.at(-1)?.steps.push({ text: line.replace(KEYWORD, "").replace(/:$/, ""), block: null });
    else if (line.startsWith('"""')) {
      const end = lines.findIndex((other, index) => index > place && other.trim() === '"""');
      const last = scenarios.at(-1)?.steps.at(-1);
      if (last !== undefined) last.block = withoutIndent(lines.slice(place + 1, end));
      place = end;
    }
  }
  return scenarios;
}

function withoutIndent(lines: readonly string[]): string {
  const indent = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(indent)).join("\n");
}
