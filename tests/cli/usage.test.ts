import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import manifest from "../../package.json" with { type: "json" };
import { makeProgram } from "../../src/cli/program.ts";
import { documentOf } from "./documents.ts";
import { folderWith, portico } from "./portico.ts";

describe("wrong usage exits with 2 and says so in one line on stderr", { concurrency: 2 }, () => {
  const wrong: readonly (readonly [readonly string[], string, string])[] = [
    [["chekc", "api.yaml"], "unknown command 'chekc'. Did you mean check?", "portico"],
    [["check", "--fromat", "json"], "unknown option '--fromat'. Did you mean --format?", "portico check"],
    [
      ["check", "a.yaml", "--format", "jsn"],
      "option '--format <FORMAT>' argument 'jsn' is invalid. Allowed choices are text, json, github, junit.",
      "portico check",
    ],
    [["check"], "missing required argument 'DOC'.", "portico check"],
    [["build", "a.yaml"], "say where to write: --out <DIR>, or --project <DIR>.", "portico build"],
    [
      ["run", "a.yaml", "--port", "http"],
      "option '--port <PORT>' argument 'http' is invalid. Write a port from 1 to 65535.",
      "portico run",
    ],
    [["explain", "GET", "/pets"], "no document is named, and none with a usual name is here.", "portico explain"],
    [["explain", "G(T", "/pets", "a.yaml"], "'G(T /pets' is no request; write one such as GET /v1/pets/7.", "portico explain"],
    [["schema", "Securty"], "command-argument value 'Securty' is invalid for argument 'NAME'. Did you mean Security?", "portico schema"],
    [
      ["completion", "tcsh"],
      "command-argument value 'tcsh' is invalid for argument 'SHELL'. Allowed choices are bash, zsh, fish.",
      "portico completion",
    ],
  ];
  for (const [args, line, command] of wrong) {
    it(`portico ${args.join(" ")}`, async (t) => {
      const ended = await portico(args, { cwd: await folderWith(t, {}) });
      assert.deepEqual(ended, { code: 2, stdout: "", stderr: `portico: ${line}\n\`${command} --help\` shows how to use it.\n` });
    });
  }

  it("portico alone shows its help there", async () => {
    const { code, stdout, stderr } = await portico([]);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /^Usage: portico/);
  });
});

describe("help", { concurrency: 2 }, () => {
  it("--version prints the package's version", async () => {
    assert.deepEqual(await portico(["--version"]), { code: 0, stdout: `${manifest.version}\n`, stderr: "" });
  });

  const commands = makeProgram().commands.map((command) => command.name());
  for (const command of commands) {
    it(`portico ${command} --help teaches by example, on stdout`, async () => {
      const { code, stdout, stderr } = await portico([command, "--help"]);
      assert.deepEqual([code, stderr], [0, ""]);
      const [, examples = ""] = stdout.split("Examples:\n");
      assert.match(examples, new RegExp(`^  \\$ .*portico ${command}`));
    });
  }

  it("portico --help names every command", async () => {
    const { code, stdout } = await portico(["--help"]);
    assert.equal(code, 0);
    for (const command of commands) assert.match(stdout, new RegExp(`^  ${command} .*\\S{3}`, "m"));
  });

  it("no option of a command is without words, none has the words of another", () => {
    for (const command of makeProgram().commands) {
      const words = command.options.map(({ description }) => description);
      assert.equal(new Set(words).size, words.length, command.name());
      assert.ok(words.every((description) => description.length > 5));
    }
  });
});

describe("the program", () => {
  it("loads nothing that --version does not need", async () => {
    const program = resolve(import.meta.dirname, "../../src/cli/portico.ts");
    const watch = `import { registerHooks } from "node:module";
      registerHooks({ load(url, context, next) { process.stderr.write(url + "\\n"); return next(url, context); } });`;
    const child = spawn(process.execPath, ["--import", `data:text/javascript,${encodeURIComponent(watch)}`, program, "--version"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const loaded = (await text(child.stderr)).split("\n");
    assert.ok(
      loaded.some((url) => url.endsWith("/src/cli/program.ts")),
      "the hook sees what is loaded",
    );
    assert.deepEqual(
      loaded.filter((url) => /\/node_modules\/(?!commander\/)|\/src\/(?!cli\/|text\/(?:suggest|printable))/.test(url)),
      [],
    );
  });

  it("ends without a word when nobody reads what it writes", async (t) => {
    const paths = Array.from({ length: 3000 }, (_, index) => `  /path-${index}:\n    get: {responses: {"200": {description: ok}}}\n`);
    const cwd = await folderWith(t, { "api.yaml": documentOf(paths.join("")) });
    const program = resolve(import.meta.dirname, "../../src/cli/portico.ts");
    const child = spawn(process.execPath, [program, "routes", "api.yaml"], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const said = text(child.stderr);
    await once(child.stdout, "data");
    child.stdout.destroy();
    await once(child, "exit");
    assert.equal(await said, "");
  });

  it("says what is unexpected in one line, and shows the stack to those who ask", async (t) => {
    const cwd = await folderWith(t, {
      "broken.mjs": "process.stdout.write = () => { throw new TypeError('out\\nof order.'); };",
    });
    const env = { NODE_OPTIONS: `--import=${resolve(cwd, "broken.mjs")}` };
    const quiet = await portico(["schema", "API"], { cwd, env });
    assert.deepEqual([quiet.code, quiet.stdout], [1, ""]);
    assert.equal(
      quiet.stderr,
      "portico: unexpected: TypeError: out. Please report it with the command and the document; PORTICO_DEBUG=1 shows more.\n",
    );
    await assert.rejects(portico(["schema", "API"], { cwd, env: { ...env, PORTICO_DEBUG: "1" } }), /at .*broken\.mjs/);
  });
});
