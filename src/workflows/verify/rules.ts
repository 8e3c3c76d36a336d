/** What each rule of `baton check` stands for. */
export const RULES: Readonly<Record<string, string>> = {
  yaml: "The document is YAML", "too-large": "A document has 1 MB at most", "too-deep": "A document is nested 100 levels at most", "alias-bomb": "Aliases do not multiply",
  schema: "The document fits the standard's schema", "dsl-version": "The version of the language is known", "unknown-task": "Every task is of a known kind", "expression-language": "Expressions are in CEL or jq", "schema-resource": "Data schemas stand in the document", "data-schema": "Data schemas can be used", schedule: "A schedule fires when it says",
  expression: "Expressions fit the data that reaches them", argument: "Calls are given what they take", "then-target": "Targets of `then` exist", "task-name": "Names are unique in a list", "unknown-reference": "What is named exists",
  pattern: "No text makes a pattern run for long", unreachable: "Every task can be reached", "switch-default": "A switch has a default", "endless-loop": "Loops and retries have a limit or a wait", "call-unguarded": "A call has a timeout or a catch",
  "ungated-risk": "Risky tools are reached through an approval or a policy", "plain-secret": "Secrets do not stand in plain text", "secret-decides": "No run's way hangs on a secret", "undo-missing": "Effects of a saga can be taken back",
  recursion: "No workflow runs itself", refused: "The document asks for nothing that is refused", "workflow-name": "Names of workflows are unique", "version-taken": "A version number stands for one text",
};
