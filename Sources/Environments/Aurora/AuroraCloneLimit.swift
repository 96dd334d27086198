/// The clones of one volume. AWS makes at most fifteen copy-on-write clones of a volume, clones of clones included, and
/// silently makes the next one as a full copy: slow, and billed in full (Aurora User Guide, "Limitations of Aurora
/// cloning").
package enum AuroraCloneLimit {
    package static let maximum = 15

    /// Clones in the source's clone group that are not in the records; what is being deleted still counts.
    ///
    /// - Parameter recorded: identifiers that are counted by their records.
    package static func others(of source: AuroraCluster, in seen: AuroraSighting, recorded: Set<String>) -> Int {
        let found = seen.clusters.filter { cluster in
            cluster.identifier != source.identifier && !recorded.contains(cluster.identifier)
                && (cluster.cloneGroup != nil && cluster.cloneGroup == source.cloneGroup
                    || cluster.tags[AuroraMark.source] == source.identifier)
        }
        return Set(found.map(\.identifier)).count
    }

    /// - Parameters:
    ///   - taken: clones that there are.
    /// - Throws: `quota` when the next one would be a full copy that nobody asked for.
    package static func admit(_ source: AuroraSource, taken: Int) throws(ControlError) {
        guard taken >= maximum, !source.allowFullCopy else { return }
        throw ControlError(
            .quota, subject: "aurora-clones",
            "the limit 'aurora-clones' leaves no room: \(source.cluster) has \(taken) of \(maximum) copy-on-write clones,"
                + " and AWS would make the next one as a full copy",
            hint:
                "delete clones that nobody needs, register another cluster, or register this one with --allow-full-copy"
        )
    }
}
