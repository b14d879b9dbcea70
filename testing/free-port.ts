import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Where the kernel takes no ports from by itself (Linux: ip_local_port_range), so that no connection of another test has one in the meantime. */
const [first, beyond] = [10_240, 32_768];

/** One after the other from somewhere: a process gives no port twice, and two processes seldom come near each other. */
let next = randomInt(first, beyond);

/** A loopback port that nobody listens on, for somebody who listens soon. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = next;
    next = port + 1 < beyond ? port + 1 : first;
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
