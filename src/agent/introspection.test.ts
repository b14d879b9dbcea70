import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, it, type TestContext } from "node:test";
import { askedRequest } from "../../testing/asked-request.ts";
import { serveHttp } from "../../testing/http-server.ts";
import { until } from "../../testing/until.ts";
import type { Finding } from "./finding.ts";
import { introspect } from "./introspection.ts";

const start = Date.UTC(2030, 0);

/** A checker that asks a real issuer, which answers as it is told to: the tokens that the issuer was asked about, and what is found of one. */
async function asking(
  t: TestContext,
  answer: (response: ServerResponse, token: string) => void,
  times: { readonly timeoutMs?: number; readonly cacheMs?: number } = {},
) {
  const asked: string[] = [];
  const port = await serveHttp(t, (question, response) => {
    let body = "";
    question.on("data", (part: Buffer) => (body += part.toString()));
    question.on("end", () => {
      const token = new URLSearchParams(body).get("token") ?? "";
      asked.push(token);
      answer(response, token);
    });
  });
  const check = {
    kind: "introspection",
    url: `http://127.0.0.1:${port}/introspect`,
    client: { id: "gateway", secret: "secret" },
    audiences: [],
    timeoutMs: 30_000,
    cacheMs: 60_000,
    tls: { kind: "anybody" },
    ...times,
  } as const;
  const locations = [{ in: "header", name: "authorization", prefix: "Bearer " }] as const;
  const checker = introspect({ security: "user", locations, blockedClients: [], check }, check);
  t.after(() => checker.close());
  const find = (token: string, address = "192.0.2.1"): Promise<Finding> =>
    checker.check({ ...askedRequest({ authorization: `Bearer ${token}` }), address });
  return { asked, find, kind: async (token: string, address?: string): Promise<Finding["kind"]> => (await find(token, address)).kind };
}

/** An issuer that gives one answer after the other, and the last one again and again. */
function inTurn(...answers: readonly object[]): (response: ServerResponse) => void {
  let next = 0;
  return (response) => response.end(JSON.stringify(answers[Math.min(next++, answers.length - 1)]));
}

describe("what an issuer answered is remembered", () => {
  it("for five seconds where a token is not active, and then asked again", async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: start });
    const { asked, kind } = await asking(t, inTurn({ active: false }, { active: true }));
    assert.equal(await kind("a"), "none");
    t.mock.timers.tick(4_999);
    assert.deepEqual([await kind("a"), asked.length], ["none", 1]);
    t.mock.timers.tick(1);
    assert.deepEqual([await kind("a"), asked.length], ["genuine", 2]);
  });

  it("for `cacheFor` where that is shorter, or not at all", async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: start });
    const short = await asking(t, inTurn({ active: false }), { cacheMs: 1_000 });
    const never = await asking(t, inTurn({ active: false }), { cacheMs: 0 });
    for (const { kind } of [short, short, never, never]) assert.equal(await kind("a"), "none");
    assert.deepEqual([short.asked.length, never.asked.length], [1, 2]);
    t.mock.timers.tick(1_000);
    await short.kind("a");
    assert.equal(short.asked.length, 2);
  });

  it("for `cacheFor` where it is active, and of each token by itself", async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: start });
    const { asked, kind } = await asking(t, inTurn({ active: true }));
    for (const token of ["a", "b", "a"]) assert.equal(await kind(token), "genuine");
    t.mock.timers.tick(59_999);
    assert.equal(await kind("a"), "genuine");
    assert.deepEqual(asked, ["a", "b"]);
    t.mock.timers.tick(1);
    assert.equal(await kind("a"), "genuine");
    assert.deepEqual(asked, ["a", "b", "a"]);
  });

  for (const exp of [start / 1000 + 10, `${start / 1000 + 10}`])
    it(`no later than its end though \`cacheFor\` is longer: ${JSON.stringify(exp)}`, async (t) => {
      t.mock.timers.enable({ apis: ["Date"], now: start });
      const { asked, kind } = await asking(t, inTurn({ active: true, exp }));
      assert.equal(await kind("a"), "genuine");
      t.mock.timers.tick(9_999);
      assert.deepEqual([await kind("a"), asked.length], ["genuine", 1]);
      t.mock.timers.tick(1);
      assert.deepEqual([await kind("a"), asked.length], ["none", 2], "though the issuer still calls it active");
    });
});

describe("an issuer that gives no answer", { timeout: 60_000 }, () => {
  const well = JSON.stringify({ active: true });
  const cases: readonly (readonly [what: string, answer: (response: ServerResponse) => unknown])[] = [
    ["a status of 500", (response) => response.writeHead(500).end(well)],
    ["a refusal of who asks", (response) => response.writeHead(401).end(well)],
    ["a redirection", (response) => response.writeHead(302, { location: "/elsewhere" }).end(well)],
    ["what is no JSON", (response) => response.end("<html>")],
    ["broken JSON", (response) => response.end(well.slice(0, -1))],
    ["nothing", (response) => response.end()],
    ["a list", (response) => response.end(`[${well}]`)],
    ["no word of whether the token is active", (response) => response.end("{}")],
    ["that in a text", (response) => response.end('{"active":"true"}')],
    ["an end that nobody can read", (response) => response.end('{"active":true,"exp":"soon"}')],
    ["more than anybody needs", (response) => response.end(JSON.stringify({ active: true, more: "x".repeat(300_000) }))],
    ["an answer that breaks off", (response) => response.writeHead(200, { "content-length": "99" }).write(well, () => response.destroy())],
    ["a connection that breaks off", (response) => response.destroy()],
  ];
  for (const [what, broken] of cases)
    it(`is unchecked, and not remembered: ${what}`, async (t) => {
      let isWell = false;
      const { asked, kind } = await asking(t, (response) => (isWell ? response.end(well) : broken(response)));
      assert.equal(await kind("a"), "unchecked");
      isWell = true;
      assert.deepEqual([await kind("a"), asked.length], ["genuine", 2]);
    });

  const hanging: readonly (readonly [what: string, answer: (response: ServerResponse) => unknown])[] = [
    ["it says nothing", () => {}],
    ["it begins an answer", (response) => response.write(well.slice(0, -1))],
  ];
  for (const [what, hang] of hanging)
    it(`in time is unchecked, and asked anew the next time: ${what}`, async (t) => {
      let isWell = false;
      const { asked, kind } = await asking(t, (response) => (isWell ? response.end(well) : hang(response)), { timeoutMs: 500 });
      assert.deepEqual([await kind("a"), await kind("a"), asked], ["unchecked", "unchecked", ["a", "a"]]);
      isWell = true;
      await until("it is asked again", async () => (await kind("a")) === "genuine");
    });

  it("in time gives its turn to the next question", async (t) => {
    const { asked, kind } = await asking(t, (response, token) => token === "good" && response.end(well), { timeoutMs: 1_000 });
    const stuck = Array.from({ length: 64 }, (_, index) => kind(`stuck-${index}`));
    assert.equal(await kind("good"), "genuine");
    assert.ok((await Promise.all(stuck)).every((one) => one === "unchecked"));
    assert.deepEqual([asked.length, asked.at(-1)], [65, "good"]);
  });
});

describe("questions at once", { timeout: 60_000 }, () => {
  it("are one about one token", async (t) => {
    const { asked, find } = await asking(t, inTurn({ active: true, client_id: "app" }));
    const found = await Promise.all(["a", "a", "a"].map((token) => find(token)));
    assert.deepEqual(found, Array(3).fill({ kind: "genuine", allowed: "yes", members: { active: true, client_id: "app" } }));
    assert.deepEqual(asked, ["a"]);
  });

  it("are 64; of one client five hundred wait, and what is more is unchecked without being asked, while those of others go first", async (t) => {
    const open: ServerResponse[] = [];
    let isHeld = true;
    let most = 0;
    const close = (response: ServerResponse | undefined) => response?.end(JSON.stringify({ active: true }));
    const { asked, kind } = await asking(t, (response) => {
      open.push(response);
      most = Math.max(most, open.length);
      if (!isHeld) close(open.shift());
    });
    const all = Array.from({ length: 64 + 500 }, (_, index) => kind(`token-${index}`, `2001:db8::${index}`));
    assert.equal(await kind("one-more", "2001:db8::ffff"), "unchecked");
    const other = kind("of-another", "2001:db8:0:1::1");
    await until("as many are asked as may be", () => asked.length === 64);
    close(open.shift());
    await until("one that waited has the turn of the one that is answered", () => asked.length === 65);
    assert.equal(asked.at(-1), "of-another");
    isHeld = false;
    while (open.length > 0) close(open.shift());
    const found = await Promise.all([...all, other]);
    assert.ok(found.every((one) => one === "genuine"));
    assert.deepEqual([asked.length, most, asked.includes("one-more")], [565, 64, false]);
    assert.equal(await kind("one-more"), "genuine", "once there is room");
  });
});
