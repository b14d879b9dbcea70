import { dump } from "js-yaml";

/** What a manifest for krew says of a release. */
export interface Release {
  readonly version: string;
  /** Of the package's archive, in hexadecimal. */
  readonly sha256: string;
}

/** Where a release's files are. */
export const releaseUrl = ({ version }: Release, file: string): string => `https://portico.dev/releases/v${version}/${file}`;

/**
 * The manifest by which krew installs `kubectl portico` (krew: "Plugin manifest"). Krew has no room for generic verbs: there it is `kubectl portico add api`.
 */
export function krewManifest(release: Release): string {
  const { version, sha256 } = release;
  const manifest = {
    apiVersion: "krew.googlecontainertools.github.com/v1alpha2",
    kind: "Plugin",
    metadata: { name: "portico" },
    spec: {
      version: `v${version}`,
      homepage: "https://portico.dev",
      shortDescription: "API management from OpenAPI documents",
      description:
        "Turns an OpenAPI document into a running gateway:\n  kubectl portico add api petstore --from-file=petstore.yaml\nThe cluster needs Portico's operator: kubectl portico operator install --help\n",
      caveats: "It needs Node 20 or newer on the PATH.\n",
      platforms: [
        {
          selector: { matchExpressions: [{ key: "os", operator: "In", values: ["darwin", "linux"] }] },
          uri: releaseUrl(release, `portico-${version}.tgz`),
          sha256,
          files: [
            { from: "package/dist/*", to: "." },
            { from: "package/LICENSE", to: "." },
          ],
          bin: "portico.js",
        },
      ],
    },
  };
  return dump(manifest, { lineWidth: -1, noRefs: true });
}
