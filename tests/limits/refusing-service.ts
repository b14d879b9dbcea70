import type { ServiceAddress } from "../../src/compile/engine.ts";
import type { Scope } from "../../testing/scope.ts";
import { ownService } from "./own-service.ts";

/** A service for which everything is too much: with it is seen whether a filter asks. */
export const refusingService = async (scope: Scope): Promise<ServiceAddress> => (await ownService(scope, "too much")).address;
