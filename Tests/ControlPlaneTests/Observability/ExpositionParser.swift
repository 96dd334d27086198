import Testing

/// A strict reader of Prometheus' text exposition format 0.0.4: what it takes, Prometheus takes; and it holds names to
/// Prometheus' conventions.
struct ExpositionParser {
    struct Series: Hashable {
        var name: String
        var labels: [String: String]
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private(set) var types: [String: String] = [:]
    private(set) var values: [Series: Double] = [:]
    private var current: String?
    private var closed: Set<String> = []

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Failure(description: "the last line has no end") }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            try read(String(line))
        }
        try checkHistograms()
    }

    private mutating func read(_ line: String) throws {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        if line.hasPrefix("# HELP ") {
            guard words.count == 4, !words[3].isEmpty else { throw Failure(description: "no help: \(line)") }
            if let current { closed.insert(current) }
            guard !closed.contains(words[2]) else { throw Failure(description: "\(words[2]) comes twice") }
            current = words[2]
        } else if line.hasPrefix("# TYPE ") {
            guard words.count == 4, words[2] == current, ["counter", "gauge", "histogram"].contains(words[3]) else {
                throw Failure(description: "a type out of place: \(line)")
            }
            types[words[2]] = words[3]
            try checkName(words[2], type: words[3])
        } else {
            try readSample(line)
        }
    }

    private func checkName(_ name: String, type: String) throws {
        let isName = name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil
        let isCounterName = (type == "counter") == name.hasSuffix("_total")
        let hasForbiddenUnit = ["_milliseconds", "_ms", "_minutes", "_kilobytes", "_percent"].contains(
            where: name.contains)
        guard isName, isCounterName, !hasForbiddenUnit else {
            throw Failure(description: "\(name) is against the conventions for a \(type)")
        }
    }

    private mutating func readSample(_ line: String) throws {
        guard let match = line.wholeMatch(of: /([a-z][a-z0-9_]*)(\{(.*)\})? (\S+)/) else {
            throw Failure(description: "not a sample: \(line)")
        }
        let name = String(match.1)
        guard let current, let type = types[current] else { throw Failure(description: "no type before: \(line)") }
        let suffixes = type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        guard suffixes.contains(where: { name == current + $0 }) else {
            throw Failure(description: "\(name) stands under \(current)")
        }
        guard let value = Self.number(String(match.4)) else { throw Failure(description: "not a number: \(line)") }
        let series = Series(name: name, labels: try match.3.map { try Self.labels(String($0)) } ?? [:])
        guard values.updateValue(value, forKey: series) == nil else {
            throw Failure(description: "twice the same series: \(line)")
        }
        if type == "counter", value < 0 { throw Failure(description: "a counter below zero: \(line)") }
    }

    private static func number(_ text: String) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: text.wholeMatch(of: /-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?/) == nil ? nil : Double(text)
        }
    }

    private static func labels(_ text: String) throws -> [String: String] {
        var rest = Substring(text)
        var labels: [String: String] = [:]
        while !rest.isEmpty {
            guard let match = rest.prefixMatch(of: /([a-z_][a-z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,?)/) else {
                throw Failure(description: "not labels: \(text)")
            }
            guard labels.updateValue(String(match.2), forKey: String(match.1)) == nil else {
                throw Failure(description: "twice the same label: \(text)")
            }
            rest = rest[match.range.upperBound...]
            guard rest.isEmpty == match.3.isEmpty else { throw Failure(description: "a comma out of place: \(text)") }
        }
        return labels
    }

    /// Buckets rise with their bound, the last one is `+Inf` and equals the count, and there is a sum.
    private func checkHistograms() throws {
        for (family, type) in types where type == "histogram" {
            var buckets: [[String: String]: [(bound: Double, count: Double)]] = [:]
            for (series, value) in values where series.name == family + "_bucket" {
                var labels = series.labels
                guard let bound = labels.removeValue(forKey: "le").flatMap(Self.number) else {
                    throw Failure(description: "a bucket of \(family) without a bound")
                }
                buckets[labels, default: []].append((bound, value))
            }
            for (labels, unsorted) in buckets {
                let sorted = unsorted.sorted { $0.bound < $1.bound }
                let counts = sorted.map(\.count)
                guard counts == counts.sorted(), sorted.last?.bound == .infinity,
                    values[Series(name: family + "_count", labels: labels)] == counts.last,
                    values[Series(name: family + "_sum", labels: labels)] != nil
                else { throw Failure(description: "\(family)\(labels) is no histogram") }
            }
        }
    }
}
