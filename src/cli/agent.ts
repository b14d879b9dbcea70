#!/usr/bin/env node
import { realpathSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { parseArgs } from "node:util";
import { isMainThread, workerData } from "node:worker_threads";
import { startAgent } from "../agent/agent.ts";
import { makeInterceptors } from "../agent/interceptors/interceptors.ts";
import { comparePasswords, comparesInWorker } from "../agent/password-worker.ts";
import { validatesInThread } from "../agent/validation/message-validation.ts";
import { validateMessages } from "../agent/validation/work.ts";

const usage = `agent: checks credentials that Envoy itself cannot, holds messages against documents, and shows them to functions.

  agent --file FILE --socket PATH [--ready-port PORT] [--env NAME]...
`;

function optionsOf(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        file: { type: "string" },
        socket: { type: "string" },
        "ready-port": { type: "string" },
        env: { type: "string", multiple: true },
      },
    });
    const { file, socket, "ready-port": port, env = [] } = values;
    return file === undefined || socket === undefined
      ? undefined
      : { file, socket, readyPort: port === undefined ? undefined : Number(port), env };
  } catch {
    return undefined;
  }
}

async function main(program: string, args: readonly string[]): Promise<void> {
  const options = optionsOf(args);
  if (options === undefined) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  // The first process of a container does not hear these unless it listens, and its pod would wait until it is killed. What runs functions ends with it.
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => process.exit(0));
  // Whoever started it is gone: nobody asks any longer.
  process.once("disconnect", () => process.exit(0));
  await startAgent({
    ...options,
    compare: comparesInWorker(program),
    validates: (held, say) => validatesInThread(program, held, say),
    interceptors: makeInterceptors(join(dirname(program), `function-process${extname(program)}`), options.env),
    inEffect: (version) => process.send?.({ inEffect: version }),
    say: (line) => process.stderr.write(`agent: ${line}\n`),
  });
}

if (isMainThread) await main(realpathSync(process.argv[1] ?? ""), process.argv.slice(2));
else if (workerData === "validation") validateMessages();
else comparePasswords();
