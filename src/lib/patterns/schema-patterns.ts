import { compilePattern } from "./linear-pattern.ts";
import { PatternTooSlow } from "./run-program.ts";

/**
 * `pattern` and `patternProperties` of JSON Schema in time that grows with the text only, for Ajv's `code.regExp`. A text that is
 * too long for its pattern does not fit. Throws Error when the schema is compiled: a pattern with look-around or references back.
 */
export const schemaPatterns = Object.assign(
  (source: string) => {
    const pattern = compilePattern(source);
    return {
      test(text: string): boolean {
        try {
          return pattern.test(text);
        } catch (error) {
          if (error instanceof PatternTooSlow) return false;
          throw error;
        }
      },
    };
  },
  { code: "compilePattern" },
);
