import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";

/** Where the kernel takes no ports from by itself (Linux: ip_local_port_range), so that no connection of another test has one in the meantime. */
const [first, beyond] = [10_240, 32_768];

/** So many ports are a process's own, while it listens on the first of them: two tests at once never give the same one. */
const own = 256;

let guard: Promise<number> | undefined;
let given = 0;

/** A loopback port that nobody listens on, for somebody who listens soon. */
export async function freePort(): Promise<number> {
  guard ??= ownPorts();
  const begin = await guard;
  for (;;) {
    const port = begin + 1 + (given++ % (own - 1));
    const server = await listening(port);
    if (server === undefined) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** The first of this process's ports. */
async function ownPorts(): Promise<number> {
  for (;;) {
    const begin = first + own * randomInt((beyond - first) / own);
    const server = await listening(begin);
    if (server === undefined) continue;
    server.unref();
    return begin;
  }
}

/** A server on a loopback port; undefined where somebody has that. */
function listening(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer().once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
