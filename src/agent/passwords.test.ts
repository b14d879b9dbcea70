import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { it } from "node:test";
import { askedRequest } from "../../testing/asked-request.ts";
import { checkPasswords } from "./passwords.ts";

it("a wrong guess costs one comparison whatever kind of hash the name has, or none", async () => {
  const sha = `{SHA}${createHash("sha1").update("right").digest("base64")}`;
  const bcrypt = `$2b$10$${"x".repeat(53)}`;
  const compared: string[] = [];
  const users = `old:${sha}\nnew:${bcrypt}\n`;
  const check = { kind: "basic", users } as const;
  const security = {
    security: "staff",
    locations: [{ in: "header", name: "authorization", prefix: "Basic " }],
    blockedClients: [],
    check,
  } as const;
  const checker = checkPasswords(security, check, async (_, hash) => {
    compared.push(hash.slice(0, 7));
    return false;
  });
  const guess = async (user: string, password: string): Promise<string> => {
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    return (await checker.check(askedRequest({ authorization }))).kind;
  };
  assert.deepEqual([await guess("old", "wrong"), await guess("new", "wrong"), await guess("nobody", "wrong")], ["none", "none", "none"]);
  assert.deepEqual(compared, ["$2b$10$", "$2b$10$", "$2b$10$"]);
  assert.equal(await guess("old", "right"), "genuine");
  assert.equal(compared.length, 3);
});
