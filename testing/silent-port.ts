import { spawn } from "node:child_process";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import type { Scope } from "./scope.ts";

const program = `require("node:http").createServer((_, response) => response.end("well")).listen({ port: 0, host: "127.0.0.1", backlog: 1 }, function () {
  console.log(this.address().port);
})`;

/**
 * A port of loopback where nobody answers who wants to connect, neither yes nor no: its program stands still, and the queue before it is full
 * (Linux: "listen(2)"). Once it is woken, it serves HTTP.
 */
export async function silentPort(scope: Scope): Promise<{ readonly port: number; readonly wake: () => void }> {
  const child = spawn(process.execPath, ["--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
  scope.after(async () => void child.kill("SIGKILL"));
  const [line = ""] = await new Promise<readonly string[]>((resolve) =>
    createInterface(child.stdout).once("line", (text) => resolve([text])),
  );
  child.kill("SIGSTOP");
  const port = Number(line);
  for (let index = 0; index < 8; index++) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    scope.after(async () => void socket.destroy());
  }
  return { port, wake: () => void child.kill("SIGCONT") };
}
