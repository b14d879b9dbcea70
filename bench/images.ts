import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cacheFolder } from "../src/apply/envoy/binary-cache.ts";
import { containerEnvironment } from "../src/compile/container-environment.ts";
import type { GatewayFiles } from "../src/compile/engine.ts";
import { envoy } from "../src/compile/envoy/engine.ts";
import { gatewayFolder, imagePart } from "../src/compile/gateway-folder.ts";
import { storeBlob } from "../src/image/copy-blob.ts";
import { labelNames } from "../src/image/gateway-image.ts";
import { makeLayer } from "../src/image/layer.ts";
import { layerBuilder } from "../src/image/layer-builder.ts";
import { jsonBlob, mediaTypes } from "../src/image/oci.ts";
import { parseReference } from "../src/image/reference.ts";
import { noCredentials } from "../src/image/registry/credentials.ts";
import { openRegistry, type Registry } from "../src/image/registry/registry.ts";
import { usualRetries } from "../src/image/registry/retry.ts";
import { freePort } from "../testing/free-port.ts";
import { modelOf, must } from "./gateway.ts";
import { generatedDocument } from "./generated.ts";
import { interleaved, median, ratio, table } from "./rounds.ts";
import { githubDocument } from "./shapes.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);

/** Debian's registry, where `npm run e2e` or `npm run cluster up` has unpacked it. */
function registryProgram(): string | undefined {
  const parts = join(cacheFolder(process.env), "parts");
  const names = existsSync(parts) ? readdirSync(parts).filter((name) => name.startsWith("daemons-")) : [];
  const [name] = names.toSorted();
  return name === undefined ? undefined : join(parts, name, "usr/bin/docker-registry");
}

/** Building and pushing GitHub's image over the least that any tool must do (as `crane append`): its layer, one HEAD, one blob, one manifest. */
export async function benchImages(): Promise<string> {
  const program = registryProgram();
  if (program === undefined) return "The bench of images needs a registry: `npm run cluster up` fetches one.";
  const folder = await mkdtemp(join(tmpdir(), "portico-bench-"));
  const host = `127.0.0.1:${await freePort()}`;
  const storage = `storage: { filesystem: { rootdirectory: ${join(folder, "storage")} } }`;
  await writeFile(join(folder, "config.yml"), `version: 0.1\nlog: { level: error }\n${storage}\nhttp: { addr: "${host}" }\n`);
  const server = spawn(program, ["serve", join(folder, "config.yml")], { stdio: "ignore" });
  try {
    while ((await fetch(`http://${host}/v2/`).catch(() => undefined))?.status !== 200) await wait(10);
    return await measure(host, folder);
  } finally {
    server.kill("SIGKILL");
    await once(server, "exit");
    await rm(folder, { recursive: true });
  }
}

async function measure(host: string, folder: string): Promise<string> {
  const options = { authorities: undefined, patienceMs: 60_000, credentials: noCredentials, plainHttp: true, retries: usualRetries };
  const registry = openRegistry(host, options);
  await putBase(registry);
  const rows: (readonly string[])[] = [];
  for (const [name, text] of [
    ["ten operations", generatedDocument(10)],
    ["GitHub's", githubDocument()],
  ] as const) {
    const figures = await interleaved(rounds, builds(host, registry, imageFiles(text), text));
    const ms = (subject: string): string => median(figures.get(subject) ?? []).toFixed(0);
    const [alone, all] = [ratio(figures, "least", "ours"), ratio(figures, "least", "withDocuments")];
    rows.push([name, ms("least"), ms("ours"), alone.toFixed(2), ms("withDocuments"), all.toFixed(2)]);
  }
  registry.close();
  return [
    `### Images: a gateway from its files to the registry (median of ${rounds} rounds)\n`,
    table(["gateway", "the least, ms", "ours, ms", "least over ours", "with the documents beside it, ms", "least over that"], rows),
    `\nMemory of \`portico image build\` for GitHub's document: ${await peakMemory(host, folder)} MiB.`,
  ].join("\n");
}

/** The image part of a document's gateway. */
const imageFiles = (text: string): GatewayFiles =>
  imagePart(
    gatewayFolder(envoy, [{ model: modelOf(text, 80), published: text }], containerEnvironment, () => ({ script: "", style: "" })).files,
  );

/** A build of ours, and the least of any, each with a layer of its own: what is there already is not pushed. */
function builds(host: string, registry: Registry, files: GatewayFiles, published: string) {
  let turn = Date.now();
  const build = (documents: boolean) =>
    timed(async () => {
      turn++;
      const document = {
        artifactType: "application/vnd.oai.openapi+json",
        title: "openapi.json",
        bytes: Buffer.from(`${published}${turn}`),
      };
      const request = {
        base: must(parseReference(`${host}/base:1`)),
        target: must(parseReference(`${host}/ours:${turn}`)),
        files: new Map([...files, ["image/turn", String(turn)]]),
        project: () => new Map(),
        labels: { [labelNames.inputHash]: String(turn) },
        attachments: () => (documents ? [document, { ...document, bytes: Buffer.from(String(turn)) }] : []),
      };
      must(await layerBuilder(() => registry).build(request));
    });
  return {
    ours: build(false),
    withDocuments: build(true),
    least: timed(async () => {
      turn++;
      const layer = await makeLayer(new Map([...files, ["image/turn", String(turn)]]));
      await fetch(`http://${host}/v2/base/manifests/1`, { method: "HEAD" });
      must(await storeBlob(registry, "base", layer));
      const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: layer.descriptor, layers: [layer.descriptor] };
      must(await registry.putManifest("base", `least-${turn}`, jsonBlob(mediaTypes.manifest, manifest)));
    }),
  };
}

const timed = (act: () => Promise<void>) => async (): Promise<number> => {
  const start = performance.now();
  await act();
  return performance.now() - start;
};

/** An image with one small layer. */
async function putBase(registry: Registry): Promise<void> {
  const layer = await makeLayer(new Map([["usr/local/bin/envoy", "x"]]));
  const config = jsonBlob(mediaTypes.config, { architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [layer.diffId] } });
  for (const blob of [layer, config]) must(await storeBlob(registry, "base", blob));
  const image = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: config.descriptor, layers: [layer.descriptor] };
  must(await registry.putManifest("base", "1", jsonBlob(mediaTypes.manifest, image)));
}

/** The most memory that the program had, in MiB. */
async function peakMemory(host: string, folder: string): Promise<string> {
  const document = join(folder, "github.json");
  await writeFile(document, githubDocument());
  const program = fileURLToPath(new URL("../src/cli/portico.ts", import.meta.url));
  const says = `process.on("exit", () => process.stderr.write("maxRSS " + process.resourceUsage().maxRSS + "\\n"))`;
  const names = ["--base", `${host}/base:1`, "--to", `${host}/github:memory`, "--plain-http"];
  const run = promisify(execFile);
  const { stderr } = await run(process.execPath, [
    "--import",
    `data:text/javascript,${says}`,
    program,
    "image",
    "build",
    document,
    ...names,
  ]);
  return (Number(/maxRSS (\d+)/.exec(stderr)?.[1]) / 1024).toFixed(0);
}
