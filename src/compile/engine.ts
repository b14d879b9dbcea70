import type { AddressLists } from "../model/addresses.ts";
import type { ApiModel } from "../model/api.ts";
import type { ErrorForm } from "../model/error-form.ts";
import type { Patch } from "../model/patch.ts";
import type { Values } from "../model/values.ts";

/** A kind of gateway: what turns models into the files that it serves from. */
export interface Engine {
  readonly name: string;
  /** Pure: the same models and environment give the same bytes. */
  compile(apis: readonly ApiModel[], environment: Environment): GatewayFiles;
  /** Which of the APIs' patches cannot be made in these files, which are as if those were not there. */
  refusedPatches(apis: readonly ApiModel[], environment: Environment): readonly RefusedPatch[];
}

/** A patch that cannot be made, and why. */
export interface RefusedPatch {
  readonly patch: Patch;
  readonly why: string;
}

/** Path in the gateway's folder -> text. `image/` is the same everywhere; `mounted/` differs by environment. */
export type GatewayFiles = ReadonlyMap<string, string>;

/** What differs from one place a gateway runs to the next. */
export interface Environment {
  readonly listener: { readonly host: string; readonly port: number; readonly tls: TlsFiles | undefined };
  /** The second listener: /livez, /readyz, /metrics and nothing else. */
  readonly monitoring: { readonly host: string; readonly port: number };
  /** How many addresses at the end of X-Forwarded-For were written by proxies of one's own. */
  readonly trustedHops: number;
  /** From where all that it serves may be called; left out for everywhere. */
  readonly addresses?: AddressLists | undefined;
  /** The form of errors; left out for what the APIs say. */
  readonly errors?: ErrorForm | undefined;
  /** The Unix socket of the backend that answers mocks that must choose; undefined where nothing is mocked. */
  readonly mockSocket: string | undefined;
  /** The file (PEM) of the certification authorities that backends' certificates are checked against. */
  readonly trustedRoots: string;
  /** What counts limits across gateways (envoyproxy/ratelimit); left out where nothing does. */
  readonly limitsService?: ServiceAddress | undefined;
  /** Who is told of requests, as traces; left out for nobody. */
  readonly traces?: TraceCollector | undefined;
  /** Gateways of one neighbourhood count together: the namespace of a cluster. Left out for `portico`. */
  readonly neighbourhood?: string | undefined;
  /** What credentials are checked with. */
  readonly values: Values;
  /** Whether answers name their operation. */
  readonly debug: boolean;
}

/** Where a service of one's own is reached, over gRPC. */
export interface ServiceAddress {
  readonly host: string;
  readonly port: number;
}

/** A collector of traces (OpenTelemetry, OTLP over gRPC). */
export interface TraceCollector extends ServiceAddress {
  /** How many of a hundred requests it is told of. */
  readonly percent: number;
}

/** PEM files, watched: a renamed one takes effect without a restart. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}
