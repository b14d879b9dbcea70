import type { ApiModel } from "../model/api.ts";

/** A name for images and workloads (RFC 1123, section 2.1: a label of at most 63 characters). */
export function nameFrom(title: string): string {
  const words = title
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
  return words.slice(0, 63).replaceAll(/^-+|-+$/g, "") || "api";
}

/** An API, and whether somebody chose its name. */
interface Named {
  readonly model: ApiModel;
  readonly isNamed: boolean;
}

/**
 * The APIs of a gateway, those that stand side by side as versions of one told apart: where documents share a title and nothing names them, each has
 * its version in its name, `shop-1-0-0` and `shop-2-0-0`.
 */
export function versionsApart<T extends Named>(apis: readonly T[]): readonly T[] {
  return apis.map((api) => {
    const { model, isNamed } = api;
    const isVersion = (other: Named): boolean => other.model.name === model.name && other.model.version !== model.version;
    return isNamed || !apis.some(isVersion) ? api : { ...api, model: { ...model, name: withVersion(model) } };
  });
}

const withVersion = ({ name, version }: ApiModel): string => {
  const end = nameFrom(version);
  return nameFrom(`${name.slice(0, Math.max(1, 62 - end.length))}-${end}`);
};
