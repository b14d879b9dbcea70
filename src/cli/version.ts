import manifest from "../../package.json" with { type: "json" };

/** The version of this Portico. */
export const version: string = manifest.version;
