/// The life of an environment, decided in values: records, names, times, the state machine, the lifetime rule and the
/// rule of what to retry. Nothing here does I/O, reads a clock or rolls dice; the control plane passes `now`, what it
/// observed and a generator in, and carries the decision out.
package enum Environments {}
