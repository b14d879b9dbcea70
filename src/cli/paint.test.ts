import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { paintFor, terminalWidth } from "./paint.ts";

const terminal = { isTTY: true, columns: 80, write: () => true };
const pipe = { write: () => true };

describe("colour", () => {
  const before = { NO_COLOR: process.env.NO_COLOR, TERM: process.env.TERM };
  beforeEach(() => {
    delete process.env.NO_COLOR;
    process.env.TERM = "xterm";
  });
  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it("is for terminals only", () => {
    assert.equal(paintFor(terminal)("error", "x"), "\u001b[1m\u001b[31mx\u001b[39m\u001b[22m");
    assert.equal(paintFor(pipe)("error", "x"), "x");
  });

  it("is not for people who said NO_COLOR, nor for terminals that have none", () => {
    process.env.NO_COLOR = "1";
    assert.equal(paintFor(terminal)("warning", "x"), "x");
    process.env.NO_COLOR = "";
    assert.notEqual(paintFor(terminal)("warning", "x"), "x");
    process.env.TERM = "dumb";
    assert.equal(paintFor(terminal)("warning", "x"), "x");
  });

  it("goes with a width, which other outputs do not have", () => {
    assert.deepEqual(
      [terminalWidth(terminal), terminalWidth({ ...terminal, columns: 0 }), terminalWidth(pipe)],
      [80, undefined, undefined],
    );
  });
});
