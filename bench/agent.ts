import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import type { GatewayFiles } from "../src/compile/engine.ts";
import { freePort } from "../testing/free-port.ts";
import { serveFiles } from "./gateway.ts";
import { guardedDocument, guardedFiles, secret, security } from "./guarded.ts";
import { requestsPerCpuSecond, shows, showsNew, workOf } from "./load.ts";
import { memoryOf } from "./memory.ts";
import { backendFiles } from "./plain.ts";
import { interleaved, median, ratio, table } from "./rounds.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const seconds = Number(process.env.BENCH_SECONDS ?? 2);
const tokens = 1_000;
const password = "correct horse";

/** So many users log in for the first time, in each round. */
const newcomers = 20;

/** An issuer that believes every token, and an authoriser that lets everybody in. */
async function trustingIssuer() {
  const answer = JSON.stringify({ active: true, client_id: "app", scope: "read" });
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.setHeader("content-type", "application/json").end(answer));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

const newNames = Array.from({ length: 2 * rounds * newcomers }, (_, index) => `new-${index}`);
const authorizationOf = (name: string): string => `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;

/** Logins for each second that processes were at work, each of a user that was never seen before. */
function firstLogins(url: string): (pids: readonly number[]) => () => Promise<number> {
  const left = [...newNames];
  return (pids) => async () => {
    const before = workOf(pids);
    for (const name of left.splice(0, newcomers)) {
      const { status } = await fetch(url, { headers: { authorization: authorizationOf(name) } });
      if (status !== 200) throw new Error(`${name} is not let in: ${status}`);
    }
    return newcomers / (workOf(pids) - before);
  };
}

function filesFor(issuer: string, backendPort: number, port: number, monitoring: number): GatewayFiles {
  const document = guardedDocument(backendPort, {
    "/open": [],
    "/key": [{ key: [] }],
    "/asked": [{ asked: ["read"] }],
    "/user": [{ user: [] }],
    "/own": [{ own: [] }],
  });
  const resources = [
    security("key", { type: "apiKey", apiKey: { keys: { name: "keys" }, locations: [{ header: "x-api-key" }] } }),
    secret("keys", { app: "key-of-app" }),
    security("asked", { type: "oauth2", oauth2: { introspectionUrl: issuer, client: { name: "client" } } }),
    secret("client", { username: "gateway", password: "s" }),
    security("user", { type: "basic", basic: { users: { name: "users" } } }),
    secret("users", { htpasswd: ["alice", ...newNames].map((name) => `${name}:${hashSync(password, 10)}`).join("\n") }),
    security("own", { type: "authorizer", authorizer: { url: issuer, sendHeaders: ["authorization"] } }),
  ];
  return guardedFiles([document, ...resources], port, monitoring);
}

/** What the policy agent costs: requests for each second of its and Envoy's work together, as a share of what Envoy checks alone, and its own part of it. */
export async function benchAgent(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "portico-bench-"));
  const script = (name: string, text: string): string => {
    writeFileSync(join(folder, `${name}.lua`), text);
    return join(folder, `${name}.lua`);
  };
  const list = (name: string, header: string, values: readonly string[]): string => {
    writeFileSync(join(folder, name), values.join("\n"));
    return script(name, shows(header, join(folder, name)));
  };
  const key = list("key", "x-api-key", ["key-of-app"]);
  const known = list(
    "known",
    "authorization",
    Array.from({ length: tokens }, (_, index) => `Bearer opaque-${index}`),
  );
  const never = script("never", showsNew("authorization", "Bearer new-"));
  const user = list("user", "authorization", [authorizationOf("alice")]);
  const [issuer, backend] = [await trustingIssuer(), await serveFiles(backendFiles)];
  const gateway = await serveFiles((port, monitoring) => filesFor(issuer.url, backend.port, port, monitoring));
  const agentPid = gateway.agentPid ?? Number.NaN;
  const idle = memoryOf(agentPid);
  const ask = (pids: readonly number[], path: string, given: string) => (): Promise<number> =>
    requestsPerCpuSecond(pids, `http://127.0.0.1:${gateway.port}${path}`, seconds, { script: given });
  const both = [gateway.pid, agentPid];
  const first = firstLogins(`http://127.0.0.1:${gateway.port}/user`);
  try {
    const figures = await interleaved(rounds, {
      open: ask(both, "/open", key),
      key: ask(both, "/key", key),
      known: ask(both, "/asked", known),
      never: ask(both, "/asked", never),
      user: ask(both, "/user", user),
      first: first(both),
      own: ask(both, "/own", known),
      knownAgent: ask([agentPid], "/asked", known),
      neverAgent: ask([agentPid], "/asked", never),
      userAgent: ask([agentPid], "/user", user),
      firstAgent: first([agentPid]),
      ownAgent: ask([agentPid], "/own", known),
    });
    const cost = (name: string): string => (1e6 / median(figures.get(name) ?? [])).toFixed(0);
    const row = (what: string, name: string): readonly string[] => [
      what,
      share(ratio(figures, name, "open")),
      share(ratio(figures, name, "key")),
      cost(`${name}Agent`),
    ];
    const share = (one: number): string => (one < 0.005 ? one.toPrecision(1) : one.toFixed(2));
    const rows = [
      ["a key, by Envoy alone", ratio(figures, "key", "open").toFixed(2), "1", "0"],
      row(`one of ${tokens} opaque tokens, remembered`, "known"),
      row("an opaque token, asked about each time", "never"),
      row("a user with a bcrypt hash (cost 10), remembered", "user"),
      row("the same, seen for the first time", "first"),
      row("an authoriser of one's own, asked each time", "own"),
    ];
    const heads = ["what", "over open", "over a key", "the agent's own work for each request, µs"];
    return [
      `### Agent: requests for each second of the gateway's and the agent's own work (median of ${rounds} rounds)\n`,
      table(heads, rows),
      `\nThe agent's memory: ${idle} MiB before the first request, ${memoryOf(agentPid)} MiB after them.`,
    ].join("\n");
  } finally {
    for (const served of [gateway, backend, issuer]) await served.stop();
    rmSync(folder, { recursive: true });
  }
}
