import { createHash } from "node:crypto";
import { ownedName, ownLabels } from "./object.ts";

/** What a gateway serves: an image by its digest, and the files of the environment that belong to it. */
export interface GatewayContent {
  /** With its digest. */
  readonly image: string;
  /** Of what the image was made from, in hexadecimal. */
  readonly inputHash: string;
  /** File name -> text, of the folder `mounted`. */
  readonly mounted: ReadonlyMap<string, string>;
  /** The hosts that it sends requests to. */
  readonly hosts: readonly string[];
  /** Which version of its certificate's Secret is mounted; undefined where it serves no TLS. */
  readonly certificate: string | undefined;
}

/** The name of a gateway's Deployment and Service. */
export const gatewayName = (api: string): string => ownedName(api, "gateway");

/** The labels of a gateway's pods. */
export const gatewayLabels = (api: string): Readonly<Record<string, string>> => ownLabels("gateway", api);

/** The annotation that is touched on pods so that kubelet looks at what is mounted at once, and not within the minute. */
export const mountedAnnotation = "portico.dev/mounted";

/** The annotation of the environment's part of a gateway that names the image which it belongs to, so that it is kept up to date while pods may have it. */
export const imageAnnotation = "portico.dev/image";

/** The annotation of the environment's part that names the Services of backends which it sends requests to: they stay while it does. */
export const servicesAnnotation = "portico.dev/services";

/** The Services among hosts, as that annotation has them. */
export const servicesAmong = (hosts: readonly string[]): string => hosts.filter((host) => host.endsWith(".svc")).join(",");

/** The Services that an object with that annotation names; none where it has none. */
export const servicesIn = (annotations: Readonly<Record<string, string>> = {}): readonly string[] =>
  annotations[servicesAnnotation]?.split(",") ?? [];

/**
 * The environment's part of a gateway has a Secret for each image: while pods of an older image still serve, they keep the files that
 * belong to it.
 */
export const mountedName = (api: string, inputHash: string): string => ownedName(api, `mounted-${inputHash.slice(0, 12)}`);

/** The file of what is mounted that says what people have patched; there is none where nothing is. */
export const patchesFile = "patches.json";

/** What is mounted, as a hash. */
export const mountedHash = ({ mounted, certificate }: GatewayContent): string =>
  createHash("sha256")
    .update(JSON.stringify([...mounted, ...(certificate === undefined ? [] : [certificate])]))
    .digest("hex")
    .slice(0, 16);

/** The ports of a gateway's container: where clients go, and where kubelet and Prometheus look. */
export const gatewayPort = 8080;
export const monitoringPort = 8081;
