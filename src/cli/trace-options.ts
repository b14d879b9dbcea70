import { type Command, InvalidArgumentError, Option } from "commander";
import type { ServiceAddress, TraceCollector } from "../compile/engine.ts";
import { serviceAddress } from "./service-address.ts";

/** Who is told of requests, as it is said on a command line. */
export interface TraceOptions {
  readonly otlp?: ServiceAddress | undefined;
  readonly tracePercent: number;
}

/** Of how many of a hundred requests a collector is told, where nothing else is said. */
export const usualTracePercent = 100;

/** Adds the options that name a collector of traces. */
export const addTraceOptions = (command: Command): Command =>
  command
    .addOption(
      new Option("--otlp <HOST:PORT>", "the OpenTelemetry collector that is told of requests (OTLP over gRPC)").argParser(serviceAddress),
    )
    .option("--trace-percent <N>", "of how many of a hundred requests", percent, usualTracePercent);

/** The collector that options name; undefined for none. */
export const tracesOf = ({ otlp, tracePercent }: TraceOptions): TraceCollector | undefined =>
  otlp === undefined ? undefined : { ...otlp, percent: tracePercent };

function percent(text: string): number {
  const number = Number(text);
  if (!/^\d{1,3}(?:\.\d{1,2})?$/.test(text) || number > 100)
    throw new InvalidArgumentError("Write a number from 0 to 100, such as 5 or 0.1.");
  return number;
}
