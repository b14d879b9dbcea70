import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { accessLine } from "../../testing/access-line.ts";
import { startBackend } from "../../testing/backend.ts";
import type { Answer } from "../../testing/raw-request.ts";
import { suiteScope } from "../../testing/scope.ts";
import { keySecurity } from "../security/protected-gateway.ts";
import { limited, limitedGateway, rateLimiting, statuses } from "./limited-gateway.ts";

type Gateway = Awaited<ReturnType<typeof limitedGateway>>;

describe("limits", () => {
  const scope = suiteScope();
  let gateway: Gateway;
  before(async () => {
    gateway = await limitedGateway(
      scope,
      {
        "/each": limited("two"),
        "/each/other": limited("two"),
        "/mocked": { get: { ...mockable, "x-portico": { rateLimit: "two", mock: true } } },
        "/shared/a": limited("three-in-all"),
        "/shared/b": { ...limited("three-in-all"), post: { security: [], responses: {}, "x-portico": { rateLimit: "three-in-all" } } },
        "/narrow": limited(["two", "five-in-all"]),
        "/wide": limited(["ten", "one-in-all"]),
        "/burst": limited("burst"),
        "/guarded": limited("two", { security: [{ key: [] }] }),
        "/marked": limited("mark"),
        "/any": limited("any-of-none"),
        "/called": limited("any-of-none"),
        "/gold": limited("Gold"),
        "/free": limited(false),
        "/unsaid": { get: { security: [], responses: {} } },
        "/levels": {
          "x-portico": { rateLimit: "two" },
          get: { security: [], responses: {} },
          put: { security: [], responses: {}, "x-portico": { rateLimit: false } },
        },
      },
      [
        rateLimiting("two", { requests: 2 }),
        rateLimiting("any-of-none", { requests: 1, match: "any" }),
        rateLimiting("ten", { requests: 10 }),
        rateLimiting("three-in-all", { type: "api", requests: 3 }),
        rateLimiting("five-in-all", { type: "api", requests: 5 }),
        rateLimiting("one-in-all", { type: "api", requests: 1 }),
        rateLimiting("burst", { requests: 1, unit: "day", unitCount: 30, burst: 4 }),
        rateLimiting("mark", { requests: 1, onExcess: "mark" }),
        rateLimiting("document", { type: "api", requests: 1000 }),
        ...keySecurity("key", { alice: "key-of-alice" }),
      ],
      {},
      { "x-portico": { rateLimit: "document" }, components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } } } },
    );
  });
  const ask =
    (target: string, headers: Readonly<Record<string, string>> = {}) =>
    (): Promise<Answer> =>
      gateway.get(target, headers);

  it("let through as many requests as they say, for each operation apart, and answer 429 from then on", async () => {
    assert.deepEqual(await statuses(4, ask("/each")), [200, 200, 429, 429]);
    assert.deepEqual(await statuses(3, ask("/each/other")), [200, 200, 429]);
    assert.equal(gateway.backend.received.filter(({ path }) => path === "/each").length, 2);
  });

  it("say what was too much, when to come again, and how much is left", async () => {
    const first = await gateway.get("/burst");
    assert.deepEqual(rest(first), ["4", "3", undefined]);
    assert.deepEqual(await statuses(3, ask("/burst")), [200, 200, 200]);
    const refused = await gateway.get("/burst");
    const { requestId, ...body } = JSON.parse(refused.body);
    assert.deepEqual(body, {
      type: "https://portico.dev/errors/over-limit",
      title: "Too Many Requests",
      status: 429,
      detail: "More requests came than are let through in the time; the Retry-After header says when to try again.",
      limit: "operation",
    });
    assert.equal(refused.headers["content-type"], "application/problem+json");
    assert.deepEqual(rest(refused).slice(0, 2), ["4", "0"]);
    const seconds = Number(refused.headers["retry-after"]);
    assert.ok(seconds > 29.9 * 86_400 && seconds <= 30 * 86_400, `${seconds} s`);
    const { status, refusal } = await accessLine({ stdout: gateway.envoy.accessLog }, requestId);
    assert.deepEqual([status, refusal], [429, "over-operation-limit"]);
    assert.equal(refused.headers["portico-refusal"], undefined);
  });

  it("say it alone: what a backend says of limits of its own is another matter", async () => {
    const own = await startBackend(scope, (_, response) => void response.setHeader("x-ratelimit-remaining", "77").end());
    const paths = { "/free": limited(false), "/gold": limited("Gold") };
    const other = await limitedGateway(scope, paths, [], {}, { "x-portico": { backend: { url: own.url } } });
    assert.equal((await other.get("/free")).headers["x-ratelimit-remaining"], "77");
    assert.equal((await other.get("/gold")).headers["x-ratelimit-remaining"], "4999");
  });

  it("hold for answers that are made from the document, whether the route or the mock backend gives them", async () => {
    const plain = { accept: "application/json" };
    assert.deepEqual(await statuses(3, ask("/mocked", plain)), [200, 200, 429]);
    assert.deepEqual(await statuses(1, ask("/mocked", { ...plain, prefer: "code=200" })), [429]);
  });

  it("of an API count all operations that name them together", async () => {
    assert.deepEqual(await statuses(2, ask("/shared/a")), [200, 200]);
    assert.deepEqual(await statuses(1, ask("POST /shared/b")), [200]);
    assert.deepEqual(await statuses(1, ask("/shared/b")), [429]);
    assert.equal(JSON.parse((await gateway.get("/shared/a")).body).limit, "api");
  });

  it("count all where an operation has several; the answer says which was too much", async () => {
    assert.deepEqual(await statuses(3, ask("/narrow")), [200, 200, 429]);
    assert.equal(JSON.parse((await gateway.get("/narrow")).body).limit, "operation");
    assert.deepEqual(await statuses(2, ask("/wide")), [200, 429]);
    assert.equal(JSON.parse((await gateway.get("/wide")).body).limit, "api");
  });

  it("are refused to clients of gRPC as they know it", async () => {
    const grpc = { "content-type": "application/grpc" };
    assert.deepEqual(await statuses(1, ask("/called", grpc)), [200]);
    const { headers } = await gateway.get("/called", grpc);
    assert.deepEqual([headers["content-type"], headers["grpc-status"]], ["application/grpc", "8"]);
  });

  it("count all requests where no condition is said, whatever is said of several", async () => {
    assert.deepEqual(await statuses(2, ask("/any")), [200, 429]);
  });

  it("count only requests that were let in", async () => {
    assert.deepEqual(await statuses(5, ask("/guarded")), [401, 401, 401, 401, 401]);
    assert.deepEqual(await statuses(3, ask("/guarded", { "x-key": "key-of-alice" })), [200, 200, 429]);
    assert.equal((await gateway.get("/guarded")).status, 401);
  });

  it("may let too much through, and mark it for the backend, in a header that no client can write", async () => {
    assert.deepEqual(await statuses(3, ask("/marked", { "portico-over-limit": "true" })), [200, 200, 200]);
    const marks = gateway.backend.received.filter(({ path }) => path === "/marked").map(({ headers }) => headers["portico-over-limit"]);
    assert.deepEqual(marks, [undefined, "true", "true"]);
  });

  it("are built in as tiers, may be none, and come from the level outside where nothing is said", async () => {
    assert.deepEqual(rest(await gateway.get("/gold")), ["5000", "4999", undefined]);
    assert.deepEqual(rest(await gateway.get("/free")), [undefined, undefined, undefined]);
    assert.deepEqual(rest(await gateway.get("/unsaid")), ["1000", "999", undefined]);
    assert.deepEqual(await statuses(3, ask("/levels")), [200, 200, 429]);
    assert.deepEqual(await statuses(3, ask("PUT /levels")), [200, 200, 200]);
  });
});

const mockable = { security: [], responses: { 200: { description: "ok", content: { "application/json": { example: { name: "rex" } } } } } };

const rest = ({ headers }: Answer): readonly (string | undefined)[] => [
  headers["x-ratelimit-limit"],
  headers["x-ratelimit-remaining"],
  headers["retry-after"],
];
