// Node 26 for Linux is linked with libatomic, which minimal systems lack.

import { spawnSync } from "node:child_process";

const library = "libatomic.so.1";

/** Whether the loader knows the library; where nobody can say, it is taken to be there. */
function isThere() {
  if (process.platform !== "linux") return true;
  const { status, stdout } = spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" });
  return status !== 0 || stdout.includes(library);
}

function installed() {
  process.stderr.write("Installing libatomic1, which Node 26 needs.\n");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return [["update"], ["install", "-y", "--no-install-recommends", "libatomic1"]].every(
    (args) => spawnSync("apt-get", ["-qq", ...args], { env, stdio: ["ignore", "ignore", "inherit"] }).status === 0,
  );
}

/** Sees to it that Node 26 can run: as root on a Debian system it installs what is missing, elsewhere it fails with what to do. */
export function provideSystemLibrary() {
  if (isThere() || (process.getuid?.() === 0 && installed() && isThere())) return;
  throw new Error(
    `Node 26 needs ${library}, which is missing here. Install it (Debian and Ubuntu: apt-get install libatomic1; Fedora: dnf install libatomic).`,
  );
}
