import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fake-registry.ts";
import { Redacted } from "../../redacted.ts";
import { digestOf, jsonBlob, mediaTypes } from "../oci.ts";
import { authorize } from "./authorization.ts";
import { noCredentials } from "./credentials.ts";
import { openHttp } from "./http.ts";
import { openRegistry, type Registry } from "./registry.ts";
import type { SessionOptions } from "./session.ts";

const quick: SessionOptions = {
  authorities: undefined,
  patienceMs: 2000,
  credentials: noCredentials,
  plainHttp: true,
  retries: { most: 2, firstMs: 1, longestMs: 20 },
};

function open(t: TestContext, { host }: FakeRegistry, options: Partial<SessionOptions> = {}): Registry {
  const registry = openRegistry(host, { ...quick, ...options });
  t.after(registry.close);
  return registry;
}

const content = Buffer.from("hello");
const manifest = jsonBlob(mediaTypes.manifest, { schemaVersion: 2 });
const hello = { mediaType: mediaTypes.layer, digest: "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", size: 5 };

/** Bytes in parts, as often as they are asked for. */
const upload = (parts: readonly Uint8Array[] = [content]) => ({
  descriptor: hello,
  read: async () => ({ ok: true, value: stream(parts), problems: [] }) as const,
});
async function* stream(parts: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* parts;
}

const reasons = (outcome: { readonly problems: readonly { readonly reason: string }[] }): readonly string[] =>
  outcome.problems.map(({ reason }) => reason);

describe("a registry", () => {
  it("stores a blob and a manifest, and has them then", async (t) => {
    const fake = await startFakeRegistry(t);
    const registry = open(t, fake);
    assert.deepEqual(await registry.hasBlob("a/b", hello.digest), { ok: true, value: false, problems: [] });
    assert.equal((await registry.uploadBlob("a/b", upload())).ok, true);
    const read = await registry.blob("a/b", hello);
    assert.ok(read.ok);
    assert.deepEqual(Buffer.from(read.value), content);
    assert.equal((await registry.putManifest("a/b", "1.0", manifest)).ok, true);
    const found = await registry.manifest("a/b", "1.0");
    assert.ok(found.ok);
    assert.deepEqual(found.value?.descriptor, manifest.descriptor);
  });

  it("says that there is nothing where there is nothing", async (t) => {
    const registry = open(t, await startFakeRegistry(t));
    assert.deepEqual(await registry.manifest("a/b", "1.0"), { ok: true, value: undefined, problems: [] });
    assert.deepEqual(await registry.manifest("a/b", "1.0"), { ok: true, value: undefined, problems: [] });
    assert.deepEqual(reasons(await registry.blob("a/b", hello)), ["ImageMissing"]);
  });

  it("lets a repository have another one's blob", async (t) => {
    const fake = await startFakeRegistry(t);
    const registry = open(t, fake);
    await registry.uploadBlob("a", upload());
    assert.deepEqual(await registry.mountBlob("b", hello.digest, "a"), { ok: true, value: true, problems: [] });
    assert.deepEqual(await registry.mountBlob("b", hello.digest, "none"), { ok: true, value: false, problems: [] });
    assert.ok(fake.blobs.has(`b@${hello.digest}`));
  });

  it("gets a large blob in chunks", async (t) => {
    const fake = await startFakeRegistry(t);
    const large = Buffer.alloc(40 * 1024 * 1024, 7);
    const descriptor = {
      ...jsonBlob(mediaTypes.layer, "").descriptor,
      digest: digestOf(large),
      size: large.length,
    };
    const outcome = await open(t, fake).uploadBlob("a", {
      descriptor,
      read: async () => ({ ok: true, value: stream([large]), problems: [] }),
    });
    assert.deepEqual(reasons(outcome), []);
    assert.deepEqual(
      fake.requests.map((line) => line.split(" ")[0]),
      ["POST", "PATCH", "PATCH", "PATCH", "PUT"],
    );
  });
});

describe("who asks a registry", () => {
  const password = async () => ({ kind: "password", user: "me", password: new Redacted("hunter2") }) as const;

  it("shows a password where Basic is asked for", async (t) => {
    const wants = { authorization: `Basic ${Buffer.from("me:hunter2").toString("base64")}`, challenge: 'Basic realm="r"' };
    const fake = await startFakeRegistry(t, { wants });
    assert.equal((await open(t, fake, { credentials: password }).uploadBlob("a", upload())).ok, true);
    const refused = await open(t, fake).manifest("a", "1");
    assert.deepEqual(reasons(refused), ["RegistryDenied"]);
    assert.match(refused.problems[0]?.message ?? "", /docker login/);
  });

  it("gets a token where a Bearer is asked for, once for each repository, and another one when it is over", async (t) => {
    const tokens = await startFakeRegistry(t);
    const wants = {
      authorization: "Bearer t1",
      challenge: `Bearer realm="http://${tokens.host}/token",service="s",scope="repository:a:pull"`,
    };
    const asked: string[] = [];
    tokens.fault = (request, response) => {
      asked.push(`${request.headers.authorization} ${request.url}`);
      response.end(JSON.stringify({ token: wants.authorization.slice(7) }));
      return true;
    };
    const fake = await startFakeRegistry(t, { wants });
    const registry = open(t, fake, { credentials: password });
    assert.equal((await registry.manifest("a", "1")).ok, true);
    assert.equal((await registry.manifest("a", "2")).ok, true);
    assert.deepEqual(asked, [`Basic ${Buffer.from("me:hunter2").toString("base64")} /token?service=s&scope=repository%3Aa%3Apull`]);
    wants.authorization = "Bearer t2";
    assert.equal((await registry.manifest("a", "3")).ok, true);
    assert.equal(asked.length, 2);
  });

  it("asks for each of several scopes by itself, as a token server reads them", async (t) => {
    const tokens = await startFakeRegistry(t);
    const [first, second] = ["repository:a:pull,push", "repository:b:pull"];
    const wants = { authorization: "Bearer t1", challenge: `Bearer realm="http://${tokens.host}/token",scope="${first} ${second}"` };
    tokens.fault = (request, response) => {
      const scopes = new URL(request.url ?? "", "http://tokens").searchParams.getAll("scope");
      response.end(JSON.stringify({ token: scopes.includes(first) && scopes.includes(second) ? "t1" : "less" }));
      return true;
    };
    const registry = open(t, await startFakeRegistry(t, { wants }), { credentials: password });
    assert.deepEqual(await registry.mountBlob("a", hello.digest, "b"), { ok: true, value: false, problems: [] });
  });

  it("shows its credential to no host that a redirect leads to", async (t) => {
    const storage = await startFakeRegistry(t);
    const seen: (string | undefined)[] = [];
    storage.fault = (request, response) => {
      seen.push(request.headers.authorization);
      response.end(content);
      return true;
    };
    const wants = { authorization: `Basic ${Buffer.from("me:hunter2").toString("base64")}`, challenge: "Basic" };
    const fake = await startFakeRegistry(t, { wants });
    fake.fault = (request, response) => {
      if (request.headers.authorization !== wants.authorization) return false;
      response.writeHead(307, { location: `http://${storage.host}/x` }).end();
      return true;
    };
    const read = await open(t, fake, { credentials: password }).blob("a", hello);
    assert.deepEqual([read.ok, seen], [true, [undefined]]);
  });

  it("sends no credential to a token server without TLS unless that is said", async (t) => {
    const http = openHttp(quick);
    t.after(http.close);
    const outcome = await authorize(
      http,
      "r.test",
      { scheme: "bearer", realm: "http://tokens.test/", service: undefined, scope: undefined },
      "repository:a:pull",
      {
        credentials: password,
        plainHttp: false,
      },
    );
    assert.ok("severity" in outcome && outcome.reason === "RegistryUntrusted");
  });
});

describe("a registry that fails", () => {
  const cases: readonly [
    string,
    FakeRegistry["fault"],
    (registry: Registry) => Promise<{ readonly problems: readonly { readonly reason: string }[] }>,
    readonly string[],
  ][] = [
    ["403", (_, response) => Boolean(response.writeHead(403).end()), (registry) => registry.manifest("a", "1"), ["RegistryDenied"]],
    [
      "500 each time",
      (_, response) => Boolean(response.writeHead(500).end()),
      (registry) => registry.manifest("a", "1"),
      ["RegistryFailed"],
    ],
    [
      "a connection that is reset",
      (_, response) => Boolean(response.destroy()),
      (registry) => registry.manifest("a", "1"),
      ["RegistryUnreachable"],
    ],
    [
      "a manifest that is another one",
      (_, response) => Boolean(response.writeHead(200, { "docker-content-digest": hello.digest }).end("{}")),
      (registry) => registry.manifest("a", "1"),
      ["BadImage"],
    ],
    [
      "a blob with other bytes",
      (_, response) => Boolean(response.writeHead(200).end("jello")),
      (registry) => registry.blob("a", hello),
      ["BadImage"],
    ],
    [
      "a blob that is too long",
      (_, response) => Boolean(response.writeHead(200).end("hello, world")),
      (registry) => registry.blob("a", hello),
      ["BadImage"],
    ],
    [
      "a blob that is cut",
      (_, response) => response.writeHead(200, { "content-length": "5" }).write("he", () => response.destroy()),
      (registry) => registry.blob("a", hello),
      ["RegistryFailed"],
    ],
    [
      "an endless redirect",
      (_, response) => Boolean(response.writeHead(307, { location: "/v2/x" }).end()),
      (registry) => registry.blob("a", hello),
      ["RegistryUnreachable"],
    ],
    [
      "an upload that is refused",
      (request, response) => request.method === "PUT" && Boolean(response.writeHead(400).end()),
      (registry) => registry.uploadBlob("a", upload()),
      ["RegistryFailed"],
    ],
    [
      "a manifest that is too large",
      (request, response) => request.method === "PUT" && Boolean(response.writeHead(413).end()),
      (registry) => registry.putManifest("a", "1", manifest),
      ["RegistryFailed"],
    ],
    [
      "a full or read-only disk",
      (request, response) => request.method === "POST" && Boolean(response.writeHead(507).end()),
      (registry) => registry.uploadBlob("a", upload()),
      ["RegistryFailed"],
    ],
  ];
  for (const [what, fault, act, expected] of cases) {
    it(`${what} is a Problem`, async (t) => {
      const fake = await startFakeRegistry(t);
      fake.fault = fault;
      assert.deepEqual(reasons(await act(open(t, fake))), expected);
    });
  }

  it("429 is waited for as it asks, and then it works", async (t) => {
    const fake = await startFakeRegistry(t);
    let left = 2;
    fake.fault = (_, response) => left-- > 0 && Boolean(response.writeHead(429, { "retry-after": "1" }).end());
    const retries = { most: 2, firstMs: 1, longestMs: 2000 };
    assert.equal((await open(t, fake, { retries }).manifest("a", "1")).ok, true);
    assert.equal(fake.requests.length, 3);
  });

  it("429 that asks for more time than anybody waits is said at once", async (t) => {
    const fake = await startFakeRegistry(t);
    fake.fault = (_, response) => Boolean(response.writeHead(429, { "retry-after": "3600" }).end());
    const said = await open(t, fake).manifest("a", "1");
    assert.deepEqual(reasons(said), ["RegistryFailed"]);
    assert.match(said.problems[0]?.message ?? "", /Try again in 3600 seconds/);
    assert.equal(fake.requests.length, 1);
  });

  it("whom it sends on to gets no credential, whatever that asks for", async (t) => {
    const [fake, evil] = [await startFakeRegistry(t), await startFakeRegistry(t)];
    const heard: (string | undefined)[] = [];
    evil.fault = (request, response) => {
      heard.push(request.headers.authorization);
      return Boolean(response.writeHead(401, { "www-authenticate": `Bearer realm="http://${evil.host}/token"` }).end());
    };
    const credentials = () => Promise.resolve({ kind: "password", user: "u", password: new Redacted("p") } as const);
    const registry = open(t, fake, { credentials });
    fake.fault = (request, response) =>
      Boolean(response.writeHead(request.method === "GET" ? 307 : 202, { location: `http://${evil.host}/elsewhere` }).end());
    assert.deepEqual(reasons(await registry.blob("a", hello)), ["RegistryDenied"]);
    assert.deepEqual(reasons(await registry.uploadBlob("a", upload())), ["RegistryDenied"]);
    assert.deepEqual(heard, [undefined, undefined]);
    assert.equal(
      evil.requests.some((line) => line.includes("/token")),
      false,
    );
  });

  it("a place to go on with an upload that is none is said", async (t) => {
    const fake = await startFakeRegistry(t);
    fake.fault = (_, response) => Boolean(response.writeHead(202, { location: "http://[" }).end());
    assert.deepEqual(reasons(await open(t, fake).uploadBlob("a", upload())), ["RegistryFailed"]);
  });

  it("an answer that comes a byte at a time is given up", async (t) => {
    const fake = await startFakeRegistry(t);
    const drops: NodeJS.Timeout[] = [];
    fake.fault = (_, response) => {
      response.writeHead(200, { "content-type": mediaTypes.manifest });
      drops.push(setInterval(() => response.write("x"), 20));
      return true;
    };
    const said = await open(t, fake, { patienceMs: 200, retries: { most: 0, firstMs: 1, longestMs: 1 } }).manifest("a", "1");
    for (const drop of drops) clearInterval(drop);
    assert.deepEqual(reasons(said), ["RegistryFailed"]);
  });

  it("an answer that breaks off once is asked for again", async (t) => {
    const fake = await startFakeRegistry(t);
    fake.blobs.set(`a@${hello.digest}`, content);
    let left = 1;
    fake.fault = (_, response) => {
      if (left-- <= 0) return false;
      response.writeHead(200, { "content-length": "5" }).write("he");
      setTimeout(() => response.destroy(), 10);
      return true;
    };
    assert.equal((await open(t, fake).blob("a", hello)).ok, true);
  });

  it("a list of referrers of several pages is read to its end", async (t) => {
    const fake = await startFakeRegistry(t);
    const page = (digest: string) => JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: "a/b", digest, size: 1 }] });
    fake.fault = (request, response) => {
      const isLast = request.url?.includes("last=1") === true;
      const link = isLast ? {} : { link: `</v2/a/referrers/${hello.digest}?last=1>; rel="next"` };
      return Boolean(response.writeHead(200, { "content-type": mediaTypes.index, ...link }).end(page(hello.digest)));
    };
    const pages = await open(t, fake).referrers("a", hello.digest);
    assert.equal(pages.ok && pages.value?.length, 2);
  });

  it("what says that it has far too many bytes is not read", async (t) => {
    const fake = await startFakeRegistry(t);
    assert.deepEqual(reasons(await open(t, fake).blob("a", { ...hello, size: 400_000_000 })), ["BadImage"]);
    assert.deepEqual(fake.requests, []);
  });

  it("500 in the middle of an upload begins it again", async (t) => {
    const fake = await startFakeRegistry(t);
    let left = 1;
    fake.fault = (request, response) => request.method === "PUT" && left-- > 0 && Boolean(response.writeHead(500).end());
    assert.equal((await open(t, fake).uploadBlob("a", upload())).ok, true);
    assert.ok(fake.blobs.has(`a@${hello.digest}`));
  });

  it("nobody at the port is a Problem, in bounded time", async (t) => {
    const fake = await startFakeRegistry(t);
    const outcome = await open(t, { ...fake, host: "127.0.0.1:1" }).manifest("a", "1");
    assert.deepEqual(reasons(outcome), ["RegistryUnreachable"]);
  });

  it("silence is a Problem, in bounded time", async (t) => {
    const fake = await startFakeRegistry(t);
    fake.fault = () => true;
    assert.deepEqual(reasons(await open(t, fake, { patienceMs: 50 }).manifest("a", "1")), ["RegistryUnreachable"]);
  });
});
