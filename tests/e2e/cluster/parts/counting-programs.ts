import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unpackRedis } from "./daemons.ts";
import { buildRatelimit } from "./parts.ts";

/** The variables that name Debian's Redis, by a script in a folder that starts it with its libraries, and the service that counts, as its Go module has it. */
export async function countingPrograms(folder: string, say: (line: string) => void) {
  const redis = await unpackRedis(say);
  const program = join(folder, "redis-server");
  const libraries = `${redis}/usr/lib/x86_64-linux-gnu`;
  await writeFile(program, `#!/bin/bash\nLD_LIBRARY_PATH=${libraries} exec -a redis-server ${redis}/usr/bin/redis-check-rdb "$@"\n`);
  await chmod(program, 0o755);
  return { PORTICO_REDIS: program, PORTICO_RATELIMIT: await buildRatelimit(say) };
}
