import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = new URL("../../fixtures/paths/", import.meta.url);

/** Where a fixture lies. */
export const fixturePath = (name: string): string => fileURLToPath(new URL(`${name}.yaml`, folder));

/** A fixture under a name and a host name of its own, with more lines in its `x-portico` when they are given. */
export function fixtureText(name: string, ...more: readonly string[]): string {
  const extension = [`name: ${label(name)}`, `hosts: [${fixtureHost(name)}]`, ...more];
  return `${readFileSync(fixturePath(name), "utf8")}\nx-portico: {${extension.join(", ")}}\n`;
}

export const fixtureHost = (name: string): string => `${label(name)}.test`;

const label = (name: string): string => name.replaceAll(".", "-");
