#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The time of day, injected so that tests decide what time it is (signatures, dates, time to live).
package struct WallClock: Sendable {
    /// Seconds since 1970.
    package let now: @Sendable () -> Double

    package init(now: @escaping @Sendable () -> Double) {
        self.now = now
    }

    package static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    var unixSeconds: @Sendable () -> Int64 {
        { Int64(now().rounded(.down)) }
    }
}
