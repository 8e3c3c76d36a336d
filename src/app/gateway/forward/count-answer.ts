/** The members of a message or a delta that hold its words, thinking too: servers name that one in several ways. */
export const TEXT_MEMBERS = ["content", "refusal", "reasoning_content", "reasoning"] as const;

const TEXTS = /"(?:content|arguments|refusal|reasoning_content|reasoning|thinking|text)"\s*:\s*"((?:[^"\\]|\\.)*)/g;

/** Characters of the answer in the JSON of events or of a whole answer, escapes as they are written: errs upwards. Linear. */
export function answerCharacters(json: string): number {
  let count = 0;
  TEXTS.lastIndex = 0;
  for (let found = TEXTS.exec(json); found !== null; found = TEXTS.exec(json)) count += found[1]?.length ?? 0;
  return count;
}

/** Words, thinking, a call or the end, in the JSON of events: what a model has said, as against what a server writes before it. */
export const HAS_OUTPUT = /"(?:content|arguments|refusal|reasoning_content|reasoning|thinking|text)"\s*:\s*"[^"]|"(?:tool_calls|function_call)"\s*:\s*[[{]\s*[^\]}\s]|"finish_reason"\s*:\s*"/;
