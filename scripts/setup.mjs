// Makes node_modules what package-lock.json says. Runs before everything else, so on the machine's own Node and without a package.
//
// The packages are installed in a folder aside and moved into place as a whole: two set-ups at once do not meet in one node_modules, and
// one that is killed leaves only a folder that the next removes. A stamp in node_modules says which lock file it was made from.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { provideSystemLibrary } from "./system-library.mjs";

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(project, "node_modules");
const stamp = join(modules, ".portico-setup");

/** The lock file, and the platform, since some packages are programs. */
function wanted() {
  const hash = createHash("sha256").update(readFileSync(join(project, "package-lock.json")));
  return hash.update(`${process.platform} ${process.arch}`).digest("hex");
}

function isCurrent() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === wanted();
}

function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (failure) {
    return failure.code === "EPERM";
  }
}

function removeAbandoned() {
  for (const name of readdirSync(project)) {
    const [, pid] = /^\.setup\.(\d+)\./.exec(name) ?? [];
    if (pid !== undefined && !lives(Number(pid))) rmSync(join(project, name), { recursive: true, force: true });
  }
}

/** Runs `npm ci` in the folder aside, quietly; what it said is shown when it fails. */
function install(aside) {
  for (const name of ["package.json", "package-lock.json", ".npmrc"]) {
    if (existsSync(join(project, name))) copyFileSync(join(project, name), join(aside, name));
  }
  // Under npm its own path is in the environment; that npm is the one that the person chose.
  const npm = process.env.npm_execpath?.endsWith(".js") ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const [program, ...first] = npm;
  const { status, error, stdout, stderr } = spawnSync(program, [...first, "ci", "--prefer-offline", "--no-audit", "--no-fund"], {
    cwd: aside,
    encoding: "utf8",
  });
  if (error !== undefined) throw new Error(`npm does not run (${error.message}). Install npm, which comes with Node.`);
  if (status !== 0) throw new Error(`npm ci failed:\n${stdout}${stderr}`);
  if (spawnSync(join(aside, "node_modules/.bin/node"), ["--version"]).status !== 0) {
    throw new Error(
      "npm installed the packages without Node 26: its install script must be allowed to run (npm config get ignore-scripts).",
    );
  }
  writeFileSync(join(aside, "node_modules/.portico-setup"), wanted());
}

/** Puts the new node_modules in the old one's place. Where another set-up was faster, its result is as good. */
function moveIntoPlace(aside) {
  if (isCurrent()) return;
  try {
    if (existsSync(modules)) renameSync(modules, join(aside, "old"));
    renameSync(join(aside, "node_modules"), modules);
  } catch (failure) {
    if (!isCurrent()) throw failure;
  }
}

function setUp() {
  removeAbandoned();
  const aside = mkdtempSync(join(project, `.setup.${process.pid}.`));
  try {
    // Neither git nor a tool that follows its ignore files looks in here.
    writeFileSync(join(aside, ".gitignore"), "*\n");
    mkdirSync(join(aside, "node_modules"));
    install(aside);
    moveIntoPlace(aside);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

try {
  // The machine may be another one than the packages were installed on.
  provideSystemLibrary();
  if (!isCurrent()) {
    process.stderr.write("Installing packages with npm; this happens once for each package-lock.json.\n");
    setUp();
  }
} catch (failure) {
  process.stderr.write(`${failure.message}\n`);
  process.exitCode = 1;
}
