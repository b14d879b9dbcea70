// Runs in a pod, by `node --input-type=module -e`: asks for LOAD_URL with LOAD_HEADERS again and again over kept connections of HTTP/1.1 and one of HTTP/2, as a client that
// honours `Connection: close` and GOAWAY, until its standard input ends. Says on standard output how many requests there
// were, after each tenth, and as its last line what it saw.
import { connect } from "node:http2";

const url = new URL(process.env.LOAD_URL ?? "");
const headers = JSON.parse(process.env.LOAD_HEADERS ?? "{}");
const { Agent, get } = await import(url.protocol === "https:" ? "node:https" : "node:http");
// Which certificate is shown is asked elsewhere: whatever it is, requests go on.
const trusting = { rejectUnauthorized: false };
const seen = { requests: 0, failures: [], bodies: {} };
let ended = false;
process.stdin.resume().on("end", () => {
  ended = true;
});

function note(status, body) {
  seen.requests++;
  if (seen.requests % 10 === 0) process.stdout.write(`${seen.requests}\n`);
  if (status !== 200) seen.failures.push(`${status} ${body.slice(0, 200)}`);
  const from = /"host":"([^"]*)"/.exec(body)?.[1] ?? "";
  seen.bodies[from] = (seen.bodies[from] ?? 0) + 1;
}

async function http1() {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ...trusting });
  while (!ended)
    await new Promise((resolve) => {
      const failed = ({ message }) => resolve(seen.failures.push(`http1 ${message}`));
      get(url, { agent, headers }, (answer) => {
        let body = "";
        answer.setEncoding("utf8").on("data", (part) => {
          body += part;
        });
        answer.on("end", () => resolve(note(answer.statusCode, body))).on("error", failed);
      }).on("error", failed);
    });
  agent.destroy();
}

async function http2() {
  let session;
  const fresh = () => {
    const opened = connect(url.origin, trusting);
    const forget = () => {
      if (session === opened) session = undefined;
    };
    opened.on("goaway", () => {
      forget();
      opened.close();
    });
    opened.on("error", ({ message }) => seen.failures.push(`http2 connection ${message}`)).on("close", forget);
    return opened;
  };
  while (!ended)
    await new Promise((resolve) => {
      session ??= fresh();
      const stream = session.request({ ":path": url.pathname, ...headers });
      let [status, body] = [0, ""];
      stream.on("response", (headers) => {
        status = headers[":status"];
      });
      stream.setEncoding("utf8").on("data", (part) => {
        body += part;
      });
      stream.on("end", () => note(status, body)).on("error", ({ message }) => seen.failures.push(`http2 ${message}`));
      stream.on("close", resolve).end();
    });
  session?.close();
}

await Promise.all([http1(), http1(), http1(), http2()]);
process.stdout.write(JSON.stringify(seen));
process.exit(0);
