package import ControlPlaneAPI
import Environments

/// How the future of an environment reads to people. Pure: the time is given, in seconds since 1970.
package struct WhyView: Sendable {
    package var now: Double

    package init(now: Double) {
        self.now = now
    }

    package func text(_ why: WhyResource) -> String {
        var parts = [why.summary]
        if !why.next.isEmpty {
            var table = TextTable(["NEXT", "WHEN", "BECAUSE"])
            for step in why.next { table.add([step.action, when(step.at), step.because]) }
            parts.append(table.render())
        }
        if !why.holders.isEmpty {
            var table = TextTable(["IN USE BY", "SINCE", "LAPSES", "FOR"])
            for holder in why.holders {
                table.add([holder.owner, holder.createdAt, when(holder.expiresAt), holder.purpose])
            }
            parts.append(table.render())
        }
        if !why.remedies.isEmpty {
            var fields = FieldList()
            for remedy in why.remedies { fields.add(remedy.command, remedy.effect) }
            parts.append("To change it:\n" + fields.render(indent: 2))
        }
        return parts.joined(separator: "\n\n")
    }

    private func when(_ timestamp: String) -> String {
        guard let at = APICoding.unixSeconds(timestamp: timestamp) else { return timestamp }
        let left = Int((at - now).rounded())
        // To the second, as the control plane's sentence above has it.
        return left > 0 ? "in \(DurationText.format(.seconds(left))) (\(timestamp))" : "now"
    }
}
