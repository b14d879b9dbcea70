import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { startFakeRegistry } from "../../../testing/fake-registry.ts";
import { openRegistries } from "../../../testing/open-registries.ts";
import { Redacted } from "../../redacted.ts";
import { storeBlob } from "../copy-blob.ts";
import { jsonBlob, mediaTypes } from "../oci.ts";
import type { Credentials } from "./credentials.ts";
import type { Registry } from "./registry.ts";

const blob = jsonBlob("text/plain", { a: "x" });
const manifest = jsonBlob(mediaTypes.manifest, { schemaVersion: 2 });

const ofErrors = (...errors: readonly object[]): string => JSON.stringify({ errors });

/** A registry that answers all requests of a method in one way, and what becomes of an act. */
async function refused(
  t: TestContext,
  method: string,
  [status, body]: readonly [status: number, body?: string],
  act: (registry: Registry) => Promise<{ readonly problems: readonly { readonly reason: string; readonly message: string }[] }>,
  credentials?: Credentials,
): Promise<string> {
  const fake = await startFakeRegistry(t);
  fake.fault = (request, response) => {
    if (request.headers.authorization === undefined && credentials !== undefined)
      return Boolean(response.writeHead(401, { "www-authenticate": "Basic" }).end());
    return request.method === method && Boolean(response.writeHead(status).end(body));
  };
  const { problems } = await act(openRegistries(t, credentials)(fake.host));
  return problems.map(({ reason, message }) => `${reason} ${message}`).join("\n");
}

const store = (registry: Registry) => storeBlob(registry, "a", blob);
const put = (registry: Registry) => registry.putManifest("a", "1", manifest);
const look = (registry: Registry) => registry.manifest("a", "1");

describe("what a registry refuses", () => {
  const cases: readonly [string, Parameters<typeof refused>[1], Parameters<typeof refused>[2], Parameters<typeof refused>[3], RegExp][] = [
    [
      "a right that is missing",
      "GET",
      [403, ofErrors({ code: "DENIED", message: "requested access to the resource is denied" })],
      look,
      /^RegistryDenied The registry answers 403\. It says: DENIED: requested access to the resource is denied\. Ask /,
    ],
    [
      "too many requests",
      "GET",
      [429, ofErrors({ code: "TOOMANYREQUESTS", message: "You have reached your pull rate limit." })],
      look,
      /^RegistryFailed .* 429 to GET\. It says: TOOMANYREQUESTS: You have reached your pull rate limit\. Try again later\.$/,
    ],
    [
      "a repository that has to be made first",
      "POST",
      [404, ofErrors({ code: "NAME_UNKNOWN", message: "The repository with name 'a' does not exist" })],
      store,
      /^RegistryFailed The registry has no such repository: .* 404\. It says: NAME_UNKNOWN: The repo.*first, such as ECR, .* Harbor\./,
    ],
    ["a project that has to be made first", "PUT", [404], put, /^RegistryFailed The registry has no such repository/],
    [
      "an upload that it knows no more",
      "PUT",
      [404, ofErrors({ code: "BLOB_UPLOAD_UNKNOWN" })],
      store,
      /^RegistryFailed The registry answers 404 to an upload\. It says: BLOB_UPLOAD_UNKNOWN\. Look/,
    ],
    [
      "a tag that stays (Harbor)",
      "PUT",
      [412, ofErrors({ code: "PRECONDITION", message: "configured as immutable" })],
      put,
      /^RegistryDenied The tag is there, .*nothing else: the answer is 412\. It says: PRECONDITION: .* Name another tag/,
    ],
    ["a tag that stays, without a word", "PUT", [409], put, /^RegistryDenied The tag is there, .*: the answer is 409\. Name another tag/],
    [
      "a tag that stays (ECR)",
      "PUT",
      [400, ofErrors({ code: "TAG_INVALID", message: "cannot be overwritten because the tag is immutable." })],
      put,
      /^RegistryDenied The tag is there/,
    ],
    [
      "a blob that a proxy finds too large",
      "PUT",
      [413, "<html>"],
      store,
      /^RegistryFailed The blob is too large .*a proxy .* 413\. Have the bound raised; no request has more than 16 MiB\.$/,
    ],
    ["a manifest that is too large", "PUT", [413], put, /^RegistryFailed The manifest is too large .*fewer layers or labels/],
    [
      "all else",
      "PUT",
      [400, ofErrors({ code: "MANIFEST_INVALID" }, { code: "SIZE_INVALID", message: "odd" })],
      put,
      /400 to the manifest\. It says: MANIFEST_INVALID; SIZE_INVALID: odd\. Look/,
    ],
  ];
  for (const [what, method, answer, act, expected] of cases)
    it(`${what}: is said`, async (t) => assert.match(await refused(t, method, answer, act), expected));
});

describe("what a registry says itself", () => {
  it("is bounded, and steers no terminal", async (t) => {
    const message = `\u001b[2J\nmore\u202e${"x".repeat(5000)}`;
    const said = await refused(t, "GET", [403, ofErrors({ code: "DENIED", message })], look);
    assert.match(said, /It says: DENIED: \ufffd\[2J\ufffdmore\ufffdx{200,300}\.\.\. Ask/);
  });

  it("is left out where it is none, or is endless", async (t) => {
    for (const body of [
      "",
      "no",
      "null",
      "{}",
      '{"errors": 7}',
      '{"errors": [7]}',
      ofErrors({ code: 7 }),
      ofErrors({ message: "x".repeat(1e6) }),
    ])
      assert.match(await refused(t, "GET", [403, body], look), /^RegistryDenied The registry answers 403\. Ask/, body.slice(0, 20));
  });

  it("is not shown where it has a credential in it", async (t) => {
    const credentials = async () => ({ kind: "password", user: "me", password: new Redacted("hunter2") }) as const;
    const pair = Buffer.from("me:hunter2").toString("base64");
    for (const secret of ["hunter2", pair, `Basic ${pair}`]) {
      const said = await refused(t, "GET", [403, ofErrors({ code: "DENIED", message: `not you, ${secret}` })], look, credentials);
      assert.equal(said.includes(secret), false);
      assert.match(said, /403\. What it says holds a credential, and is not shown\. Ask/);
    }
  });

  it("is the token server's, where that gives no token", async (t) => {
    const tokens = await startFakeRegistry(t);
    tokens.fault = (_, response) => Boolean(response.writeHead(403).end(ofErrors({ code: "DENIED", message: "wrong password hunter2" })));
    const said = async (password: string): Promise<string> => {
      const fake = await startFakeRegistry(t, {
        wants: { authorization: "none", challenge: `Bearer realm="http://${tokens.host}/token"` },
      });
      const credentials = async () => ({ kind: "password", user: "me", password: new Redacted(password) }) as const;
      const { problems } = await look(openRegistries(t, credentials)(fake.host));
      return problems[0]?.message ?? "";
    };
    assert.match(await said("other"), /401\. It says: DENIED: wrong password hunter2\. Log in/);
    assert.match(await said("hunter2"), /401\. What it says holds a credential, and is not shown\. Log in/);
  });
});
