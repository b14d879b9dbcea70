import assert from "node:assert/strict";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { type Served, servePortico, temporaryFolder } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";

const document = (path: string): string =>
  `openapi: 3.1.0\ninfo: { title: Odd, version: "1" }\npaths: { ${path}: { get: { responses: { "200": { description: ok } } } } }\n`;

/** A gateway that follows a document and a folder of resources. */
const serveWatched = (t: TestContext): Promise<Served> => {
  const files = { "api.yaml": document("/a"), "resources/keep.yaml": "# nothing\n" };
  return servePortico(t, files, "--watch", "--mock", "--resources", "resources");
};

const answersOf =
  ({ port }: Served) =>
  async (path: string): Promise<boolean> =>
    (await send(port, { send: `GET ${path}` })).status === 200;

describe("`portico run --watch` lives through odd changes", { timeout: 60_000 }, () => {
  it("a folder that becomes a file, and a document that becomes a folder and a file again", async (t) => {
    const gateway = await serveWatched(t);
    const { folder } = gateway;
    const answers = answersOf(gateway);
    for (let turn = 0; turn < 5; turn++) {
      await mkdir(join(folder, "resources/below"));
      await writeFile(join(folder, "resources/below/more.yaml"), "# more\n");
      await rm(join(folder, "resources/below"), { recursive: true });
      await writeFile(join(folder, "resources/below"), "# a file\n");
      await rm(join(folder, "resources/below"));
      await rm(join(folder, "api.yaml"));
      await mkdir(join(folder, "api.yaml"));
      await rm(join(folder, "api.yaml"), { recursive: true });
      await gateway.write("api.yaml", document(`/turn-${turn}`));
      await until(`the document of turn ${turn} is in effect`, () => answers(`/turn-${turn}`));
    }
  });

  it("a file in a folder that was made a moment ago", async (t) => {
    const gateway = await serveWatched(t);
    await mkdir(join(gateway.folder, "resources/new/newer"), { recursive: true });
    await writeFile(join(gateway.folder, "resources/new/newer/wrong.yaml"), "kind: [");
    await gateway.says(/^The change was not taken/);
  });

  it("a file in a folder that a link leads to, and the link when it leads elsewhere", async (t) => {
    const gateway = await serveWatched(t);
    const at = (path: string): string => join(gateway.folder, "resources", path);
    for (const version of ["one", "two"]) await mkdir(at(`.versions/${version}`), { recursive: true });
    await writeFile(at(".versions/two/wrong.yaml"), "kind: [");
    await symlink(".versions/one", at("current"));
    const wrong = async (act: () => Promise<void>): Promise<void> => {
      const before = gateway.stderr.length;
      await act();
      await gateway.says(/^The change was not taken/, before);
    };
    await wrong(() => writeFile(at(".versions/one/odd.yaml"), "kind: ["));
    await rm(at(".versions/one/odd.yaml"));
    await gateway.write("api.yaml", document("/mended"));
    await until("the mended state is in effect", () => answersOf(gateway)("/mended"));
    await wrong(async () => {
      await symlink(".versions/two", at("next"));
      await rename(at("next"), at("current"));
    });
  });

  it("a document that is a link, when what it leads to is written anew, or it leads elsewhere", async (t) => {
    const elsewhere = await temporaryFolder(t);
    await writeFile(join(elsewhere, "one.yaml"), document("/one"));
    await writeFile(join(elsewhere, "two.yaml"), document("/two"));
    const gateway = await servePortico(t, { "api.yaml": document("/a") }, "--watch", "--mock");
    const answers = answersOf(gateway);
    const lead = async (target: string): Promise<void> => {
      await symlink(join(elsewhere, target), join(gateway.folder, "next"));
      await rename(join(gateway.folder, "next"), join(gateway.folder, "api.yaml"));
    };
    await lead("one.yaml");
    await until("the link is followed", () => answers("/one"));
    await writeFile(join(elsewhere, "one.yaml"), document("/written"));
    await until("what it leads to is followed", () => answers("/written"));
    await lead("two.yaml");
    await until("the other target is followed", () => answers("/two"));
    assert.equal(await answers("/written"), false);
  });
});
