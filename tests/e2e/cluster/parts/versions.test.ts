import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { available, keyOfVersions, saySubstitutes } from "./versions.ts";

const madison = `
      curl | 7.88.1-10+deb12u15 | http://mirror.test/debian bookworm/main amd64 Packages
      curl | 7.88.1-10+deb12u5 | http://mirror.test/debian-security bookworm-security/main amd64 Packages
      curl | 7.88.1-10+deb12u1 | http://mirror.test/debian bookworm/main Sources
      runc | 1.1.5+ds1-1 | http://mirror.test/debian bookworm/main amd64 Packages
`;

describe("versions of Debian packages", () => {
  it("are the pinned ones where Debian has them, and else the newest, which is said in one line", () => {
    const pinned = { curl: "7.88.1-10+deb12u5", runc: "1.1.5+ds1-0" };
    const taken = available(pinned, madison);
    assert.deepEqual(taken, { curl: "7.88.1-10+deb12u5", runc: "1.1.5+ds1-1" });
    const said: string[] = [];
    saySubstitutes(pinned, taken, (line) => said.push(line));
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /debian-versions\.json; taken in its place: runc 1\.1\.5\+ds1-1 \(pinned: 1\.1\.5\+ds1-0\)\.$/);
  });

  it("that are all as pinned are not spoken of", () => {
    saySubstitutes({ runc: "1" }, { runc: "1" }, (line) => assert.fail(line));
  });

  it("do not count where only the source is there, and a package that is nowhere is an error that names it", () => {
    assert.deepEqual(available({ curl: "7.88.1-10+deb12u1" }, madison), { curl: "7.88.1-10+deb12u15" });
    assert.throws(() => available({ none: "1" }, madison), /no package none/);
  });

  it("make the key: their order does not, a version or a recipe does", () => {
    const key = keyOfVersions({ a: "1", b: "2" }, "recipe");
    assert.equal(keyOfVersions({ b: "2", a: "1" }, "recipe"), key);
    assert.notEqual(keyOfVersions({ a: "1", b: "3" }, "recipe"), key);
    assert.notEqual(keyOfVersions({ a: "1", b: "2" }, "another"), key);
  });
});
