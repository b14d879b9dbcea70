/** The Jobs that builds of this program wait for. The same build, asked for twice, is one Job: it is there for as long as anybody waits for it. */
export interface SharedJobs {
  /** Makes a Job of a name, or takes it up, and waits for it; removes it once nobody does. Nobody makes one while it is removed. */
  shared<Made, Result>(
    name: string,
    make: () => Promise<Made>,
    wait: (made: Made) => Promise<Result>,
    remove: () => Promise<unknown>,
  ): Promise<Result>;
}

interface SharedJob {
  waiters: number;
  /** The end of what is made, or removed, of it: that is done one after the other. */
  last: Promise<unknown>;
}

export function sharedJobs(): SharedJobs {
  const jobs = new Map<string, SharedJob>();
  return {
    async shared(name, make, wait, remove) {
      const job = jobs.get(name) ?? { waiters: 0, last: Promise.resolve() };
      jobs.set(name, job);
      job.waiters++;
      const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
        const done = job.last.then(act);
        job.last = done.catch(() => undefined);
        return done;
      };
      try {
        return await wait(await inTurn(make));
      } finally {
        job.waiters--;
        await inTurn(async () => {
          if (job.waiters === 0) await remove();
          if (job.waiters === 0) jobs.delete(name);
        });
      }
    },
  };
}
