package import ControlPlaneAPI

/// One state of an import as a line: a bar with share, rate and time to go. A pure function of what it shows.
package struct ProgressLine: Sendable {
    package var progress: ProgressResource
    /// Since the import began.
    package var elapsedSeconds: Int

    package init(progress: ProgressResource, elapsedSeconds: Int) {
        self.progress = progress
        self.elapsedSeconds = elapsedSeconds
    }

    /// Done as a share of 0…1, by items, and by bytes where the manifest names no items.
    package var share: Double {
        let (done, total) =
            progress.itemsTotal > 0
            ? (progress.itemsDone, progress.itemsTotal) : (progress.bytesDone, progress.bytesTotal)
        return total > 0 ? min(1, Double(done) / Double(total)) : 0
    }

    /// Seconds to go at the present rate; nil while the rate is unknown.
    package var remainingSeconds: Int? {
        guard progress.itemsPerSecond > 0, progress.itemsTotal > 0 else { return nil }
        return Int((Double(max(0, progress.itemsTotal - progress.itemsDone)) / progress.itemsPerSecond).rounded(.up))
    }

    /// For a terminal of `width` columns, without a line end.
    package func bar(width: Int) -> String {
        let tail = " " + facts
        let room = max(10, min(40, width - tail.count - 3))
        let filled = Int((Double(room) * share).rounded(.down))
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: room - filled) + "]" + tail
    }

    /// For a log.
    package var text: String { "importing: " + facts }

    private var facts: String {
        var parts = [
            "\(Int((share * 100).rounded(.down)))%",
            "\(Quantities.count(progress.itemsDone))/\(Quantities.count(progress.itemsTotal)) items",
        ]
        if progress.itemsPerSecond > 0 {
            parts.append("\(Quantities.count(Int(progress.itemsPerSecond.rounded())))/s")
        }
        parts.append("elapsed \(Quantities.duration(seconds: elapsedSeconds))")
        if let remainingSeconds, share < 1 {
            parts.append("ETA \(Quantities.duration(seconds: remainingSeconds))")
        }
        return parts.joined(separator: "  ")
    }
}
