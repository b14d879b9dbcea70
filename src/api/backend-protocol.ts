import { z } from "zod";
import { type Law, under } from "./law.ts";

/** What a backend speaks. */
export const protocol = z
  .enum(["http", "https", "http2", "h2c", "grpc"])
  .optional()
  .describe(
    "What the backend speaks: HTTP/1.1 (`http`, with TLS `https`), HTTP/2 with TLS or without (`http2`, `h2c`), or gRPC. Default: HTTP/1.1, as the url says.",
  );

/** What is said of how a backend is spoken to. */
export interface SaidProtocol {
  readonly protocol?: z.infer<typeof protocol> | undefined;
  readonly tls?: unknown;
  readonly url?: string | undefined;
  readonly urls?: readonly string[] | undefined;
  readonly targets?: readonly { readonly url: string }[] | undefined;
  readonly split?: readonly { readonly url?: string | undefined }[] | undefined;
  readonly healthCheck?: { readonly active?: { readonly path?: string | undefined } | undefined } | undefined;
}

const urlsOf = ({ url, urls = [], targets = [], split = [] }: SaidProtocol): readonly string[] =>
  [url, ...urls, ...targets.map((target) => target.url), ...split.map((share) => share.url)].filter((one) => one !== undefined);

/** What the protocol says of TLS; undefined for those that leave it to the url. */
const schemes = { http: "http:", https: "https:", http2: "https:", h2c: "http:", grpc: undefined } as const;

const agrees: Law<SaidProtocol> = {
  message: "`protocol` says another scheme than the url. Let them agree, or leave `protocol` out.",
  holds: (said) => {
    const scheme = said.protocol && schemes[said.protocol];
    return scheme === undefined || urlsOf(said).every((url) => url.startsWith(scheme));
  },
};

const isBelieved: Law<SaidProtocol> = {
  message: "`tls` says how one who speaks TLS is believed, and here is one who does not. Write https:// urls, or leave `tls` out.",
  holds: (said) =>
    said.tls === undefined ||
    (said.protocol !== "http" && said.protocol !== "h2c" && urlsOf(said).every((url) => url.startsWith("https:"))),
};

const isAskedForHealth: Law<SaidProtocol> = {
  message:
    "`path` is missing: what asks a url for its health has to know where. Only gRPC (`protocol: grpc`) has a protocol of its own for it.",
  holds: ({ protocol: spoken, healthCheck }) =>
    healthCheck?.active === undefined || healthCheck.active.path !== undefined || spoken === "grpc",
  cel: "!has(self.healthCheck) || !has(self.healthCheck.active) || has(self.healthCheck.active.path) || (has(self.protocol) && self.protocol == 'grpc')",
};

const allBegin = (scheme: string): string =>
  `((!has(self.url) || self.url.startsWith(${scheme})) && (!has(self.urls) || self.urls.all(url, url.startsWith(${scheme}))) && (!has(self.targets) || self.targets.all(target, target.url.startsWith(${scheme}))))`;

/** A backend whose protocol, TLS and urls say the same. */
export const agreeing = <T extends z.ZodType<SaidProtocol>>(schema: T): T =>
  under(under(under(schema, agrees), isBelieved), isAskedForHealth);

/** The same of an object of a cluster's, which has `url`, `urls` or `targets`. */
export const agreeingInCluster = <T extends z.ZodType<SaidProtocol>>(schema: T): T => {
  const scheme = "(self.protocol in ['https', 'http2'] ? 'https:' : 'http:')";
  const protocols = { ...agrees, cel: `!has(self.protocol) || self.protocol == 'grpc' || ${allBegin(scheme)}` };
  const trust = {
    ...isBelieved,
    cel: `!has(self.tls) || (!(has(self.protocol) && self.protocol in ['http', 'h2c']) && ${allBegin("'https:'")})`,
  };
  return under(under(under(schema, protocols), trust), isAskedForHealth);
};

/** Whether an image that is deployed is spoken to with TLS: where `tls` is there, unless `protocol` says it. */
export const deployedSpeaksTls = ({ protocol: spoken, tls }: SaidProtocol): boolean =>
  spoken === "https" || spoken === "http2" || tls !== undefined;
