/** A key or value that may stand at a place of a document, with a sentence about it. */
export type DocumentWord = { label: string; info: string };

const words = (entries: Record<string, string>): DocumentWord[] => Object.entries(entries).map(([label, info]) => ({ label, info }));

export const TOP_KEYS = words({
  document: "Name, version and what it is about.",
  evaluate: "The language of expressions: cel or jq.",
  input: "What a run must be given, and its shape.",
  output: "What a run hands back.",
  use: "Parts that tasks share: functions, errors, retries, secrets.",
  timeout: "How long a run may take.",
  schedule: "What starts it by itself: a time or an event.",
  do: "The tasks, in their order.",
});

/** A task's own key says what it does. */
export const TASK_KINDS = words({
  call: "Calls one of our functions, an API or a tool server.",
  set: "Sets data for the tasks after it.",
  switch: "Goes on by the first case that holds.",
  for: "Does its tasks for each item of a list.",
  fork: "Does its branches at the same time.",
  try: "Does its tasks; a catch takes what fails.",
  wait: "Sleeps; costs nothing meanwhile.",
  listen: "Waits for events.",
  emit: "Sends an event.",
  raise: "Stops with an error.",
  run: "Runs another workflow as a part.",
  do: "Groups tasks.",
});

export const TASK_KEYS = words({
  if: "Skips the task when this is false.",
  with: "What the call is given.",
  input: "What the task takes of the data.",
  output: "What it hands on.",
  export: "What it keeps in the context for later tasks.",
  timeout: "How long it may take.",
  then: "Where to go next: a task's name, continue, exit or end.",
  catch: "What to do when the try fails.",
  while: "Goes on with the loop as long as this holds.",
  foreach: "What to do with each event heard.",
  metadata: "Notes for tools and people.",
});

const DURATION = words({ days: "Days.", hours: "Hours.", minutes: "Minutes.", seconds: "Seconds.", milliseconds: "Milliseconds." });
const FILTER = words({ with: "What the event must have, such as its type.", correlate: "Which of its fields must fit this run." });

/** What may stand inside a key, wherever it is. */
export const INNER_KEYS: Readonly<Record<string, readonly DocumentWord[]>> = {
  document: words({ dsl: "Version of the language: '1.0.3'.", namespace: "Which part of the company it belongs to.", name: "How it is called.", version: "Version of this document: '1.0.0'.", title: "A name for people.", summary: "What it does, in a sentence.", tags: "Words to find it by.", metadata: "Notes for tools." }),
  evaluate: words({ language: "cel or jq.", mode: "strict or loose." }),
  input: words({ schema: "The shape it must have.", from: "Expression that picks the input." }),
  output: words({ as: "Expression that makes the output.", schema: "The shape it must have." }),
  export: words({ as: "Expression that makes the new context.", schema: "The shape it must have." }),
  schema: words({ format: "json.", document: "The JSON Schema itself." }),
  use: words({ functions: "Calls with a name.", errors: "Errors with a name.", retries: "Retry rules with a name.", secrets: "Names of secrets.", authentications: "Sign-ins for APIs.", timeouts: "Timeouts with a name.", extensions: "Tasks before or after others." }),
  timeout: words({ after: "The duration." }),
  after: DURATION, every: DURATION, wait: DURATION, delay: DURATION, duration: DURATION,
  schedule: words({ every: "At intervals.", cron: "By the calendar: '0 9 * * 1'.", after: "Some time after the last run ended.", on: "When an event comes." }),
  on: words({ one: "One event.", any: "Any of several events.", all: "All of several events." }),
  to: words({ one: "One event.", any: "Any of several events.", all: "All of several events.", until: "Stops listening when this holds." }),
  one: FILTER, any: FILTER, all: FILTER, event: FILTER,
  listen: words({ to: "Which events.", read: "data, envelope or raw." }),
  emit: words({ event: "The event." }),
  for: words({ each: "Name of the item.", in: "Expression that gives the list.", at: "Name of the position." }),
  fork: words({ branches: "Tasks that go at the same time.", compete: "true: the first that ends wins." }),
  catch: words({ errors: "Which errors.", as: "Name of the error for the tasks here.", when: "Only when this holds.", exceptWhen: "Not when this holds.", retry: "Whether and how to try again.", do: "What to do instead." }),
  errors: words({ with: "Type, status or title that fits." }),
  retry: words({ delay: "How long to wait first.", backoff: "How the delay grows.", limit: "When to give up.", jitter: "A random part of the delay.", when: "Only when this holds.", exceptWhen: "Not when this holds." }),
  backoff: words({ constant: "Always the same delay.", exponential: "Twice as long each time.", linear: "Longer by the same each time." }),
  limit: words({ attempt: "Limits of each attempt.", duration: "How long in all." }),
  attempt: words({ count: "How often.", duration: "How long each may take." }),
  jitter: words({ from: "At least.", to: "At most." }),
  raise: words({ error: "The error, or the name of one under use." }),
  error: words({ type: "A URI that names it.", status: "As in HTTP: 400, 500.", title: "In short.", detail: "At length.", instance: "Where." }),
  run: words({ workflow: "Another workflow.", await: "false: goes on at once." }),
  workflow: words({ namespace: "Where it belongs.", name: "How it is called.", version: "Which version, or latest.", input: "What it is given." }),
  undo: words({ tool: "The tool that takes it back.", arguments: "What that tool is given.", take: "Arguments taken from this call's output." }),
};

export const CASE_KEYS = words({ when: "The condition; a case without one is the default.", then: "Where to go: a task's name, continue, exit or end." });
export const ENDPOINT_CALLS = words({ http: "Calls a URL.", openapi: "Calls an operation of an OpenAPI document.", mcp: "Calls a tool of an MCP server." });
export const FLOW_WORDS = words({ continue: "The next task.", exit: "Leaves this list.", end: "Ends the run." });

export const ENDPOINT_ARGUMENTS: Readonly<Record<string, readonly DocumentWord[]>> = {
  http: words({ method: "GET, POST, …", endpoint: "The URL.", headers: "Headers.", query: "Parameters of the URL.", body: "The body.", output: "content, response or raw.", redirect: "true follows redirects." }),
  openapi: words({ document: "Where the OpenAPI document lies.", operationId: "Which operation.", parameters: "Its parameters.", authentication: "How to sign in.", output: "content, response or raw." }),
  mcp: words({ method: "tools/call, …", parameters: "Its parameters.", transport: "How the server is reached.", timeout: "How long it may take." }),
};
