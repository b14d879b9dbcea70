import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import { before, describe, it, type TestContext } from "node:test";
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

  const targets: Readonly<Record<string, readonly string[]>> = {
    "dot segments": [
      "/open/../admin/7",
      "/./admin/7",
      "/open/x/../../admin",
      "/admin/./7",
      "/admin/7/..",
      "/admin/../admin/7",
      "/.//admin",
    ],
    "encoded dots": ["/open/%2e%2e/admin/7", "/%2e/admin/7", "/open/.%2E/admin", "/open/%2e%2e%2fadmin", "/admin/%2e"],
    "encoded slashes": ["/admin%2f7", "/%2fadmin/7", "/open/..%2fadmin", "/open/..%2Fadmin%2F7", "/open/%5cadmin", "/open/..%5cadmin"],
    "double slashes": ["//admin/7", "/admin//7", "///admin", "/open//../admin", "//a.test/admin/7", "/admin//"],
    "parameters of segments": ["/admin;a=b/7", "/admin/7;a", "/open/..;/admin", "/;/admin/7", "/admin;", "/..;/admin/7"],
    backslashes: ["/open/..\\admin", "/open\\..\\admin", "\\admin", "/admin\\7", "/\\admin/7"],
    "absolute forms": [
      "http://a.test/admin/7",
      "http://other.test/admin",
      "https://a.test/admin/7",
      "http://a.test//admin/7",
      "HTTP://a.test/admin",
    ],
    "the case of letters": ["/ADMIN/7", "/Admin", "/aDmin/7", "/%41dmin/7"],
    "slashes at the end": ["/admin/", "/admin/7/", "/admin/7//", "/admin/%20", "/admin%20", "/admin./7", "/admin.", "/admin/7."],
    "letters that are encoded": ["/%61dmin/7", "/adm%69n", "/%61%64%6d%69%6e/7"],
    "queries and fragments": ["/admin/7?", "/admin?/open/7", "/admin/7#", "/open/7#/../../admin", "/admin?a=b#c", "/?/../admin"],
    "other encodings": [
      "/%c0%ae%c0%ae/admin",
      "/open/%c0%af..%c0%afadmin",
      "/%u0061dmin",
      "/\xe1dmin",
      "/admin%00",
      "/%00admin",
      "/admin%0a",
      "/admin/7%09",
    ],
  };
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

  // The row that it belongs to stands in for the @@, so that lengths stay what they are.
  const hidden = "GET /admin/7?row=@@ HTTP/1.1\r\nHost: a.test\r\n\r\n";
  const post = (fields: string, body: string): string =>
    `POST /pets?row=@@ HTTP/1.1\r\nHost: a.test\r\nX-Key: key-of-alice\r\n${fields}\r\n\r\n${body}`;
  const length = `Content-Length: ${hidden.length + 5}`;
  const smuggled: Readonly<Record<string, string>> = {
    "CL.TE": post(`${length}\r\nTransfer-Encoding: chunked`, `0\r\n\r\n${hidden}`),
    "TE.CL": post("Content-Length: 4\r\nTransfer-Encoding: chunked", `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`),
    "TE.TE by a name that is not one": post(`${length}\r\nTransfer-Encoding: xchunked`, `0\r\n\r\n${hidden}`),
    "TE.TE by two lines": post(`${length}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity`, `0\r\n\r\n${hidden}`),
    "TE.TE by a list": post(`${length}\r\nTransfer-Encoding: chunked, identity`, `0\r\n\r\n${hidden}`),
    "TE.TE by a blank before the colon": post(`${length}\r\nTransfer-Encoding : chunked`, `0\r\n\r\n${hidden}`),
    "TE.TE by a tab": post(`${length}\r\nTransfer-Encoding:\tchunked`, `0\r\n\r\n${hidden}`),
    "TE.TE by a folded line": post(`${length}\r\nTransfer-Encoding:\r\n chunked`, `0\r\n\r\n${hidden}`),
    "TE.TE by a vertical tab": post(`${length}\r\nTransfer-Encoding: \x0bchunked`, `0\r\n\r\n${hidden}`),
    "bare LF between fields": `POST /pets?row=@@ HTTP/1.1\r\nHost: a.test\nTransfer-Encoding: chunked\r\n${length}\r\n\r\n0\r\n\r\n${hidden}`,
    "bare CR between fields": `POST /pets?row=@@ HTTP/1.1\r\nHost: a.test\rTransfer-Encoding: chunked\r\n${length}\r\n\r\n0\r\n\r\n${hidden}`,
    "bare LF in chunks": post("Transfer-Encoding: chunked", `0\n\n${hidden}`),
    "an extension of a chunk with a bare LF": post("Transfer-Encoding: chunked", `5;\nxxxxx\r\n0\r\n\r\n${hidden}`),
    "a chunk's size that is too long": post("Transfer-Encoding: chunked", `10000000000000000\r\n\r\n${hidden}`),
    "a length with a sign": post(`Content-Length: +${hidden.length}`, hidden),
    "two lengths": post(`Content-Length: 0\r\nContent-Length: ${hidden.length}`, hidden),
    "a list of lengths": post(`Content-Length: 0, ${hidden.length}`, hidden),
    "a length in hex": post("Content-Length: 0x10", hidden),
    "GET with a body": `GET /open/7?row=@@ HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    "an upgrade to HTTP/2": `GET /open/7?row=@@ HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n${hidden}`,
    "a line's end in a field": `GET /open/7?row=@@ HTTP/1.1\r\nHost: a.test\r\nX-A: b\n\r\n${hidden}`,
  };
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
