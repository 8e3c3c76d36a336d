const TOKEN = /\s+|"(?:\\[^(]|[^"\\])*"|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\$[A-Za-z]\w*|\.[A-Za-z_]\w*|\.(?="|\[)|[A-Za-z_]\w*|\?\/\/|\/\/|[=!<>]=|[-+*/%<>]|[.?|(),[\]]/y;
const LITERALS = ["true", "false", "null"];
const SIGNS = ["and", "or"];
/** They bind names or change what the data is; what they read is not followed. */
const UNFOLLOWED = ["as", "def", "reduce", "foreach", "if", "then", "elif", "else", "end", "try", "catch", "label", "import", "include"];

/**
 * Whether a filter may look at the data (`.`). "Yes" when in doubt. After a pipe the data is what came before it, and a function's
 * data is what stands before its pipe: so `$context.order | tostring` does not look at it and `tostring` does.
 */
export function mayReadData(source: string): boolean {
  /** One for each bracket around: whether the data has been replaced by something else. */
  const isReplaced = [false];
  let isAfterTerm = false;
  for (let at = 0; at < source.length; ) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(source)?.[0];
    if (token === undefined || UNFOLLOWED.includes(token)) return true;
    at += token.length;
    if (token.trim() === "") continue;
    const inside = isReplaced.at(-1) ?? false;
    const isName = /^[A-Za-z_]/.test(token) && !LITERALS.includes(token) && !SIGNS.includes(token);
    if ((isName || (token.startsWith(".") && !isAfterTerm)) && !inside) return true;
    if (token === "(" || token === "[") isReplaced.push(inside);
    else if (token === ")" || token === "]") isReplaced.pop();
    else if (token === "|") isReplaced[isReplaced.length - 1] = true;
    isAfterTerm = token === ")" || token === "]" || token === "?" || /^["$.\w]/.test(token) && !SIGNS.includes(token);
  }
  return false;
}
