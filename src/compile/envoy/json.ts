import { createHash } from "node:crypto";

/** A message of Envoy's configuration, as JSON. */
export type Message = Readonly<Record<string, unknown>>;

const types = "type.googleapis.com/";

/** A message inside a `google.protobuf.Any`: it says its type. */
export const typed = (type: string, message: Message = {}): Message => ({ "@type": types + type, ...message });

/** A named extension of Envoy's with its configuration. */
export const extension = (name: string, type: string, message: Message = {}): Message => ({ name, typed_config: typed(type, message) });

/** What a route says for a filter (envoy: route.v3.FilterConfig): a filter that is off is on there, with this configuration in place of its own where there is one. */
export const onRoute = (config: Message = {}): Message => typed("envoy.config.route.v3.FilterConfig", { config });

/** The largest number that a field of 32 bits takes. */
export const mostOf32Bits = 2 ** 32 - 1;

/**
 * A file for a subscription (`path_config_source`): a discovery response with resources of one type. Its version is a hash of its content,
 * which Envoy shows, so that a change can be seen in effect.
 */
export function discoveryFile(type: string, messages: readonly Message[]): string {
  const resources = wellFormed(JSON.stringify(messages.map((message) => typed(type, message))));
  return `{"version_info":"${createHash("sha256").update(resources).digest("hex").slice(0, 12)}","resources":${resources}}\n`;
}

/** Half of a pair of UTF-16, which stands escaped in JSON, is no character to Envoy: it would refuse the whole file. */
const wellFormed = (json: string): string => json.replaceAll(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, "$1\\ufffd");

/** Reads a subscription's resources from a watched file; paths are relative to the gateway's folder. */
export const watchedFile = (folder: string, file: string): Message => ({
  path_config_source: { path: `${folder}/${file}`, watched_directory: { path: folder } },
  resource_api_version: "V3",
});

/** A field that replaces what a message carries under its name. Its value is as Envoy reads it: with commands. */
export const overwriteWith = (name: string, value: string): Message => ({
  header: { key: name, value },
  append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
});

/** A field that replaces what a message carries under its name. Envoy reads `%` as the begin of a command; a doubled one is plain. */
export const overwriteHeader = (name: string, value: string): Message => overwriteWith(name, value.replaceAll("%", "%%"));

/** A field beside those that a message carries under its name already. Its value is as Envoy reads it: with commands, and none where it comes to nothing. */
export const appendHeader = (name: string, value: string): Message => ({
  header: { key: name, value },
  append_action: "APPEND_IF_EXISTS_OR_ADD",
});
