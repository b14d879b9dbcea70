import { basename, dirname, join } from "node:path";
import { partsInNode } from "../place.ts";

/** The path of a cached part as the node sees it. */
export const partInNode = (path: string): string => join(partsInNode, basename(dirname(path)), basename(path));
