const head = (name: string) => `document: { dsl: '1.0.3', namespace: torture, name: ${name}, version: '1.0.0' }\nevaluate: { language: cel }\n`;
const effect = (value: string, more = "") => `{ call: effect, with: { value: ${value}${more} } }`;

/** A run of `every` passes through every task kind; each effect has a name of its own. */
export const WORKFLOWS = {
  child: `${head("child")}do:
  - first: ${effect("child-1")}
  - second: ${effect("child-2", ", delayMs: 20")}
`,
  every: `${head("every")}do:
  - begin: { set: { id: '\${ workflow.id }', items: [a, b, c] } }
  - call: { ${effect("call").slice(2, -2)}, output: { as: '\${ input }' } }
  - loop: { for: { each: item, in: '\${ input.items }' }, do: [ { round: { call: effect, with: { value: '\${ "loop-" + item }' }, output: { as: '\${ input }' } } } ] }
  - fork: { fork: { branches: [ { left: { do: [ { one: ${effect("left-1")} }, { nap: { wait: { milliseconds: 60 } } }, { two: ${effect("left-2")} } ] } }, { right: ${effect("right", ", delayMs: 30")} } ] }, output: { as: '\${ input }' } }
  - attempt: { try: [ { flaky: ${effect("flaky", ", failsOnce: true")} } ], catch: { retry: { delay: { milliseconds: 30 }, limit: { attempt: { count: 20 } } } }, output: { as: '\${ input }' } }
  - raised: { try: [ { fault: { raise: { error: { type: https://torture/fault, status: 418, title: Fault } } } } ], catch: { as: fault, do: [ { caught: { call: effect, with: { value: '\${ "caught-" + string(fault.status) }' } } } ] }, output: { as: '\${ input }' } }
  - sleep: { wait: { milliseconds: 150 } }
  - hear:
      fork:
        compete: true
        branches:
          - listen: { do: [ { heard: { listen: { to: { one: { with: { type: com.torture.echo }, correlate: { run: { from: '\${ input.subject }', expect: '\${ input.id }' } } } } } } }, { after: ${effect("heard")} } ] }
          - echo: { for: { each: n, in: '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40]' }, do: [ { pause: { wait: { milliseconds: 250 } } }, { say: { emit: { event: { with: { source: https://torture, type: com.torture.echo, subject: '\${ workflow.id }' } } }, output: { as: '\${ input }' } } } ] }
      output: { as: '\${ input }' }
  - timely: { try: [ { late: { wait: { minutes: 10 }, timeout: { after: { milliseconds: 80 } } } } ], catch: { errors: { with: { status: 408 } }, do: [ { timed: ${effect("timed-out")} } ] }, output: { as: '\${ input }' } }
  - sub: { run: { workflow: { namespace: torture, name: child, version: '1.0.0' } }, output: { as: '\${ input }' } }
  - shell: { run: { shell: { command: 'echo ran' } }, output: { as: '\${ input }' } }
  - choose: { switch: [ { yes: { when: '\${ size(input.items) == 3 }', then: end-here } }, { no: { then: never } } ] }
  - never: ${effect("never")}
  - end-here: ${effect("last")}
`,
} as const;

/** The effects of one run of `every`, without those of its child. */
export const EXPECTED = ["call", "loop-a", "loop-b", "loop-c", "left-1", "left-2", "right", "flaky", "caught-418", "heard", "timed-out", "last"] as const;
export const EXPECTED_OF_CHILD = ["child-1", "child-2"] as const;
