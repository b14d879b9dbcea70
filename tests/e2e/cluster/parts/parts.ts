import { join } from "node:path";
import { run } from "../command.ts";
import { cached } from "./cache.ts";
import { unpackDaemons, unpackRedis } from "./daemons.ts";
import { installedVersions } from "./debian.ts";
import { buildPart, type GoPart, moduleSources } from "./go-part.ts";
import { keyOfVersions } from "./versions.ts";

const version = "v1.34.4";

/** All components of Kubernetes and kubectl in one program: they share most of their code. */
const kubernetes: GoPart = {
  name: "kubernetes",
  version,
  package: ".",
  values: {
    "k8s.io/component-base/version.gitVersion": version,
    "k8s.io/component-base/version.gitMajor": "1",
    "k8s.io/component-base/version.gitMinor": "34",
    "k8s.io/client-go/pkg/version.gitVersion": version,
  },
  firstBuild: "8 minutes",
};

const coredns: GoPart = {
  name: "coredns",
  version: "v1.14.7",
  package: "github.com/coredns/coredns",
  values: {},
  firstBuild: "3 minutes",
};

const kaniko: GoPart = {
  name: "kaniko",
  version: "v1.24.0",
  package: "github.com/GoogleContainerTools/kaniko/cmd/executor",
  values: { "github.com/GoogleContainerTools/kaniko/pkg/version.version": "v1.24.0" },
  firstBuild: "3 minutes",
};

const helm: GoPart = {
  name: "helm",
  version: "v3.22.0",
  package: "helm.sh/helm/v3/cmd/helm",
  values: { "helm.sh/helm/v3/internal/version.version": "v3.22.0" },
  firstBuild: "3 minutes",
};

const kubeScore: GoPart = {
  name: "kube-score",
  version: "v1.20.0",
  package: "github.com/zegl/kube-score/cmd/kube-score",
  values: {},
  firstBuild: "1 minute",
};

const h2spec: GoPart = {
  name: "h2spec",
  version: "v2.2.1",
  package: "github.com/summerwind/h2spec/cmd/h2spec",
  values: {},
  firstBuild: "40 seconds",
};

/** Its releases are commits: a version that Go makes of one (go.dev/ref/mod: "Pseudo-versions"). */
const ratelimit: GoPart = {
  name: "ratelimit",
  version: "v1.4.1-0.20260122083618-3fb702589d36",
  package: "github.com/envoyproxy/ratelimit/src/service_cmd",
  values: {},
  firstBuild: "70 seconds",
};

/** The paths of programs that a cluster does not need: they are built where a test asks for them. */
export const buildHelm = (say: (line: string) => void): Promise<string> => buildPart(helm, say);
export const buildH2spec = (say: (line: string) => void): Promise<string> => buildPart(h2spec, say);
export const buildRatelimit = (say: (line: string) => void): Promise<string> => buildPart(ratelimit, say);
export const buildKubeScore = (say: (line: string) => void): Promise<string> => buildPart(kubeScore, say);

/** The programs that a test cluster is made from, as paths in the cache. */
export interface Parts {
  readonly kubernetes: string;
  readonly coredns: string;
  readonly kaniko: string;
  /** Envoy's rate limit service. */
  readonly ratelimit: string;
  /** The folder of Debian's Redis, with the libraries that it needs. */
  readonly redis: string;
  readonly pause: string;
  /** The folder of the node's programs that are Debian's. */
  readonly daemons: string;
  /** The folder with the Gateway API's kinds: a cluster has none of them by itself. */
  readonly gatewayApi: string;
}

/** Kubernetes' own pause program, from its source: the first process of every pod, and of the node. */
async function buildPause(say: (line: string) => void): Promise<string> {
  const flags = ["-Os", "-static", "-s", `-DVERSION=${version}`];
  // Its C library is linked in.
  const tools = await installedVersions(/^(?:gcc(?:-\d+)?|libc6-dev)$/);
  const folder = await cached(`pause-${version}`, keyOfVersions(tools, ...flags), async (aside) => {
    const source = join(await moduleSources(kubernetes, "k8s.io/kubernetes", say), "build/pause/linux/pause.c");
    await run(["gcc", ...flags, "-o", join(aside, "pause"), source]);
  });
  return join(folder, "pause");
}

/** Builds what the cache does not have. */
export async function buildParts(say: (line: string) => void): Promise<Parts> {
  return {
    kubernetes: await buildPart(kubernetes, say),
    coredns: await buildPart(coredns, say),
    kaniko: await buildPart(kaniko, say),
    ratelimit: await buildRatelimit(say),
    redis: await unpackRedis(say),
    pause: await buildPause(say),
    daemons: await unpackDaemons(say),
    gatewayApi: join(await moduleSources({ name: "gateway-api" }, "sigs.k8s.io/gateway-api", say), "config/crd/standard"),
  };
}
