import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import { makeProgram } from "../../src/cli/program.ts";
import { folderWith, portico } from "./portico.ts";

const isThere = (shell: string): boolean => spawnSync(shell, ["-c", "exit 0"]).status === 0;

/** What bash offers for words that were typed; the last one is what is being completed. */
async function offered(scope: TestContext, ...words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await portico(["completion", "bash"]);
  const cwd = await folderWith(scope, { "portico.bash": stdout, "api one.yaml": "", "api/two.yaml": "" });
  const script = `source ./portico.bash
complete -p portico
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_portico portico "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const completed = await promisify(execFile)("bash", ["--norc", "-c", script, "bash", "portico", ...words], { cwd });
  const [complete, ...replies] = completed.stdout.trimEnd().split("\n");
  assert.equal(complete, "complete -F _portico portico");
  return replies.filter((reply) => reply !== "");
}

describe("completion in bash", { skip: !isThere("bash") && "there is no bash" }, () => {
  it("is a script that bash takes", async () => {
    const { code, stdout, stderr } = await portico(["completion", "bash"]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(spawnSync("bash", ["-n"], { input: stdout, encoding: "utf8" }).stderr, "");
  });

  const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
    [["ch"], ["check"]],
    [["check", "--f"], ["--format"]],
    [
      ["check", "--format", "j"],
      ["json", "junit"],
    ],
    [["check", "--format", "=", "g"], ["github"]],
    [
      ["check", "--format", "="],
      ["text", "json", "github", "junit"],
    ],
    [
      ["check", "ap"],
      ["api one.yaml", "api"],
    ],
    [
      ["check", "--format", "json", "ap"],
      ["api one.yaml", "api"],
    ],
    [
      ["check", "--format", "=", "json", "ap"],
      ["api one.yaml", "api"],
    ],
    [["check", "first.yaml", "api/"], ["api/two.yaml"]],
    [
      ["check", "--resources", "ap"],
      ["api one.yaml", "api"],
    ],
    [["build", "--out", "ap"], ["api"]],
    [["run", "--port", ""], []],
    [["explain", ""], []],
    [["explain", "GET", "ap"], []],
    [
      ["explain", "GET", "/pets", "ap"],
      ["api one.yaml", "api"],
    ],
    [
      ["explain", "--mock", "GET", "/pets", "ap"],
      ["api one.yaml", "api"],
    ],
    [["schema", "x-portico-"], ["x-portico-operation"]],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [["--ver"], ["--version"]],
  ];
  for (const [words, expected] of cases) {
    it(`portico ${words.join(" ")}`, async (t) => {
      assert.deepEqual((await offered(t, ...words)).toSorted(), expected.toSorted());
    });
  }

  it("offers every command and every option of the program", async (t) => {
    const program = makeProgram();
    const commands = program.commands.map((command) => command.name());
    assert.deepEqual((await offered(t, "")).toSorted(), [...commands, "help"].toSorted());
    const run = program.commands.find((command) => command.name() === "run");
    const options = run?.options.map(({ long }) => long ?? "") ?? [];
    assert.deepEqual((await offered(t, "run", "--")).toSorted(), [...options, "--help"].toSorted());
  });
});

for (const shell of ["zsh", "fish"]) {
  describe(`completion in ${shell}`, () => {
    it("names every command and option", async () => {
      const { code, stdout } = await portico(["completion", shell]);
      assert.equal(code, 0);
      for (const command of makeProgram().commands) {
        assert.match(stdout, new RegExp(`\\b${command.name()}\\b`));
        for (const { long } of command.options)
          assert.ok(stdout.includes(shell === "fish" ? ` -l ${long?.slice(2)} ` : `${long}`), long ?? "");
      }
    });

    it("is a script that the shell takes", { skip: !isThere(shell) && `there is no ${shell}` }, async (t) => {
      const { stdout } = await portico(["completion", shell]);
      const cwd = await folderWith(t, { script: stdout });
      assert.equal(spawnSync(shell, ["-n", join(cwd, "script")], { encoding: "utf8" }).stderr, "");
    });
  });
}
