const NAME = String.raw`((?:(?:Mr|Mrs|Ms|Dr|Herr|Frau)\.?\s+)?\p{Lu}[\p{L}'’-]+(?:[ \t]+\p{Lu}[\p{L}'’-]+){0,2})`;
const GREETED = new RegExp(String.raw`^[ \t>*]*(?:[Hh]i|[Hh]ello|[Hh]ey|[Dd]ear|[Gg]ood (?:[Mm]orning|[Aa]fternoon|[Ee]vening)|[Hh]allo|[Gg]uten (?:[Tt]ag|[Mm]orgen)|[Ll]iebe[rs]?|[Bb]onjour|[Hh]ola|[Cc]iao),?[ \t]+${NAME}`, "gmu");
const SIGNED = new RegExp(String.raw`^[ \t>*]*(?:(?:[Kk]ind|[Bb]est|[Ww]arm) [Rr]egards|[Rr]egards|[Ss]incerely|[Yy]ours \p{L}+|[Cc]heers|[Mm]any thanks|[Tt]hanks|[Mm]it freundlichen Grüßen|[Vv]iele Grüße|[Cc]ordialement|[Ss]aludos)[,.!]?[ \t]*\n\s*${NAME}[ \t]*$`, "gmu");

/** Whom messages greet and who signs them by name, whole and in parts: names that no record has. Replay: pure. */
export function namesInTalk(texts: readonly string[]): string[] {
  const names = texts.flatMap((text) => [GREETED, SIGNED].flatMap((pattern) => Array.from(text.matchAll(pattern), ([, name = ""]) => name)));
  return [...new Set(names.flatMap((name) => [name, ...name.split(/\s+/).filter((part) => part.length > 2)]))];
}
