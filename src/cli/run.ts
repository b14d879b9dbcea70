import { isIP } from "node:net";
import { type Command, InvalidArgumentError } from "commander";
import type { ServiceAddress } from "../compile/engine.ts";
import { addDocumentOptions, type DocumentOptions } from "./document-options.ts";
import { ratelimitOption } from "./ratelimit-option.ts";
import { addTraceOptions, type TraceOptions } from "./trace-options.ts";

/** What `portico run` is told. */
export interface RunOptions extends DocumentOptions, TraceOptions {
  readonly host: string;
  readonly port: number;
  readonly monitoringPort: number;
  readonly watch: boolean;
  readonly unprotected: boolean;
  readonly dev: boolean;
  readonly debug: boolean;
  readonly envoy?: string;
  readonly concurrency?: number;
  readonly trustedHops: number;
  readonly ratelimit?: ServiceAddress;
  readonly withRatelimit?: boolean;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly env: readonly string[];
}

const examples = `
Examples:
  $ portico run petstore.yaml                 serve it: requests go to the document's server
  $ portico run petstore.yaml --mock          answer from the document, without a backend
  $ portico run petstore.yaml --mock --watch  the same, and follow every change of the file
  $ portico run petstore.yaml --mock --dev    with credentials to try it: "portico token" makes more
  $ portico run shop.yaml pets.yaml --resources backends/
                                              two documents, with TargetEndpoints from a folder
`;

/** Adds `portico run`. */
export function addRun(program: Command): void {
  addTraceOptions(
    addDocumentOptions(
      program
        .command("run")
        .summary("serve documents on this machine, through Envoy")
        .description("Serves documents on this machine, through Envoy."),
    ),
  )
    .option("--host <ADDRESS>", "the IP address to listen on", address, "127.0.0.1")
    .option("--port <PORT>", "the port to listen on", port, 8080)
    .option("--monitoring-port <PORT>", "the port of /livez, /readyz and /metrics; 0 takes a free one", port, 0)
    .option("--watch", "follow changes of the documents, of all they refer to, and of the resources", false)
    .option("--unprotected", "let everybody call operations that need a credential (loopback only)", false)
    .option("--dev", "check throw-away credentials where nothing else checks what a document asks for (loopback only)", false)
    .option("--debug", "name the operation in every answer, with the header portico-operation", false)
    .option("--envoy <PATH>", "the Envoy to run; else PORTICO_ENVOY, PATH, the cache, a download")
    .option("--concurrency <THREADS>", "Envoy's worker threads; one for each processor unless said", count)
    .option("--trusted-hops <N>", "how many proxies of your own stand in front and write X-Forwarded-For", hops, 0)
    .addOption(ratelimitOption().conflicts("withRatelimit"))
    .option("--with-ratelimit", "start the service that counts limits across gateways, and a Redis for it")
    .option("--tls-certificate <FILE>", "serve HTTPS with this certificate (PEM)")
    .option("--tls-key <FILE>", "the certificate's private key (PEM)")
    .option("--env <NAME>", "a variable of this environment that interceptors see; may be repeated", variable, [])
    .addHelpText("after", examples)
    .action(async (documents: string[], options: RunOptions) => {
      const { run } = await import("./run-gateway.ts");
      process.exitCode = await run(documents, options);
    });
}

function address(text: string): string {
  if (text === "localhost") return "127.0.0.1";
  if (isIP(text) === 0) throw new InvalidArgumentError("Write an IP address, such as 127.0.0.1 or 0.0.0.0.");
  return text;
}

function variable(name: string, before: readonly string[]): readonly string[] {
  if (!/^(?!NODE_|LD_)[A-Za-z_]\w*$/.test(name))
    throw new InvalidArgumentError("Write a variable's name, and none of Node's or the loader's own.");
  return [...before, name];
}

const whole = (least: number, most: number, what: string) => (text: string) => {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most) throw new InvalidArgumentError(`Write ${what}.`);
  return number;
};
const port = whole(0, 65_535, "a port from 1 to 65535");
const count = whole(1, 512, "a number from 1 to 512");
const hops = whole(0, 100, "a number from 0 to 100");
