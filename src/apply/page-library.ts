import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { PageLibrary } from "../compile/page.ts";

let read: PageLibrary | undefined;

/** Swagger UI's files: beside the program in a bundle, else of the package. Read once: they are large, and always the same. */
export function pageLibrary(): PageLibrary {
  read ??= readLibrary();
  return read;
}

function readLibrary(): PageLibrary {
  const beside = join(dirname(realpathSync(process.argv[1] ?? "")), "page");
  const folder = existsSync(beside) ? beside : dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/swagger-ui-bundle.js"));
  const text = (name: string): string => readFileSync(join(folder, name), "utf8");
  return { script: text("swagger-ui-bundle.js"), style: text("swagger-ui.css") };
}
