import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { startFakeRegistry } from "../../../testing/fake-registry.ts";
import { openRegistries } from "../../../testing/open-registries.ts";
import { digestOf, mediaTypes } from "../oci.ts";
import { noCredentials } from "./credentials.ts";

/** A blob of zeros that goes up in several parts from 16 MiB on. */
function zeros(size: number) {
  const bytes = Buffer.alloc(size);
  const read = async () => ({ ok: true, value: stream(bytes), problems: [] }) as const;
  return { descriptor: { mediaType: mediaTypes.layer, digest: digestOf(bytes), size }, read };
}
async function* stream(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** A registry, and one that speaks to it and tries again a few times, waiting for two seconds at most. */
async function registryOf(t: TestContext) {
  const fake = await startFakeRegistry(t);
  const registry = openRegistries(t, noCredentials, { most: 3, firstMs: 1, longestMs: 2000 })(fake.host);
  const sent = (method: string) => fake.requests.filter((line) => line.startsWith(method)).length;
  return { fake, registry, sent };
}

describe("an upload", () => {
  it("that is to wait in the middle waits as long as it is asked to", async (t) => {
    const { fake, registry } = await registryOf(t);
    const puts: number[] = [];
    fake.fault = ({ method }, response) => {
      if (method !== "PUT") return false;
      return puts.push(performance.now()) === 1 && Boolean(response.writeHead(429, { "retry-after": "1" }).end());
    };
    assert.equal((await registry.uploadBlob("a", zeros(5))).ok, true);
    const [first = 0, second = 0] = puts;
    assert.ok(second - first > 990, `${puts}`);
  });

  it("that is to wait for longer than anybody does is given up at once", async (t) => {
    const { fake, registry, sent } = await registryOf(t);
    fake.fault = ({ method }, response) => method === "PUT" && Boolean(response.writeHead(429, { "retry-after": "3600" }).end());
    const said = await registry.uploadBlob("a", zeros(5));
    assert.match(said.problems[0]?.message ?? "", /Try again in 3600 seconds/);
    assert.equal(sent("PUT"), 1);
  });

  for (const method of ["POST", "PATCH", "PUT"])
    for (const status of [400, 404, 413, 416, 507])
      it(`whose ${method} is refused with ${status} goes up once`, async (t) => {
        const { fake, registry, sent } = await registryOf(t);
        fake.fault = (request, response) => {
          if (request.method !== method) return false;
          request.resume().on("end", () => response.writeHead(status).end());
          return true;
        };
        const said = await registry.uploadBlob("a", zeros(method === "PATCH" ? 17 * 1024 * 1024 : 5));
        assert.deepEqual(
          said.problems.map(({ reason }) => reason),
          ["RegistryFailed"],
        );
        assert.equal(sent(method), 1);
      });

  for (const status of [408, 429, 500, 503, 520])
    it(`whose last request is answered with ${status} begins again`, async (t) => {
      const { fake, registry, sent } = await registryOf(t);
      let left = 1;
      fake.fault = ({ method }, response) => method === "PUT" && left-- > 0 && Boolean(response.writeHead(status).end());
      assert.equal((await registry.uploadBlob("a", zeros(5))).ok, true);
      assert.deepEqual([sent("POST"), sent("PUT")], [2, 2]);
    });

  it("whose connection breaks begins again", async (t) => {
    const { fake, registry, sent } = await registryOf(t);
    let left = 1;
    fake.fault = ({ method }, response) => method === "PUT" && left-- > 0 && Boolean(response.destroy());
    assert.equal((await registry.uploadBlob("a", zeros(5))).ok, true);
    assert.equal(sent("POST"), 2);
  });
});
