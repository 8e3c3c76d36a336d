import { createServer } from "node:http";

/** A model that answers at once: what is left to measure is the way. Prints its port. Streams come in four writes of five events. */
const EVENTS = 20;
const usage = { prompt_tokens: 40, completion_tokens: EVENTS, total_tokens: 40 + EVENTS };
const chunk = (delta: object, finish: string | null) => `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "scripted", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const words = Array.from({ length: EVENTS }, (_, place) => chunk({ content: `word${place} ` }, null));
const writes = Array.from({ length: 4 }, (_, place) => Buffer.from((place === 0 ? chunk({ role: "assistant", content: "" }, null) : "") + words.slice(place * 5, place * 5 + 5).join("")));
const end = Buffer.from(`${chunk({}, "stop")}data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "scripted", choices: [], usage })}\n\ndata: [DONE]\n\n`);
const whole = Buffer.from(JSON.stringify({ id: "chatcmpl-1", object: "chat.completion", created: 1, model: "scripted", choices: [{ index: 0, message: { role: "assistant", content: "word ".repeat(EVENTS) }, finish_reason: "stop" }], usage }));

const server = createServer((request, response) => {
  let text = "";
  request.setEncoding("utf8");
  request.on("data", (part: string) => (text += part));
  request.on("end", () => {
    if (!text.includes('"stream":true')) {
      response.writeHead(200, { "content-type": "application/json", "content-length": whole.length });
      response.end(whole);
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    let place = 0;
    const next = () => {
      const bytes = writes[place++];
      if (bytes === undefined) return void response.end(end);
      response.write(bytes);
      setImmediate(next);
    };
    next();
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" && address !== null ? address.port : 0}\n`);
});
