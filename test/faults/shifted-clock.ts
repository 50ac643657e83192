/**
 * Preloaded into a worker (`NODE_OPTIONS=--import …`): its clock is off by `SHIFT_CLOCK_MS`. Monotonic
 * time and timers go on as they are, as on a machine whose clock was set wrong.
 */
const shiftMs = Number(process.env['SHIFT_CLOCK_MS'] ?? 0);
const TrueDate = Date;

globalThis.Date = new Proxy(TrueDate, {
  construct(target, args, newTarget) {
    const given = args.length === 0 ? [target.now() + shiftMs] : args;
    return Reflect.construct(target, given, newTarget);
  },
  apply: (target) => new target(target.now() + shiftMs).toString(),
  get(target, key, receiver) {
    return key === 'now' ? () => target.now() + shiftMs : Reflect.get(target, key, receiver);
  },
});
