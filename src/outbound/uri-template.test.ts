import assert from "node:assert/strict";
import { test } from "node:test";
import { expandUriTemplate } from "./uri-template.ts";

/** Source: the examples of RFC 6570, sections 1.2 and 3.2. */
const data = { count: ["one", "two", "three"], dub: "me/too", hello: "Hello World!", half: "50%", var: "value", who: "fred", base: "http://example.com/home/", path: "/foo/bar", list: ["red", "green", "blue"], keys: { semi: ";", dot: ".", comma: "," }, v: "6", x: "1024", y: "768", empty: "" };

test("templates expand as RFC 6570 shows", () => {
  const cases: Record<string, string> = {
    "{var}": "value", "{hello}": "Hello%20World%21", "{half}": "50%25", "O{empty}X": "OX", "{x,y}": "1024,768", "{var:3}": "val", "{var:30}": "value", "{list}": "red,green,blue", "{list*}": "red,green,blue", "{keys}": "semi,%3B,dot,.,comma,%2C", "{keys*}": "semi=%3B,dot=.,comma=%2C",
    "{+var}": "value", "{+hello}": "Hello%20World!", "{+half}": "50%25", "{base}index": "http%3A%2F%2Fexample.com%2Fhome%2Findex", "{+base}index": "http://example.com/home/index", "{+path}/here": "/foo/bar/here", "{+x,hello,y}": "1024,Hello%20World!,768",
    "{#path,x}/here": "#/foo/bar,1024/here", "X{.x,y}": "X.1024.768", "X{.list*}": "X.red.green.blue", "{/who,dub}": "/fred/me%2Ftoo", "{/list*}": "/red/green/blue",
    "{;x,y}": ";x=1024;y=768", "{;x,empty}": ";x=1024;empty", "{?x,y}": "?x=1024&y=768", "{?x,y,empty}": "?x=1024&y=768&empty=", "{?var:3}": "?var=val", "{?list}": "?list=red,green,blue", "{?list*}": "?list=red&list=green&list=blue", "{?keys*}": "?semi=%3B&dot=.&comma=%2C",
    "?fixed=yes{&x}": "?fixed=yes&x=1024", "{?missing}": "", "{?x,missing}": "?x=1024",
  };
  for (const [template, expected] of Object.entries(cases)) assert.equal(expandUriTemplate(template, data), expected, template);
});

test("a half character does not break it", () => {
  assert.equal(expandUriTemplate("{a}", { a: "\ud800" }), "%EF%BF%BD");
});
