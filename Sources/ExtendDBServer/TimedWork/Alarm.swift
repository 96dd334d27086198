import NIOCore
import Synchronization

/// One timer that can be set anew: it replaces the one that was set before.
final class Alarm: Sendable {
    private struct State {
        var loop: (any EventLoop)?
        var time: Double?
        var timer: Scheduled<Void>?
    }

    private let state = Mutex(State())

    /// From here on timers run on this loop.
    func start(on loop: any EventLoop) {
        state.withLock { $0.loop = loop }
    }

    /// - Parameters:
    ///   - time: unix seconds; `nil`: no timer.
    ///   - now: unix seconds.
    ///   - ring: called on the loop.
    func set(_ time: Double?, now: Double, ring: @escaping @Sendable () -> Void) {
        state.withLock { state in
            guard let loop = state.loop, state.time != time else { return }
            state.timer?.cancel()
            state.time = time
            state.timer = time.map { time in
                // An hour at most: whoever is rung too early looks at the clock and sets it again.
                let delay = min(max(time - now, 0), 3600)
                return loop.scheduleTask(in: .milliseconds(Int64((delay * 1000).rounded(.up)))) {
                    self.state.withLock { $0.time = nil }
                    ring()
                }
            }
        }
    }

    func stop() {
        state.withLock { state in
            state.timer?.cancel()
            state = State()
        }
    }
}
