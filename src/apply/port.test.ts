import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { must } from "../../testing/envoy.ts";
import { freePort } from "../../testing/free-port.ts";
import { checkPort, portHolder } from "./port.ts";

/** A port that this very process listens on. */
async function heldPort(t: TestContext, host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

const onLinux = { skip: process.platform !== "linux" && "who holds a port is known on Linux only" };

describe("a port is tried before Envoy is started", () => {
  it("a free one is free, and free again afterwards", async () => {
    const port = await freePort();
    must(await checkPort("127.0.0.1", port));
    must(await checkPort("127.0.0.1", port));
    assert.equal(await portHolder(port, "127.0.0.1"), undefined);
  });

  for (const [held, wanted] of [
    ["127.0.0.1", "127.0.0.1"],
    ["127.0.0.1", "0.0.0.0"],
    ["0.0.0.0", "127.0.0.1"],
    ["::1", "::1"],
  ] as const) {
    it(`when ${held} is listened on, ${wanted} is taken, and this process is named`, onLinux, async (t) => {
      const port = await heldPort(t, held);
      const result = await checkPort(wanted, port);
      assert.ok(!result.ok);
      assert.equal(result.problems[0]?.reason, "PortTaken");
      assert.match(
        result.problems[0]?.message ?? "",
        new RegExp(`^\\S+ \\(pid ${process.pid}\\) listens on .*:${port}\\. Stop it, or choose another port with --port\\.$`),
      );
    });
  }

  it("who listens on another address is not blamed", onLinux, async (t) => {
    assert.equal(await portHolder(await heldPort(t, "127.0.0.1"), "127.0.0.2"), undefined);
  });

  it("an address that is not this machine's is refused with another reason", async () => {
    const result = await checkPort("192.0.2.1", 8080);
    assert.ok(!result.ok);
    assert.equal(result.problems[0]?.reason, "PortRefused");
  });
});
