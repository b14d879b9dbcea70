/** Who uses what: from each object that is referred to, to those that refer to it. */
export interface Users {
  /** Says anew all that a user refers to; nothing takes it out. */
  set(user: string, used: readonly string[]): void;
  /** Says that a user refers to more than it said so far. */
  add(user: string, used: readonly string[]): void;
  of(used: string): ReadonlySet<string>;
}

const nobody: ReadonlySet<string> = new Set();

/** `changed` is called with each object whose users are others now. */
export function makeUsers(changed: (used: string) => void = () => {}): Users {
  const usedBy = new Map<string, Set<string>>();
  const uses = new Map<string, ReadonlySet<string>>();
  const forget = (user: string, used: string): void => {
    const users = usedBy.get(used);
    users?.delete(user);
    if (users?.size === 0) usedBy.delete(used);
  };
  const note = (user: string, used: string): void => {
    usedBy.set(used, (usedBy.get(used) ?? new Set()).add(user));
  };
  const set = (user: string, used: readonly string[]): void => {
    const [before, now] = [uses.get(user) ?? nobody, new Set(used)];
    const [gone, come] = [[...before].filter((one) => !now.has(one)), [...now].filter((one) => !before.has(one))];
    if (now.size > 0) uses.set(user, now);
    else uses.delete(user);
    for (const one of gone) forget(user, one);
    for (const one of come) note(user, one);
    [...gone, ...come].forEach(changed);
  };
  return {
    set,
    add: (user, used) => set(user, [...(uses.get(user) ?? nobody), ...used]),
    of: (used) => usedBy.get(used) ?? nobody,
  };
}
