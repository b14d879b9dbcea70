import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import { before, describe, it, type TestContext } from "node:test";
import { post, smuggled, targets } from "../../testing/odd-targets.ts";
import { openSocket } from "../../testing/raw-socket.ts";
import { suiteScope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { guarded, keySecurity, protectedGateway } from "./protected-gateway.ts";

const key = { "x-key": "key-of-alice" };
const open = { responses: { 200: { description: "ok" } }, security: [] };
const closed = { responses: { 200: { description: "ok" } }, security: [{ key: [] }] };

/** What a request may end in that gets nowhere: a refusal, or a redirect to the plain form. */
const refusals = new Set([301, 308, 400, 401, 403, 404, 405, 413, 431]);

/** The path that the most forgiving of backends takes a path for: decoded once, without parameters of segments, slashes of both kinds, dots resolved. */
function forgiven(path: string): string {
  const decoded = path.replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  const segments: string[] = [];
  for (const segment of decoded
    .split(/[?#\0]/)[0]
    ?.replaceAll("\\", "/")
    .split("/")
    .map((one) => one.replace(/;.*/, "").trim()) ?? []) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return `/${segments.join("/")}`.toLowerCase();
}

const isAdmin = (path: string): boolean => /^\/admin(?:$|\/)/.test(forgiven(path));

describe("ways around a route", { timeout: 120_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const paths = {
      "/admin": { get: closed },
      "/admin/{id}": { get: closed },
      "/open/{id}": { get: open },
      "/open/{id}/more": { get: open },
      "/pets": { get: open, post: closed },
    };
    gateway = await protectedGateway(scope, { paths }, keySecurity("key", { alice: "key-of-alice" }, { locations: [{ header: "x-key" }] }));
  });

  /** Writes bytes, and resolves with the statuses of all answers once the connection is closed or silent for a request more. */
  async function written(bytes: string): Promise<readonly number[]> {
    const { socket, text } = await openSocket(gateway.port);
    socket.write(Buffer.from(bytes, "latin1"));
    // A whole request at the end: when it is answered, or the connection closed, all before it was.
    socket.write("GET /open/last HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
    await until("the connection is closed", () => socket.closed, 15_000);
    return [...text().matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  /** The requests that the backend saw while something was done. */
  async function seenWhile(act: () => Promise<unknown>): Promise<readonly string[]> {
    const before = gateway.backend.received.length;
    await act();
    return gateway.backend.received.slice(before).map(({ method, path }) => `${method} ${path}`);
  }

  const admin = (seen: readonly string[]): readonly string[] => seen.filter((one) => isAdmin(one.slice(one.indexOf(" ") + 1)));

  it("lead nowhere: the plain requests are refused without a key and pass with it", async () => {
    for (const path of ["/admin", "/admin/7"]) {
      assert.equal((await gateway.get(path)).status, 401);
      assert.equal((await gateway.get(path, key)).status, 200);
    }
    assert.deepEqual([(await gateway.get("/open/7")).status, (await gateway.get("/pets")).status], [200, 200]);
    assert.deepEqual([(await gateway.get("POST /pets")).status, (await gateway.get("POST /pets", key)).status], [401, 200]);
  });

  for (const [title, tried] of Object.entries(targets)) {
    it(`${title} reach no operation but their own`, async () => {
      const ends: string[] = [];
      const seen = await seenWhile(() =>
        Promise.all(
          tried.map(async (target) => {
            const [status = 0] = await written(`GET ${target} HTTP/1.1\r\nHost: a.test\r\n\r\n`);
            if (status !== 200 && !refusals.has(status)) ends.push(`${target}: ${status}`);
          }),
        ),
      );
      assert.deepEqual([admin(seen), ends], [[], []]);
    });
  }

  it("no octet inside or at the end of a segment is a way around, and with the key none leads to another operation", async () => {
    for (let octet = 0; octet < 256; octet++) {
      const hex = `%${octet.toString(16).padStart(2, "0")}`;
      const attacked = [
        `/ad${hex}min/7`,
        `/ad${hex}in/7`,
        `/admin${hex}`,
        `/admin${hex}/7`,
        `/admin/7${hex}`,
        `/${hex}admin`,
        `/open/${hex}/admin`,
      ];
      for (const target of attacked) {
        const seen = await seenWhile(async () => {
          const { status } = await gateway.get(target);
          assert.ok(status === 200 || refusals.has(status), `${target}: ${status}`);
        });
        assert.deepEqual(admin(seen), [], target);
      }
      for (const target of [`/admin/7${hex}`, `/open/7${hex}`]) {
        const seen = await seenWhile(() => gateway.get(target, key));
        const own = new RegExp(`^GET ${target.startsWith("/admin") ? "/admin" : "/open"}`);
        assert.ok(
          seen.every((one) => own.test(one) && isAdmin(one.slice(4)) === target.startsWith("/admin")),
          `${target}: ${seen.join()}`,
        );
      }
    }
  });

  it("headers that name another method or path say nothing", async () => {
    const names = ["x-http-method-override", "x-http-method", "x-method-override", "x-original-method", "x-forwarded-method"];
    const seen = await seenWhile(async () => {
      for (const name of names) assert.equal((await gateway.get("/pets", { [name]: "POST" })).status, 200);
      for (const name of ["x-original-url", "x-rewrite-url", "x-original-uri", "x-override-url", "x-forwarded-uri", "x-forwarded-path"])
        assert.equal((await gateway.get("/pets", { [name]: "/admin/7" })).status, 200);
    });
    assert.deepEqual([...new Set(seen)], ["GET /pets"]);
    for (const { headers } of gateway.backend.received.slice(-11)) {
      const kept = Object.keys(headers).filter((name) => /method|original|rewrite|override|forwarded-(?:uri|path)/.test(name));
      assert.deepEqual(kept, []);
    }
  });

  it("the plain forms of what hides requests pass", async () => {
    const plain = [post("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n"), post("Content-Length: 5", "hello")];
    for (const bytes of plain) assert.deepEqual(await written(bytes), [200, 200]);
  });

  it("a request that is hidden in another one is seen by both ends, or by none", async () => {
    const ends: string[] = [];
    const seen = await seenWhile(() =>
      Promise.all(
        Object.entries(smuggled).map(async ([title, bytes], row) => {
          const statuses = await written(bytes.replaceAll("@@", String(row).padStart(2, "0")));
          if (statuses.length === 0 || statuses.some((status) => status !== 200 && !refusals.has(status)))
            ends.push(`${title}: ${statuses.join()}`);
        }),
      ),
    );
    assert.deepEqual(ends, []);
    for (const [row, title] of Object.keys(smuggled).entries()) {
      const own = seen.filter((one) => one.endsWith(`?row=${String(row).padStart(2, "0")}`));
      assert.deepEqual([admin(own), own.length <= 1], [[], true], `${title}: ${own.join()}`);
    }
  });

  async function asked(t: TestContext, headers: Readonly<Record<string, string>>): Promise<number> {
    const session = connect(`http://127.0.0.1:${gateway.port}`);
    t.after(() => session.destroy());
    session.on("error", () => undefined);
    await once(session, "remoteSettings");
    return new Promise((resolve) => {
      const stream = session.request({ ...headers });
      stream.once("response", (answer) => resolve(Number(answer[":status"])));
      stream.once("error", () => resolve(0));
      stream.once("close", () => resolve(0));
      stream.end();
    });
  }

  it("HTTP/2's own fields are no way around", async (t) => {
    const tricks: readonly Readonly<Record<string, string>>[] = [
      { ":path": "/open/../admin/7" },
      { ":path": "admin/7" },
      { ":path": "http://a.test/admin/7" },
      { ":path": "*" },
      { ":path": "" },
      { ":path": "/admin/7", ":method": "get" },
      { ":path": "/open/7 HTTP/1.1\r\nHost: a.test\r\n\r\nGET /admin/7" },
      { ":path": "/pets", ":method": "GET POST" },
      { ":path": "/admin/7", ":scheme": "https" },
      { ":path": "/open/7", ":scheme": "http://a.test/admin/7?" },
      { ":path": "/open/7", ":authority": "a.test/admin/7?" },
    ];
    for (const trick of tricks) {
      let status = -1;
      const seen = await seenWhile(async () => {
        status = await asked(t, trick);
      });
      assert.deepEqual(admin(seen), [], JSON.stringify(trick));
      assert.ok(status === 0 || status === 200 || refusals.has(status), `${JSON.stringify(trick)}: ${status}`);
    }
    assert.equal(await asked(t, { ":path": "/open/7" }), 200);
  });
});

describe("a host that is named twice", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  it("is the one that decides, and no other reaches the backend", async (t) => {
    const gateway = await protectedGateway(
      scope,
      { paths: { "/pets": guarded() }, "x-portico": { hosts: ["open.test"] } },
      keySecurity("key", { alice: "key-of-alice" }, { locations: [{ header: "x-key" }] }),
    );
    const session = connect(`http://127.0.0.1:${gateway.port}`);
    t.after(() => session.destroy());
    await once(session, "remoteSettings");
    const status = (headers: Readonly<Record<string, string>>): Promise<number> =>
      new Promise((resolve) => {
        const stream = session.request({ ":path": "/pets", ...headers });
        stream.once("response", (answer) => resolve(Number(answer[":status"])));
        stream.once("error", () => resolve(0));
      });
    assert.equal(await status({ ":authority": "open.test" }), 200);
    assert.equal(await status({ ":authority": "closed.test", host: "open.test" }), 404);
    assert.ok([0, 200, 400].includes(await status({ ":authority": "open.test", host: "closed.test" })));
    assert.ok(gateway.backend.received.every(({ headers }) => headers.host !== "closed.test"));
  });
});
