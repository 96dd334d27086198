#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The time and the chance that a client uses, so that tests can give their own.
package struct AWSClock: Sendable {
    package var now: @Sendable () -> Timestamp
    /// Waits so many seconds; throws when the task is cancelled.
    package var pause: @Sendable (Double) async throws(CancellationError) -> Void
    /// Evenly from 0 up to 1.
    package var random: @Sendable () -> Double

    package init(
        now: @escaping @Sendable () -> Timestamp,
        pause: @escaping @Sendable (Double) async throws(CancellationError) -> Void,
        random: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.pause = pause
        self.random = random
    }

    package static let system = AWSClock(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Timestamp(unixSeconds: Int64(time.tv_sec))
        },
        pause: { (seconds) async throws(CancellationError) in
            do {
                try await Task.sleep(for: .seconds(seconds))
            } catch {
                throw CancellationError()
            }
        },
        random: { Double.random(in: 0..<1) })
}
