import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { recentLog } from "./log.ts";

const complaintOf = (...lines: readonly string[]): string => {
  const log = recentLog();
  for (const line of lines) log.add(line);
  return log.complaint();
};

const entry = (level: string, text: string) => `[2026-01-31 12:00:00.000][42][${level}][main] [source/server/server.cc:1] ${text}`;

describe("what Envoy complained of is found in its log", () => {
  it("a refusal before a later warning, and what is critical before both", () => {
    const refusal = entry("warning", "update rejected: no such route");
    assert.equal(complaintOf(refusal, entry("warning", "no limit")), "update rejected: no such route");
    assert.equal(complaintOf(refusal, entry("critical", "cannot start"), entry("info", "exiting")), "cannot start");
  });

  it("several lines of one entry stay together, without the message that Envoy quotes", () => {
    assert.equal(
      complaintOf(entry("error", "listener rejected: goo.gle/debugstr  "), "rds {", '  name: "a:"', "}", ": no  prefix"),
      "listener rejected: no prefix",
    );
  });

  it("words of the shell count when there are no others, and no words are none", () => {
    assert.equal(complaintOf("sh: 3: /x/envoy: not found"), "sh: 3: /x/envoy: not found");
    assert.equal(complaintOf(), "");
  });

  it("of a fall why it fell, else where, and not the numbers of its steps", () => {
    const step = (text: string): string => `[2026-01-31 12:00:00.000][42][critical][backtrace] [./source/server/backtrace.h:125] ${text}`;
    const steps = [step("Caught Aborted, suspect faulting address 0x1"), step("Backtrace:"), step("#0: [0x7f]")];
    assert.equal(complaintOf(...steps), "Caught Aborted, suspect faulting address 0x1");
    assert.equal(complaintOf(entry("critical", "assert failure: x"), ...steps), "assert failure: x");
  });

  it("only the end of a long log is kept", () => {
    const chatter = Array.from({ length: 1_000 }, () => entry("info", "busy"));
    assert.equal(complaintOf(entry("critical", "long ago"), ...chatter), "busy");
  });
});
