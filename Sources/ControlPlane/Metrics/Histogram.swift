/// Counts of observations below fixed bounds.
struct Histogram: Sendable, Hashable {
    /// Upper bounds, rising; what is above the last one counts too.
    let bounds: [Double]
    private var counts: [UInt64]
    private(set) var sum = 0.0
    private(set) var count: UInt64 = 0

    /// For what is expected to take milliseconds to minutes: in steps of about two and a half.
    static let seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

    init(bounds: [Double] = Self.seconds) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count)
    }

    mutating func observe(_ value: Double) {
        count += 1
        sum += value
        if let place = bounds.firstIndex(where: { value <= $0 }) { counts[place] += 1 }
    }

    /// Cumulative, as Prometheus wants them.
    func samples(_ labels: [MetricFamily.Label]) -> [MetricFamily.Sample] {
        var below: UInt64 = 0
        var samples: [MetricFamily.Sample] = []
        for (bound, count) in zip(bounds, counts) {
            below += count
            let limit = MetricFamily.Label("le", PrometheusText.number(bound))
            samples.append(.init(suffix: "_bucket", labels + [limit], Double(below)))
        }
        samples.append(.init(suffix: "_bucket", labels + [.init("le", "+Inf")], Double(count)))
        samples.append(.init(suffix: "_sum", labels, sum))
        samples.append(.init(suffix: "_count", labels, Double(count)))
        return samples
    }
}
