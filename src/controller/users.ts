/** Who uses what: from each object that is referred to, to those that refer to it. */
export interface Users {
  /** Says anew all that a user refers to; nothing takes it out. */
  set(user: string, used: readonly string[]): void;
  of(used: string): ReadonlySet<string>;
}

const nobody: ReadonlySet<string> = new Set();

export function makeUsers(): Users {
  const usedBy = new Map<string, Set<string>>();
  const uses = new Map<string, readonly string[]>();
  return {
    set: (user, used) => {
      for (const one of uses.get(user) ?? []) {
        const users = usedBy.get(one);
        users?.delete(user);
        if (users?.size === 0) usedBy.delete(one);
      }
      uses.delete(user);
      if (used.length > 0) uses.set(user, used);
      for (const one of used) {
        const users = usedBy.get(one) ?? new Set();
        usedBy.set(one, users.add(user));
      }
    },
    of: (used) => usedBy.get(used) ?? nobody,
  };
}
