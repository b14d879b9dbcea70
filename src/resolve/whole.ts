import type { z } from "zod";
import type { Resources } from "../api/resource.ts";
import type { operationExtension } from "../api/x-portico.ts";
import type { Transport } from "../model/api.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import type { Problem } from "../problem.ts";
import type { DocumentCredentials } from "./credential-kinds.ts";
import type { Extension } from "./extension.ts";
import type { ResolveSettings } from "./settings.ts";

/** One level's fields, and where each is said. */
export interface Level {
  readonly scope: string;
  readonly extension: Extension<z.infer<typeof operationExtension>> | undefined;
}

/** What the document as a whole settles for its operations. */
export interface Whole {
  readonly document: OpenApiDocument;
  readonly resources: Resources;
  readonly settings: ResolveSettings;
  readonly version: string;
  readonly basePath: string;
  /** How alone its operations may be called. */
  readonly transport: Transport | undefined;
  readonly level: Level & {
    /** Which Security checks a scheme, where the document says it. */
    readonly schemes: Readonly<Record<string, string>> | undefined;
  };
  readonly credentials: DocumentCredentials;
  readonly problems: Problem[];
}
