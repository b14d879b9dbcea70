import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { format, inspect } from "node:util";
import { Redacted } from "./redacted.ts";

describe("a secret", () => {
  const secret = new Redacted("hunter2");

  it("is there for who asks for it", () => assert.equal(secret.reveal(), "hunter2"));

  it("is shown by nothing else", () => {
    const shown = [
      `${secret}`,
      String(secret),
      JSON.stringify({ secret }),
      inspect({ secret }, { depth: 9, showHidden: true }),
      format("%o %s %j", secret, secret, secret),
    ];
    for (const text of shown) {
      assert.match(text, /\[redacted\]/);
      assert.doesNotMatch(text, /hunter2/);
    }
  });
});
