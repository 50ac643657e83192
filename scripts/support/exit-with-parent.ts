/** Preloaded into the console's server, which has no say of its own in this: it must not outlive `start`. */
process.once('disconnect', () => process.exit());
